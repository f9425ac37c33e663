from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core import InvalidSpec, Store, make_spec
from core.specs import parse_spec, to_query
from pages.ui.forget.several import METHODS_KEY, SETTING_KEY, VALUES_KEY, runs_to_compare

SPEC = make_spec("digits", "class=7", gold_seeds=(1,))


def test_every_value_once_then_the_other_methods() -> None:
    runs = runs_to_compare(SPEC, ["none", "scrub"], "max_steps", "5, 7,5")
    assert [run.method.name for run in runs] == ["mu-mis", "mu-mis", "none", "scrub"]
    assert [run.method.max_steps for run in runs[:2]] == [5, 7]
    assert {run.request_key for run in runs} == {SPEC.request_key}
    assert runs_to_compare(SPEC, [], "cap", " ") == [SPEC]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("fast", "max_steps = 'fast'"),
        ("-1", "max_steps = '-1' is not allowed"),
        ("1,2,3,4,5,6,7,8,9", "9 runs are too many for one comparison; at most 8 are allowed"),
    ],
)
def test_refused_values(values: str, message: str) -> None:
    with pytest.raises(InvalidSpec, match=message):
        runs_to_compare(SPEC, [], "max_steps", values)


def test_they_are_queued_and_opened_together(open_page: Callable[..., AppTest], store: Store) -> None:
    app = open_page("pages/1_Forget.py", to_query(SPEC))
    app.multiselect(key=METHODS_KEY).set_value(["none"])
    app.selectbox(key=SETTING_KEY).set_value("max_steps").run()
    app.text_input(key=VALUES_KEY).set_value("5, 7").run()
    app.button(key="several.run").click().run()
    queued = [parse_spec(row.spec) for row in reversed(store.rows())]
    assert queued == runs_to_compare(SPEC, ["none"], "max_steps", "5,7")
    assert [title.value for title in app.title] == ["Runs"]
    assert app.query_params["vs"] == ",".join(run.id for run in queued)
    assert "0 of 3 runs of this comparison are finished" in [bar.text for bar in app.progress]
