"""A file of image ids as the forget request."""

import streamlit as st

from core.datasets.id_file import MAX_BYTES, read_ids
from core.specs import data_info
from core.specs.ids import ids_text
from pages.ui.forget import run_form
from pages.ui.shell.errors import callback

KEY = "ids.file"


def offer_ids() -> None:
    """Takes a file, whose images become the whole request."""
    st.file_uploader(
        "Or a file of image ids", ("npy", "json", "csv", "txt"), key=KEY, on_change=callback(_take),
        max_upload_size=MAX_BYTES >> 20,
        help='Replaces the request. A .npy array of ids or a mask over all training images; JSON: a list or '
        '`{"forget": [...]}`; CSV with a column of ids; or plain numbers.',
    )  # fmt: skip


def _take() -> None:
    if (file := st.session_state[KEY]) is not None:
        ids = read_ids(file.getvalue(), file.name, data_info(run_form.get("dataset")))
        run_form.put("text", f"index={ids_text(ids)}")
        run_form.show_request()
