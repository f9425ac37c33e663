"""A picture of one's own, drawn or uploaded, in the original, the unlearned model and gold."""

import streamlit as st

from pages.ui import library
from pages.ui.closer import closer_look
from pages.ui.links import selected
from pages.ui.own_picture import choose_picture
from pages.ui.page import page

LEAD = "Draw or upload an image that no model has seen. What do the original, the unlearned model and gold make of it?"

with page("Try an image", LEAD):
    run = library.choose_run()
    if run is None:
        st.stop()
    making, looking = st.columns([2, 3], gap="large")
    with making:
        st.subheader("Your image", anchor=False)
        choose_picture(run)
    with looking:
        st.subheader("As the models see it", anchor=False)
        if name := selected("img"):
            closer_look(run, [name], "try")
        else:
            st.info("Nothing is selected yet. Draw something and show it to the models.", icon=":material/draw:")
