"""Images and weights of the user's own: given to a process that checks and adds them, and what came of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.access import is_read_only
from core.jobs.uploads import adding_state, cancel_adding, start_adding
from core.specs import RECIPES, ModelSpec, short
from core.store.weights import fitting_weights
from pages.ui.forget import run_form
from pages.ui.shell.errors import boundary, callback, fragment, plain

WEIGHT_FILES = ("safetensors", "pth", "pt", "tar")  # .pth.tar is a name of torch.save's files, not an archive
IMAGES = """
- **.zip** of a folder with one folder of pictures per class: `train/CLASS/…` with `test/CLASS/…` (or `val`), or
  `CLASS/…`, of which every fifth picture is kept for testing. Transparent parts of pictures become white.
- **.npz** with `x_train`, `y_train`, `x_test`, `y_test` (or `train_images`, `train_labels`, …) and, if you like,
  `class_names`; images as uint8 (N, H, W) or (N, H, W, 3).

Every file is checked first. Problems are named file by file, and files that are left out are counted. For more than
200 MB use `python -m core add`.
"""
WEIGHTS = """
A **.safetensors**, **.pth** or **.pt** file with weights of this architecture on this data set, with our names or
those of torchvision, Unlearn-Saliency, SSD, kuangliu/pytorch-cifar or torchunlearn. Names, shapes and types are checked
before anything is loaded. Check the test accuracy: it shows whether the weights compute what you expect. MU-Mis and
the views of images need nothing more. Gold models need a recipe, which you choose above; **the original's is unknown**.
"""


def offer_images() -> None:
    """Takes a file of images, and makes them the chosen data set."""
    if is_read_only():
        return
    with st.expander("Add images of your own", icon=":material/upload:"):
        st.markdown(IMAGES)
        file = st.file_uploader("Images", ("zip", "npz"), key="own.images", label_visibility="collapsed")
        st.button("Check and add the images", disabled=file is None, on_click=callback(_start_images, file))
        _outcome("images", _use_images)


def choose_weights() -> None:
    """The original: trained here, or weights that were added; and the recipe of what is trained here."""
    data, arch, chosen = run_form.get("dataset"), run_form.get("arch"), run_form.get("weights")
    known = {info.name: f"{short(info.title)} ({info.right:.1%} of test images right)"
             for info in fitting_weights(data, arch)}  # fmt: skip
    st.selectbox(
        "Original", dict.fromkeys(["", *known, chosen]), key=run_form.key("weights"),
        on_change=callback(_change_weights), format_func=lambda name: known.get(name, name or "Trained here"),
    )  # fmt: skip
    st.selectbox(
        "Recipe", RECIPES, key=run_form.key("recipe"), format_func=_recipe,
        help="How models are trained here: gold models, and the original unless you added its weights.",
    )  # fmt: skip
    if chosen:
        st.caption("The original's recipe is unknown: gold models follow this one.")
    if is_read_only():
        return
    with st.expander("Add weights of your own", icon=":material/upload:"):
        st.markdown(WEIGHTS)
        file = st.file_uploader("Weights", WEIGHT_FILES, key="own.weights", label_visibility="collapsed")
        st.text_input(
            "Class names in the order of the outputs", key="own.labels", placeholder="as in the data set",
            help="Separated by commas. Needed if the network orders the classes differently from the data set.",
        )  # fmt: skip
        st.text_input(
            "Normalisation of the pixels", key="own.normalise", placeholder="the file's, else the data set's",
            help="MEAN/STD of pixels from 0 to 1, such as 0.5/0.25: one number for all channels, or one per channel, "
            "separated by commas. A wrong value costs test accuracy.",
        )  # fmt: skip
        st.button("Check and add the weights", disabled=file is None, on_click=callback(_start_weights, file))
        _outcome("weights", _use_weights)


def _recipe(name: str) -> str:
    recipe = RECIPES[name]
    return f"{name}: {recipe.epochs} epochs at rate {recipe.learning_rate:g}, {recipe.batch_size} images a step"


def _change_weights() -> None:
    if run_form.get("weights"):
        run_form.put("golds", "0")  # until a recipe is chosen for them


def _start_images(file: UploadedFile) -> None:
    path = Path(file.name)
    st.session_state["adding.images"] = start_adding(file, _kind(path), _title(path))


def _start_weights(file: UploadedFile) -> None:
    names = st.session_state["own.labels"]
    labels = tuple(name.strip() for name in names.split(",")) if names.strip() else ()
    model = ModelSpec.parse({"data": {"name": run_form.get("dataset")}, "arch": run_form.get("arch")})
    path = Path(file.name)
    kind = "safetensors" if path.suffix.lower() == ".safetensors" else "pth"
    normalise = st.session_state["own.normalise"].strip()
    st.session_state["adding.weights"] = start_adding(file, kind, _title(path), model, labels, normalise)


def _kind(path: Path) -> Literal["npz", "zip"]:
    return "zip" if path.suffix.lower() == ".zip" else "npz"


def _title(path: Path) -> str:
    return short("".join(sign for sign in path.stem if sign.isprintable())) or "own"


def _outcome(what: str, use: Callable[[str], None]) -> None:
    """What the process says of the file that was given last."""
    if token := st.session_state.get(f"adding.{what}"):
        with boundary():
            state = adding_state(token)
            going_on = not (state["name"] or state["error"])
            fragment(_show, 0.5 if going_on else None)(what, token, use, going_on)


def _show(what: str, token: str, use: Callable[[str], None], going_on: bool) -> None:
    state = adding_state(token)
    if going_on and (state["name"] or state["error"]):
        st.rerun()
    if going_on:
        st.progress(state["done"] / state["total"], f"Checking: {state['done']} of {state['total']}")
        st.button("Stop", key=f"adding.{what}.stop", icon=":material/stop:", on_click=callback(_stop, what, token))
    elif state["error"]:
        st.error(plain(state["error"]), icon=":material/error:")
    else:
        st.success(plain(state["said"]), icon=":material/check:")
        st.button(f"Use these {what}", type="primary", on_click=callback(use, state["name"]))


def _stop(what: str, token: str) -> None:
    st.session_state[f"adding.{what}"] = None
    cancel_adding(token)


def _use_images(name: str) -> None:
    run_form.put("dataset", name)
    run_form.change_data()
    st.session_state["adding.images"] = None


def _use_weights(name: str) -> None:
    run_form.put("weights", name)
    _change_weights()
    st.session_state["adding.weights"] = None
