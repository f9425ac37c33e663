"""The closer look at one image, or at two side by side: answers, MU-Mis terms, attribution maps, and its like."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from core.analysis.single_image import in_models, mumis_numbers, target_and_rival
from core.figures import attributions, class_probabilities, in_role_order, logit_norms, png_url, role_name
from core.store import RunFolder
from core.store.inspections import MAPS
from pages.ui.image.inspection import Looked, look
from pages.ui.image.panel import in_every_model
from pages.ui.image.selected_image import Picked, pick
from pages.ui.image.similar_images import more_like
from pages.ui.shell.errors import plain
from pages.ui.shell.figure import show

LARGE = 128  # pixels a side
KINDS = {"smoothgrad": "SmoothGrad", "integrated_gradients": "Integrated gradients", "grad_cam": "Grad-CAM"}
NO_GRAD_CAM = (
    "Grad-CAM weighs the positions of the last feature maps. These images are too small for it, or this network has no "
    "feature maps: fewer than 7x7 positions would be left, too few to tell places apart."
)


def closer_look(run: RunFolder, names: Sequence[str], where: str) -> None:
    """All there is to know of one image, or of two in two columns.

    Args:
        where: begins the keys of its widgets, which may be on a page twice.

    Raises:
        InvalidSpec, NotFound: an image that is not there.
    """
    images = [pick(run, name) for name in names]
    heads = st.container()
    with st.container():  # what comes below keeps its place when this is empty
        found = dict(zip(names, look(run, names), strict=True))
    with heads:
        _beside(images, lambda image: _head(run, image, found[image.name]))
    # With a key and a state, so that a click counts while answers arrive.
    answers, terms, maps, like = st.tabs(
        ["Answers", "MU-Mis terms", "Maps", "More like this"], key=f"{where}.tab", on_change="rerun"
    )
    with answers:
        _beside(images, lambda image: _answers(run, image, found[image.name], where))
    with terms:
        _beside(images, lambda image: _terms(run, image, found[image.name], where))
    with maps:
        kind = st.segmented_control("Map", MAPS, default=MAPS[0], key=f"{where}.kind", format_func=KINDS.get,
                                    required=True, label_visibility="collapsed")  # fmt: skip
        _beside(images, lambda image: _maps(run, image, found[image.name], kind, where))
    with like:
        _beside(images, lambda image: more_like(run, image, where))


def _beside(images: Sequence[Picked], draw: Callable[[Picked], None]) -> None:
    for column, image in zip(st.columns(len(images), gap="medium"), images, strict=True):
        with column:
            draw(image)


def _head(run: RunFolder, image: Picked, found: Looked) -> None:
    classes = run.spec.model.data.info.classes
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(png_url(image.pixels, LARGE), alt=f"{image.title}, {image.about(classes)}", width=LARGE)
        with st.container(width=200, gap="small"):
            st.markdown(f"**{image.title}**  \n{plain(image.about(classes))}")
            predictions = image.predictions(classes) or surest(found.answers, classes)
            st.markdown("  \n".join(f"{role}: **{plain(taken)}**" for role, taken in predictions.items()))
            if (verdict := image.verdict()) is not None:
                st.caption(verdict)


def surest(answers: pd.DataFrame | None, classes: Sequence[str]) -> dict[str, str]:
    """The class with the largest probability in the original, the unlearned model and every gold, by the role on
    screen; empty before there are answers."""
    if answers is None:
        return {}
    best = answers.loc[answers.groupby("role")["probability"].idxmax()].set_index("role")
    return {
        role_name(role): f"{classes[best.loc[role, 'class']]}, {best.loc[role, 'probability']:.0%}"
        for role in in_role_order(best.index) if role != "initial"
    }  # fmt: skip


def _answers(run: RunFolder, image: Picked, found: Looked, where: str) -> None:
    classes = run.spec.model.data.info.classes
    if found.answers is None:
        if not image.rows.empty:
            in_every_model(image.rows, classes)
        return
    target, _ = target_and_rival(found.answers, image.label)
    show(class_probabilities(found.answers, target, classes), f"{where}.probabilities.{image.name}")
    in_every_model(in_models(found.answers, target).set_index("role"), classes)
    if image.label is None:
        st.caption(f"Unlabelled: c = {plain(classes[target])}, the original's prediction.")


def _terms(run: RunFolder, image: Picked, found: Looked, where: str) -> None:
    if found.answers is None:
        return
    classes = run.spec.model.data.info.classes
    target, rival = target_and_rival(found.answers, image.label)
    others = [number for number in range(len(classes)) if number != target]
    irrelevant = st.selectbox(
        "Irrelevant class c'", others, others.index(rival), key=f"{where}.irrelevant.{image.name}",
        format_func=classes.__getitem__, help="Default: the one with the largest logit in the original.",
    )  # fmt: skip
    c, other = (rf"\mathrm{{{_math(classes[number])}}}" for number in (target, irrelevant))
    st.latex(rf"\Vert\nabla_x f_{{{c}}}(x)\Vert^2 - \Vert\nabla_x f_{{{other}}}(x)\Vert^2")
    table = mumis_numbers(found.answers, target, irrelevant)
    st.dataframe(
        table.assign(role=table["role"].map(role_name)), hide_index=True,
        column_config={
            "role": "model",
            "target_squared": st.column_config.NumberColumn("target²", format="%.4g"),
            "irrelevant_squared": st.column_config.NumberColumn("irrelevant²", format="%.4g"),
            "difference": st.column_config.NumberColumn("difference", format="%.4g"),
        },
    )  # fmt: skip
    st.caption("This image's own term of the loss that MU-Mis lowers; MU-Mis draws c' anew at every step.")
    show(logit_norms(found.answers, target, irrelevant, classes), f"{where}.norms.{image.name}")


def _math(name: str) -> str:
    """A class's name inside a formula: letters, digits and spaces are all that means itself there."""
    return r"\ ".join("".join(sign if sign.isalnum() else " " for sign in name).split()) or "class"


def _maps(run: RunFolder, image: Picked, found: Looked, kind: str, where: str) -> None:
    if found.answers is None or kind not in found.maps:
        return
    if not found.maps[kind]:
        st.info(NO_GRAD_CAM, icon=":material/info:")
        return
    classes = run.spec.model.data.info.classes
    names = [classes[number] for number in target_and_rival(found.answers, image.label)]
    show(attributions(found.maps[kind], names, kind), f"{where}.maps.{kind}.{image.name}")
