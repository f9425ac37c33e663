"""The Images page's slice: the filters, which live in the URL, its numbers, and its images as a forget request."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import ForgetRequest
from core.analysis.slices import SLICE_METRICS, TRAINING, Images, Slice, beside_all, training_ids
from core.figures import SPLIT_NAMES, in_role_order, role_name
from core.glossary import tooltip
from core.metrics.catalogue import METRICS
from core.metrics.metric import SHARE
from core.specs import DataInfo, RunSpec, to_query
from core.specs.ids import LONG, PACKED, ids_text, parse_ids
from pages.ui.runs.summary import METRIC_WIDTH, percent
from pages.ui.shell.errors import callback
from pages.ui.shell.figure import folded_table
from pages.ui.shell.links import link
from pages.ui.shell.url_state import image_number, write

PICKED = "ids"  # of the URL: what was lassoed in the map
RANGED = ("target_norm", "irrelevant_norm")
EASY = {"easy": True, "hard": False}
QUANTILES = range(0, 101, 5)
MAX_ASKED = 50_000  # ids in a request: packed, they make a link that browsers and servers still take


def choose(images: Images, info: DataInfo) -> Slice:
    """The model that is looked at beside the original, and the filters, none of them set at first."""
    about = images.about
    columns = st.columns(5, vertical_alignment="bottom")
    with columns[0]:
        roles = [role for role in in_role_order(images.roles) if role not in ("original", "initial")]
        role = st.selectbox("Model", roles, format_func=role_name, key="images.model", bind="query-params",
                            help="Shown beside the original. Predictions and norms are this model's.")  # fmt: skip
    with columns[1]:
        labels = _several("Class", range(len(info.classes)), "class", info.classes)
    with columns[2]:
        splits = [name for name in (*TRAINING, "test", "pool") if name in about["split"].cat.categories]
        split = _several("Part of the data", splits, "split", SPLIT_NAMES)
    with columns[3]:
        outcome = _several("Outcome", about["outcome"].cat.categories, "outcome", help="Right or wrong: the "
                           "unlearned model against gold, which is right where half of the golds are.")  # fmt: skip
    with columns[4], st.popover("More", icon=":material/tune:", width="stretch"):
        norm = st.selectbox(
            "Norm", RANGED, format_func=lambda name: METRICS[name].name, key="images.norm", bind="query-params"
        )
        low, high = _range(images.values[norm][role])
        subclasses: tuple[int, ...] = ()
        if info.subclasses is not None:
            subclasses = _several("Sub-class", range(len(info.subclasses)), "subclass", info.subclasses)
        called = None
        if about["easy"].notna().any():
            called = st.segmented_control("Predicted by TMU", EASY, key="images.easy", bind="query-params")
    easy = None if called is None else EASY[called]
    return Slice(labels, subclasses, split, outcome, easy, norm, role, low, high, picked())


def _several(
    label: str, options: Sequence, name: str, names: Sequence[str] | dict | None = None, **words: str
) -> tuple:
    return tuple(
        st.multiselect(label, options, format_func=lambda option: str(option) if names is None else names[option],
                       key=f"images.{name}", bind="query-params", placeholder="all", **words)
    )  # fmt: skip


def _range(norms: pd.Series) -> tuple[float | None, float | None]:
    """None for an end that is open."""
    ends = norms.quantile([share / 100 for share in QUANTILES]).tolist()
    low, high = st.select_slider(
        "From the lowest to the highest", QUANTILES, value=(0, 100), key="images.range", bind="query-params",
        format_func="{}%".format, help="In percent of the images whose norms were measured.",
    )  # fmt: skip
    st.caption(f"{ends[low // 5]:.3g} to {ends[high // 5]:.3g}")
    return ends[low // 5] if low else None, ends[high // 5] if high < 100 else None


def picked() -> tuple[int, ...]:
    """Ids of the lassoed images, from the URL; empty without a lasso."""
    text = st.query_params.get(PICKED, "")
    if text.startswith(PACKED):
        return parse_ids(text) or ()
    return tuple(number for word in text.split("-") if (number := image_number(word)) is not None)


def pick(ids: Sequence[int]) -> None:
    """Writes lassoed images into the URL; none takes the lasso off."""
    write({PICKED: ids_text(ids, LONG).replace(",", "-") or None})  # a comma would be written as three signs


def size(part: Slice, mask: np.ndarray) -> None:
    """How many images the slice has, which of the folded filters are set, and the way back from a lasso."""
    told = [f"**{mask.sum():,}** of {len(mask):,} images"]
    if part.low is not None or part.high is not None:
        ends = " to ".join("any" if end is None else f"{end:.3g}" for end in (part.low, part.high))
        told.append(f"{METRICS[part.norm].name.lower()} {ends}")
    if part.subclasses:
        told.append(f"{len(part.subclasses)} sub-class{'es' * (len(part.subclasses) > 1)}")
    if part.easy is not None:
        told.append(f"predicted {'easy' if part.easy else 'hard'}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(" · ".join(told), width="content")
        if part.ids:
            st.button(f"Clear selection ({len(part.ids):,})", icon=":material/lasso_select:",
                      on_click=callback(pick, ()))  # fmt: skip


def numbers(images: Images, mask: np.ndarray, role: str) -> None:
    """Every metric of one model in the slice, with its value over all images and gold's in the slice."""
    rows = beside_all(images, mask)
    wide = rows.pivot(index="metric", columns="role", values=["slice", "all"])
    golds = [name for name in images.golds if name != role]
    st.caption(f"**{role_name(role)}** on the selected images (below: on all images, and gold on the selected ones)")
    with st.container(horizontal=True):
        for name in SLICE_METRICS:
            own, whole = (wide.loc[name, (column, role)] for column in ("slice", "all"))
            gold = f", gold {_value(name, wide.loc[name, 'slice'][golds].mean())}" if golds else ""
            st.metric(
                METRICS[name].name, _value(name, own), f"all {_value(name, whole)}{gold}", delta_color="off",
                delta_arrow="off", help=f"{tooltip(name)}  \nHere: on the images of the slice.", width=METRIC_WIDTH,
            )  # fmt: skip
    folded_table("Every model", rows.assign(role=rows["role"].map(role_name)), "slice")


def _value(metric: str, value: float) -> str:
    if pd.isna(value):
        return "–"
    return percent(value) if METRICS[metric].unit == SHARE else f"{value:.3g}"


def requests(spec: RunSpec, images: Images, mask: np.ndarray) -> None:
    """Links that open the form with images of the slice as the forget request."""
    asked = {
        "the {} training images of this selection": training_ids(images, mask),
        "its {} hardest": training_ids(images, mask, "hardness", 100),
        "its {} most changed": training_ids(images, mask, "change", 100),
    }
    every = asked["the {} training images of this selection"]
    if not every:
        st.caption("This selection has no training image to forget.")
        return
    st.caption("Hardest: largest loss in the original. Most changed: largest change of the label's probability "
               "by unlearning.")  # fmt: skip
    rest = to_query(spec.replace(forget=ForgetRequest(), after=()))
    with st.container(horizontal=True):
        for label, ids in asked.items():
            if len(ids) <= MAX_ASKED:
                text = ForgetRequest(text=f"index={ids_text(ids)}").linked
                link("Forget", f"Forget {label.format(len(ids))}", rest | {"forget": text})
    if len(every) > MAX_ASKED:
        st.caption(f"{len(every):,} training images are too many for one request; narrow the selection to "
                   f"{MAX_ASKED:,}.")  # fmt: skip
