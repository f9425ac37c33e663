"""Several requests one after another on the running model: does the damage add up, does the forgotten come back?"""

import streamlit as st

from core import InvalidSpec
from pages.ui.sequences import form, steps
from pages.ui.shell.errors import boundary, plain
from pages.ui.shell.page import page

LEAD = (
    "Requests to forget arrive one after another. Each one starts from the previous unlearned model. After each "
    "request the model is compared with gold models, retrained without everything forgotten so far."
)

with page("Sequences", LEAD):
    with st.container(), boundary():
        form.prepare()  # a URL that is refused leaves the start
    if not form.form():
        st.stop()
    try:
        sequences = form.runs()
        steps.offer(sequences)
    except InvalidSpec as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()
    form.remember()
    if sequences:
        steps.results(sequences)
    else:
        st.info("Choose a method.", icon=":material/info:")
