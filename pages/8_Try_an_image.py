"""A picture of one's own, drawn or uploaded, in the original, the unlearned model and gold."""

import streamlit as st

from pages.ui.image.image_detail import closer_look
from pages.ui.image.image_input import choose_picture
from pages.ui.shell import data_access
from pages.ui.shell.page import page
from pages.ui.shell.url_state import selected

LEAD = "An image that no model has seen: how do the original, the unlearned model and gold classify it?"

with page("Try an image", LEAD):
    run = data_access.choose_run()
    if run is None:
        st.stop()
    making, looking = st.columns([2, 3], gap="large")
    with making:
        choose_picture(run)
    with looking:
        if name := selected("img"):
            closer_look(run, [name], "try")
        else:
            st.info(
                "Draw a digit, or upload a picture. The models answer as soon as you lift the pen.",
                icon=":material/draw:",
            )
