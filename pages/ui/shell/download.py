"""The offer to download a data set that is not on this machine, and its progress."""

import streamlit as st

from core.access import is_read_only
from core.datasets import is_prepared
from core.jobs.download import BEGIN, cancel_download, download_state, is_downloading, start_download
from core.specs import data_info
from pages.ui.shell.errors import callback, fragment, plain


def offer_missing(name: str) -> None:
    """For a run's page: says where its images are not on this machine, and offers to fetch them."""
    if is_prepared(name):
        return
    title = data_info(name).title
    with st.expander(f"To see the images: download {plain(title)}", expanded=True, icon=":material/download:"):
        offer_download(name)
        st.caption("The results below are shipped. Until then grey squares stand in for the images.")


def download_size(name: str) -> str:
    """The size of a data set's download; empty for a set that came with a package."""
    source = data_info(name).source
    return f"{source.megabytes} MB" if source else ""


def offer_download(name: str) -> None:
    """The download of a data set: its size, its progress, and what went wrong."""
    info = data_info(name)
    size = f" The download is {download_size(name)}." if info.source else ""
    st.info(f"{plain(info.title)} is not on this machine. {plain(info.about)}{size}", icon=":material/download:")
    st.caption(
        "The app looks in the store's folder `data` (or where UNLEARN_DATA points) and downloads it if it is not "
        "there. An interrupted download continues where it stopped."
    )
    if is_downloading(name):
        fragment(_progress, every=0.5)(name)
        return
    if is_read_only():
        return
    told = download_state(name)
    if told is not None:
        st.error(plain(told["error"] or "The last download was cut off."), icon=":material/error:")
    if told is not None and told.get("damaged"):
        st.button("Replace the damaged files with a new download", type="primary", icon=":material/sync:",
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
