"""A picture of one's own, drawn or uploaded, in the original, the unlearned model and gold."""

import streamlit as st

from pages.ui.image.image_detail import closer_look
from pages.ui.image.image_input import choose_picture
from pages.ui.shell import data_access
from pages.ui.shell.page import page
from pages.ui.shell.url_state import selected

LEAD = "Draw or upload an image that no model has seen. How do the original, the unlearned model and gold classify it?"

with page("Try an image", LEAD):
    run = data_access.choose_run()
    if run is None:
        st.stop()
    making, looking = st.columns([2, 3], gap="large")
    with making:
        st.subheader("Your image", anchor=False)
        choose_picture(run)
    with looking:
        st.subheader("What the models predict", anchor=False)
        if name := selected("img"):
            closer_look(run, [name], "try")
        else:
            st.info("No image yet. Draw one and submit it to the models.", icon=":material/draw:")
