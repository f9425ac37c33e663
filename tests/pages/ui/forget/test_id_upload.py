from collections.abc import Callable
from io import BytesIO

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.pages.forms import field

PAGE = "pages/1_Forget.py"


def test_a_file_becomes_the_request(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"dataset": "digits", "forget": "class=3", "method": "none"})
    mask = np.zeros(1350, bool)
    mask[[90, 5, 17]] = True
    file = BytesIO()
    np.save(file, mask)
    app.file_uploader(key="ids.file").upload("mask.npy", file.getvalue()).run()
    assert app.session_state["draft_spec"].forget.text == "index=5,17,90"
    assert app.query_params["forget"] == "index=5,17,90"
    assert app.session_state["draft.picked"] == [5, 17, 90]
    assert field(app, "draft.classes").value == []


def test_a_bad_file_is_a_sentence_and_changes_nothing(
    open_page: Callable[..., AppTest], words: Callable[[AppTest], str]
) -> None:
    app = open_page(PAGE, {"dataset": "digits", "forget": "class=4", "method": "none"})
    app.file_uploader(key="ids.file").upload("ids.csv", b"label,name\n3,a\n").run()
    assert "ids.csv has the columns label, name; one column of ids is needed" in words(app)
    assert app.session_state["draft_spec"].forget.text == "class=4"
