"""Several requests one after another on the running model: does the damage add up, does the forgotten come back?"""

import streamlit as st

from core import InvalidSpec
from pages.ui import sequence, sequence_form
from pages.ui.boundary import boundary, plain
from pages.ui.page import page

LEAD = (
    "Requests to forget do not come all at once. Each of these starts from what the one before has left, and after it "
    "the model is compared with gold models that were retrained without everything forgotten so far."
)

with page("Sequences", LEAD):
    with st.container(), boundary():
        sequence_form.prepare()  # a URL that is refused leaves the start
    if not sequence_form.form():
        st.stop()
    try:
        sequences = sequence_form.runs()
        sequence.offer(sequences)
    except InvalidSpec as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()
    sequence_form.remember()
    if sequences:
        sequence.results(sequences)
    else:
        st.info("Choose a method.", icon=":material/info:")
