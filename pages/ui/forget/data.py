"""The choice of a data set."""

import streamlit as st

from core.datasets import is_prepared
from core.specs import DATASETS, DataInfo, data_info, own_datasets
from pages.ui.forget import run_form, uploads
from pages.ui.shell.download import offer_download
from pages.ui.shell.errors import callback, plain


def choose_data() -> DataInfo | None:
    """A select box over the data sets; None, and an offer in its place, where the chosen one has to be fetched."""
    known = DATASETS | own_datasets()
    st.selectbox(
        "Data set", known, format_func=lambda name: known[name].title, key=run_form.key("dataset"),
        on_change=callback(run_form.change_data),
        help="\n\n".join(f"**{plain(i.title)}**: {plain(i.about)}" for i in known.values()),
    )  # fmt: skip
    name = run_form.get("dataset")
    if not is_prepared(name):
        offer_download(name)
        return None
    return data_info(name)


def offer_other_data() -> None:
    """Images of one's own, and which of the training images become a pool."""
    uploads.offer_images()
    st.toggle(
        "Reserve a held-out pool", key=run_form.key("pool"),
        help="Part of the training images becomes the pool. No model is trained on it, and some methods need it. "
        "Off: the papers' splits, with all training images used for training.",
    )  # fmt: skip
