"""A picture of one's own, drawn or uploaded, in the original, the unlearned model and gold."""

import streamlit as st

from pages.ui import library
from pages.ui.closer import closer_look
from pages.ui.links import selected
from pages.ui.page import page

LEAD = "Draw or upload an image that no model has seen, and see what each of them makes of it."

with page("Try an image", LEAD):
    run = library.choose_run()
    if run is None:
        st.stop()
    name = selected("img")
    if name:
        closer_look(run, [name], "try")
