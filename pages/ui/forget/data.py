"""The choice of a data set, and the offer to download one that is not here yet."""

import streamlit as st

from core.datasets import is_prepared
from core.jobs.download import BEGIN, cancel_download, download_state, is_downloading, start_download
from core.specs import DATASETS, DataInfo, data_info, own_datasets
from pages.ui.forget import run_form, uploads
from pages.ui.shell.errors import callback, fragment, plain


def choose_data() -> DataInfo | None:
    """A select box over the data sets; None, and an offer in its place, where the chosen one has to be fetched."""
    known = DATASETS | own_datasets()
    st.selectbox(
        "Data set", known, format_func=lambda name: known[name].title, key=run_form.key("dataset"),
        on_change=callback(run_form.change_data),
        help="\n\n".join(f"**{plain(i.title)}**: {i.about}" for i in known.values()),
    )  # fmt: skip
    uploads.offer_images()
    name = run_form.get("dataset")
    if not is_prepared(name):
        _offer(name)
        return None
    st.toggle(
        "Hold images back", key=run_form.key("pool"),
        help="A part of the training images becomes the pool, on which no model is trained: some methods need it. "
        "Off: the papers' own splits, all training images are trained on.",
    )  # fmt: skip
    return data_info(name)


def offer_missing(name: str) -> None:
    """For a run's page: says where its images are not on this machine, and offers to fetch them."""
    if is_prepared(name):
        return
    title = data_info(name).title
    with st.expander(
        f"Grey squares stand for images of {title}: they are not on this machine", icon=":material/image:"
    ):
        _offer(name)


def _offer(name: str) -> None:
    info = data_info(name)
    st.info(f"{info.title} is not on this machine. {info.about}", icon=":material/download:")
    st.caption(
        "It is looked for in the store's folder `data` (or where UNLEARN_DATA points), and downloaded if it is not "
        "there. A download that breaks off goes on where it stopped."
    )
    if is_downloading(name):
        fragment(_progress, every=0.5)(name)
        return
    told = download_state(name)
    if told is not None:
        st.error(plain(told["error"] or "The last download was cut off."), icon=":material/error:")
    if told is not None and told.get("damaged"):
        st.button("Replace the damaged files by a new download", type="primary", icon=":material/sync:",
                  on_click=callback(start_download, name, True))  # fmt: skip
        st.button("Try again", icon=":material/refresh:", on_click=callback(start_download, name, False))
        return
    st.button(
        "Download and prepare",
        type="primary",
        icon=":material/download:",
        on_click=callback(start_download, name, False),
    )


def _progress(name: str) -> None:
    told = download_state(name)
    if not is_downloading(name):
        st.rerun()
    if told is not None and told["total"] > 1:
        share = min(1.0, told["done"] / told["total"])
        text = f"{told['name']}: {told['done'] / 1e6:.1f} of {told['total'] / 1e6:.1f} MB"
        st.progress(share, plain(text))
    else:
        st.progress(0.0, plain(told["name"] if told else BEGIN))
    st.button("Stop", icon=":material/stop:", on_click=callback(cancel_download, name))
