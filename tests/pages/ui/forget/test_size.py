from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core import make_spec
from core.planning import estimate
from core.specs import REDUCED, to_query
from pages.ui.forget import plan_summary
from pages.ui.forget.plan_summary import duration
from tests.pages.forms import field

PAGE = "pages/1_Forget.py"


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "has_gpu", lambda: False)


def offer(app: AppTest) -> list[str]:
    return [button.label for button in app.button if button.label == "Use a small setting"]


def test_sizes_are_part_of_the_form_and_of_its_link(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    assert [field(app, f"draft.size.{name}").value for name in list(REDUCED)[:3]] == [None] * 3
    field(app, "draft.size.model.train.epochs").set_value(4).run()
    field(app, "draft.size.model.width").set_value(20).run()
    wanted = make_spec(settings={"model.train.epochs": 4, "model.width": 20})
    assert app.session_state["draft_spec"] == wanted
    again = open_page(PAGE, to_query(wanted))
    assert field(again, "draft.size.model.width").value == 20
    field(again, "draft.size.model.width").set_value(None).run()
    assert again.session_state["draft_spec"] == make_spec(settings={"model.train.epochs": 4})
    next(button for button in again.button if button.label == "Back to full size").click().run()
    assert again.session_state["draft_spec"] == make_spec()


def test_a_long_training_is_told_and_a_small_one_offered(open_page: Callable[..., AppTest]) -> None:
    assert offer(open_page(PAGE)) == []
    app = open_page(PAGE, to_query(make_spec(settings={"model.width": 256, "model.train.epochs": 1000})))
    time = next(metric for metric in app.metric if metric.label == "Time")
    assert time.value.endswith((" h", " d"))
    assert time.delta == "rough, training only"  # no network like it was ever trained here
    (button,) = [button for button in app.button if button.label == "Use a small setting"]
    button.click().run()
    model = app.session_state["draft_spec"].model
    assert (model.width, model.train.epochs) == (REDUCED["model.width"], REDUCED["model.train.epochs"])
    assert model.data.size is None  # the digits are fewer than a small setting's photographs
    assert offer(app) == []


def test_who_has_a_small_setting_is_not_offered_it(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_summary, "LONG", 0.0)
    sizes = {name: REDUCED[name] for name in ("model.width", "model.train.epochs")}
    assert (
        len(offer(open_page(PAGE, to_query(make_spec(settings=sizes | {"model.width": REDUCED["model.width"] + 1})))))
        == 1
    )
    assert offer(open_page(PAGE, to_query(make_spec(settings=sizes)))) == []
    assert offer(open_page(PAGE, to_query(make_spec(settings=sizes | {"model.width": 4})))) == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "~1 s"), (89, "~89 s"), (300, "~5 min"), (7200, "~2.0 h"), (200_000, "~2.3 d")],
)
def test_durations_are_short(seconds: float, said: str) -> None:
    assert duration(seconds) == said
