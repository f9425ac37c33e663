"""How large the training is: images, width of the network, epochs."""

import streamlit as st

from core.specs import REDUCED, DataSpec, ModelSpec, TrainSpec, data_info
from pages.ui.forget import run_form
from pages.ui.forget.settings import whole_number
from pages.ui.shell.errors import callback

SIZES = {  # setting -> label, its field, what an empty widget means, a value in words
    "model.data.size": ("Images", DataSpec.model_fields["size"], "all", "{:,} images"),
    "model.width": ("Width", ModelSpec.model_fields["width"], "default", "width {}"),
    "model.train.epochs": ("Epochs", TrainSpec.model_fields["epochs"], "recipe's", "{} epochs"),
}


def choose_size() -> None:
    """One field each; empty for the default."""
    for name, (label, field, empty, _) in SIZES.items():
        value = run_form.get("further").get(name)
        run_form.put(f"size.{name}", None if value is None else int(value))
        whole_number(
            label, field, run_form.key(f"size.{name}"), field.description or "",
            value=None, placeholder=empty, on_change=callback(_take, name),
            disabled=name in _fixed(),
        )  # fmt: skip
    if (REDUCED.keys() - _fixed()) & run_form.get("further").keys():
        st.button("Back to full size", icon=":material/expand:", on_click=callback(_enlarge))


def _fixed() -> set[str]:
    """Given weights have their own width."""
    return {"model.width"} if run_form.get("weights") else set()


def _enlarge() -> None:
    smaller = REDUCED.keys() - _fixed()
    run_form.put("further", {name: value for name, value in run_form.get("further").items() if name not in smaller})


def _take(name: str) -> None:
    others = {other: value for other, value in run_form.get("further").items() if other != name}
    value = run_form.get(f"size.{name}")
    run_form.put("further", others if value is None else others | {name: value})


def offer_reduced() -> None:
    """A button that makes the training small enough to be waited for without a GPU."""
    smaller, now = reduced(), run_form.get("further")
    if all(name in now and int(now[name]) <= value for name, value in smaller.items() if name in SIZES):
        return
    said = ", ".join(words.format(smaller[name]) for name, (*_, words) in SIZES.items() if name in smaller)
    st.info(f"This takes long. A small setting ({said}) shows the same effects less precisely.",
            icon=":material/hourglass_top:")  # fmt: skip
    st.button("Use a small setting", icon=":material/compress:", on_click=callback(_reduce, smaller), width="stretch")


def reduced() -> dict[str, int]:
    """The settings of a small training on the chosen images, and with the chosen weights."""
    left_out = _fixed()
    if data_info(run_form.get("dataset")).sizes[0] <= REDUCED["model.data.size"]:
        left_out.add("model.data.size")
    return {name: value for name, value in REDUCED.items() if name not in left_out}


def _reduce(settings: dict[str, int]) -> None:
    run_form.put("further", run_form.get("further") | settings)
