"""How large the training is: images, width of the network, epochs."""

import streamlit as st

from core.specs import REDUCED, DataSpec, ModelSpec, TrainSpec, data_info
from pages.ui import draft
from pages.ui.settings import whole_number

SIZES = {  # setting -> label, its field, what an empty widget means
    "model.data.size": ("Images", DataSpec.model_fields["size"], "all"),
    "model.width": ("Width", ModelSpec.model_fields["width"], "default"),
    "model.train.epochs": ("Epochs", TrainSpec.model_fields["epochs"], "recipe's"),
}


def choose_size() -> None:
    """One field each; empty for the default."""
    columns = st.columns(len(SIZES))
    for column, (name, (label, field, empty)) in zip(columns, SIZES.items(), strict=True):
        value = draft.get("further").get(name)
        draft.put(f"size.{name}", None if value is None else int(value))
        with column:
            whole_number(
                label, field, f"{draft.PREFIX}size.{name}", field.description or "",
                value=None, placeholder=empty, on_change=_take, args=(name,),
            )  # fmt: skip


def _take(name: str) -> None:
    others = {other: value for other, value in draft.get("further").items() if other != name}
    value = draft.get(f"size.{name}")
    draft.put("further", others if value is None else others | {name: value})


def offer_reduced() -> None:
    """A button that makes the training small enough to be waited for without a GPU."""
    smaller = reduced()
    if smaller.items() <= draft.get("further").items():
        return
    size = f"{smaller['model.data.size']:,} images, " if "model.data.size" in smaller else ""
    st.info(
        "That is long. A narrow network on fewer images and for fewer epochs shows the same effects, less exactly.",
        icon=":material/hourglass_top:",
    )
    st.button(
        "Take a small setting", icon=":material/compress:", on_click=_reduce, args=(smaller,), width="stretch",
        help=f"{size}width {smaller['model.width']}, {smaller['model.train.epochs']} epochs.",
    )  # fmt: skip


def reduced() -> dict[str, int]:
    """The settings of a small training on the chosen images."""
    enough = data_info(draft.get("dataset")).sizes[0] > REDUCED["model.data.size"]
    return {name: value for name, value in REDUCED.items() if enough or name != "model.data.size"}


def _reduce(settings: dict[str, int]) -> None:
    draft.put("further", draft.get("further") | settings)
