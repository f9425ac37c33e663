from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store, load_dataset, make_spec
from core.datasets import is_prepared
from core.examples import Example, examples
from core.specs import METHODS, ForgetRequest, parse_spec, to_query
from core.specs.sweep import suitable_runs
from pages.ui.forget import request
from tests.pages.forms import field

PAGE = "pages/1_Forget.py"
SPECS = {
    "defaults": make_spec(),
    "share of two classes": make_spec("digits-noisy", "class=3,5:30%", draw=4),
    "less than a percent": make_spec(forget="random=0.4%"),
    "nearly all": make_spec(forget="random=80%"),
    "a union": make_spec("digits-families", "class=loops:10%+subclass=1,7+index=5,17", gold_seeds=(4, 7)),
    "paper variant": make_spec(settings={"variant": "paper", "learning_rate": 0.01, "delta": 0.5}, unlearn_seed=3),
    "a toggle": make_spec(method="random-label", settings={"replay": False, "batch_size": 16}),
    "no settings, no gold": make_spec(method="none", gold_seeds=()),
    "beyond the form": make_spec(recipe="cifar-fast", settings={"model.train.epochs": 5, "measure.probe_images": 50}),
    "no pool": make_spec(settings={"model.data.pool": False}),
    "a sequence": make_spec(after=[ForgetRequest(text="class=4:20%", draw=2)], seed=9),
}  # fmt: skip


def form_spec(app: AppTest) -> RunSpec:
    """What the form describes, by the last run that was fit to be started."""
    return app.session_state["draft_spec"]


def run_button(app: AppTest) -> Any:
    """The Run button; None where it is not offered."""
    return next((button for button in app.button if button.label == "Run"), None)


def text_of(app: AppTest) -> str:
    return field(app, "draft.text").value


def metric(app: AppTest, label: str) -> str:
    return next(str(metric.value) for metric in app.metric if metric.label == label)


def offered(app: AppTest, method: str) -> set[str]:
    """The settings of a method that have a widget."""
    widgets = [*app.number_input, *app.selectbox, *app.toggle]
    prefix = f"draft.set.{method}."
    return {str(widget.key).removeprefix(prefix) for widget in widgets if str(widget.key).startswith(prefix)}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_from_a_link_to_the_form_and_back(spec: RunSpec, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, to_query(spec))
    assert form_spec(app) == spec
    assert dict(app.query_params) == to_query(spec)
    assert run_button(app) is not None
    app.run()  # nothing moves by itself
    assert form_spec(app) == spec


@pytest.mark.parametrize("name", METHODS)
def test_the_form_offers_the_settings_that_a_method_uses(name: str, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    field(app, "draft.method").set_value(name).run()
    assert METHODS[name].about in "".join(text.value for text in app.markdown)
    assert offered(app, name) == {field for field in METHODS[name].model_fields if METHODS[name]().uses(field)} - {
        "name"
    }


def test_a_choice_changes_what_is_offered(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    assert {"cap", "head_step", "fraction"} <= offered(app, "mu-mis")
    field(app, "draft.set.mu-mis.cap").set_value(2.0).run()
    assert form_spec(app).method.cap == 2
    field(app, "draft.set.mu-mis.variant").set_value("paper").run()
    assert {"learning_rate", "delta"} <= offered(app, "mu-mis")
    assert not {"cap", "head_step", "fraction"} & offered(app, "mu-mis")
    field(app, "draft.set.mu-mis.learning_rate").set_value(0.02).run()
    assert form_spec(app) == make_spec(settings={"variant": "paper", "learning_rate": 0.02})


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("text", "class=elf", "class 'elf' is not known"),
        ("text", "", "forget request '' is not valid; write class=3"),
        ("text", "class=all", "leave some to retain"),
        ("text", "index=4500", "image 4500 is not among the training images"),
        ("golds", "many", "gold seeds = 'many' is not a whole number"),
        ("golds", "0,", "is the original's seed"),
    ],
)
def test_refused_input_is_one_sentence_and_no_run_button(
    key: str, value: str, sentence: str, open_page: Callable[..., AppTest], store: Store
) -> None:
    app = open_page(PAGE)
    before = dict(app.query_params)
    field(app, f"draft.{key}").set_value(value).run()
    assert [sentence in error.value.replace("\\", "") for error in app.error] == [True]
    assert run_button(app) is None
    assert dict(app.query_params) == before
    assert not store.root.exists()
    field(app, f"draft.{key}").set_value("class=4" if key == "text" else "2").run()
    assert not app.error
    assert run_button(app) is not None


def test_a_setting_out_of_range_is_refused_by_its_spec(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    field(app, "draft.set.mu-mis.fraction").set_value(2.0).run()
    assert ["fraction = 2.0" in error.value.replace("\\", "") for error in app.error] == [True]
    assert run_button(app) is None


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"dataset": "nope"}, "data set 'nope' is not known"),
        ({"set.variant": "paper", "set.cap": "2"}, "cap = 2.0 is not used with variant = paper"),
        ({"gold_seeds": "4,4"}, "seeds must be distinct"),
        ({"after": "class=1;"}, "has an empty request"),
    ],
)
def test_a_refused_link_is_one_sentence_over_the_defaults(
    query: dict[str, str], sentence: str, open_page: Callable[..., AppTest]
) -> None:
    app = open_page(PAGE, query)
    assert [sentence in error.value.replace("\\", "") for error in app.error] == [True]
    assert form_spec(app) == make_spec()
    app.run()
    assert not app.error  # the URL is in order now


def test_a_request_that_is_not_understood_stays_in_the_form(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"forget": "klass=3"})
    assert ["'klass=3' is not valid" in error.value for error in app.error] == [True]
    assert run_button(app) is None
    assert field(app, "draft.text").value == "klass=3"


def test_an_unknown_run_is_a_sentence_below_the_form(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"run": "*nope*"})
    assert [r"run '\*nope\*' is neither in" in error.value for error in app.error] == [True]
    assert run_button(app) is not None


@pytest.fixture
def pick(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``pick(app, 5, 17)``: the browser tells that these images are picked now, all of them."""
    told: dict[str, Any] = {}

    def button(*args: Any) -> None:
        *_, changed = args
        st.button("Pick", on_click=lambda: changed(told))

    def pick_(app: AppTest, *ids: int) -> None:
        told.update(picked=list(ids), clicks=told.get("clicks", 0) + 1)
        next(button for button in app.button if button.label == "Pick").click().run()

    monkeypatch.setattr(request, "picker", button)
    return pick_


def test_from_the_builder_to_the_text(open_page: Callable[..., AppTest], pick: Callable[..., None]) -> None:
    app = open_page(PAGE, {"dataset": "digits-families", "forget": "class=loops"})
    field(app, "draft.join").set_value(True).run()
    field(app, "draft.classes").set_value(["loops", "lines"])
    field(app, "draft.class_share").set_value(30).run()
    assert text_of(app) == "class=loops,lines:30%"
    field(app, "draft.subclasses").set_value(["three"]).run()
    assert text_of(app) == "class=loops,lines:30%+subclass=three"
    field(app, "draft.random_share").set_value(10).run()
    assert text_of(app) == "class=loops,lines:30%+subclass=three+random=10%"
    field(app, "draft.classes").set_value([])
    field(app, "draft.subclasses").set_value([])
    field(app, "draft.random_share").set_value(0).run()
    assert text_of(app) == ""
    pick(app, 17, 5)
    assert text_of(app) == "index=5,17"
    assert metric(app, "Images to forget") == "2"
    next(button for button in app.button if button.label == "Unpick all").click().run()
    assert text_of(app) == ""


def test_a_choice_in_one_tab_takes_the_place_of_the_others(
    open_page: Callable[..., AppTest], pick: Callable[..., None], words: Callable[[AppTest], str]
) -> None:
    app = open_page(PAGE, {"dataset": "digits"})
    assert text_of(app) == "class=3"
    assert "0 picked; picking images replaces class=three" in words(app)
    pick(app, 7)
    assert (text_of(app), field(app, "draft.classes").value) == ("index=7", [])
    assert "1 picked: they are the request" in words(app)
    field(app, "draft.random_share").set_value(10).run()
    assert (text_of(app), app.session_state["draft.picked"]) == ("random=10%", [])
    field(app, "draft.class_share").set_value(30).run()  # of no class
    assert text_of(app) == "random=10%"


def test_a_request_of_several_kinds_stays_one(
    open_page: Callable[..., AppTest], pick: Callable[..., None], words: Callable[[AppTest], str]
) -> None:
    app = open_page(PAGE, {"dataset": "digits", "forget": "class=4+index=7"})
    assert field(app, "draft.join").value
    pick(app, 7, 2)
    assert text_of(app) == "class=four+index=2,7"
    assert "2 picked, together with class=four" in words(app)


@pytest.mark.parametrize(("pool", "images"), [(True, 3000), (False, 4000)])  # DESIGN, section 5
def test_all_training_images_can_be_picked(
    pool: bool, images: int, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    monkeypatch.setattr(request, "load_dataset", lambda data: shown.append(len(load_dataset(data).train)) or
                        load_dataset(data))  # fmt: skip
    open_page(PAGE, to_query(make_spec(settings={"model.data.pool": pool})))
    assert shown == [images]


def test_from_the_text_to_the_builder(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    field(app, "draft.text").set_value("class=4,six:25%+random=5%+index=7,2").run()
    assert field(app, "draft.classes").value == ["four", "six"]
    assert field(app, "draft.class_share").value == 25
    assert field(app, "draft.random_share").value == 5
    assert app.session_state["draft.picked"] == [7, 2]
    field(app, "draft.text").set_value("class=9").run()
    assert field(app, "draft.classes").value == ["nine"]
    assert app.session_state["draft.picked"] == []


def test_another_data_set_brings_its_own_defaults(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, to_query(make_spec(forget="class=9", settings={"model.train.epochs": 5})))
    assert "Sub-classes" not in [tab.label for tab in app.tabs]
    field(app, "draft.dataset").set_value("digits-families").run()
    assert "Sub-classes" in [tab.label for tab in app.tabs]
    assert form_spec(app) == make_spec("digits-families", "subclass=3")
    field(app, "draft.dataset").set_value("digits-noisy").run()
    assert form_spec(app) == make_spec("digits-noisy", "class=3")


def test_other_images_of_the_same_share(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"forget": "class=3:30%"})
    first = [caption.value for caption in app.caption if "Forget-set ID" in caption.value]
    next(button for button in app.button if button.label == "Draw other images").click().run()
    assert form_spec(app).forget.draw == 1
    assert [caption.value for caption in app.caption if "Forget-set ID" in caption.value] != first


@pytest.mark.parametrize("entry", examples(), ids=lambda entry: entry.title)
def test_an_example_is_one_click_away(entry: Example, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"run": examples()[0].spec.id})
    next(button for button in app.button if button.label == entry.title).click().run()
    assert "run" not in app.query_params
    if is_prepared(entry.spec.model.data.name):
        assert form_spec(app) == entry.spec
    else:  # the form opens once they are here
        assert "Download and prepare" in [button.label for button in app.button]


def test_what_a_run_would_mean(open_page: Callable[..., AppTest], finished_run: Any, words: Callable) -> None:
    app = open_page(PAGE, to_query(finished_run.spec.replace(gold_seeds=(1,))))
    assert metric(app, "Images to forget") == str(finished_run.result["forget"]["size"])
    assert "0 models to train: all are here." in words(app)
    assert "With one gold model there is no gold spread" in "".join(warning.value for warning in app.warning)


def test_run(open_page: Callable[..., AppTest], store: Store, supervised: list[Path]) -> None:
    spec = make_spec(forget="class=7", gold_seeds=(1,))
    app = open_page(PAGE, to_query(spec))
    run_button(app).click().run()
    (row,) = store.rows()
    assert (row.state, parse_spec(row.spec)) == ("queued", spec)
    assert store.root in supervised
    assert dict(app.query_params) == to_query(spec) | {"run": spec.id}
    assert [bar.text for bar in app.progress] == ["Starting a worker."]
    assert form_spec(app) == spec
    again = open_page(PAGE, dict(app.query_params))  # a reload, or another browser
    assert form_spec(again) == spec
    assert [bar.text for bar in again.progress] == ["Starting a worker."]


def test_run_all_suitable_methods(open_page: Callable[..., AppTest], store: Store, supervised: list[Path]) -> None:
    spec = SPECS["share of two classes"]
    app = open_page(PAGE, to_query(spec))
    wanted = suitable_runs(spec)
    next(button for button in app.button if button.label == f"Run all suitable methods ({len(wanted)})").click().run()
    assert [parse_spec(row.spec) for row in reversed(store.rows())] == wanted
    assert {row.state for row in store.rows()} == {"queued"}
    assert store.root in supervised
    assert app.query_params["run"] == spec.id  # shown below the form


def test_the_form_is_as_it_was_left(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"forget": "class=7"})
    field(app, "draft.set.mu-mis.max_steps").set_value(7).run()
    left = form_spec(app)
    app.switch_page("pages/9_Runs.py").run()
    app.query_params.clear()  # the navigation carries the selection alone
    app.switch_page(PAGE).run()
    assert form_spec(app) == left
    assert left == make_spec(forget="class=7", settings={"max_steps": 7})
    assert field(app, "draft.set.mu-mis.max_steps").value == 7


def test_the_form_describes_the_run_below_it(
    open_page: Callable[..., AppTest], finished_run: Any, words: Callable[[AppTest], str]
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})  # from another page of a fresh window
    assert form_spec(app) == finished_run.spec
    assert "another run" not in words(app)
    field(app, "draft.golds").set_value("1,").run()
    field(app, "draft.text").set_value("class=7").run()
    assert (
        r"The form describes another run: forget.text is **class=7** there and **class=3** here, "
        r"gold\_seeds is **1** there and **1, 2** here."
    ) in words(app)
    field(app, "draft.text").set_value("nothing").run()
    assert "The form describes no valid run" in words(app)
    next(button for button in app.button if button.label == "Fill the form with this run").click().run()
    assert form_spec(app) == finished_run.spec
    assert "The form describes" not in words(app)


def test_a_form_that_was_changed_stays_as_it_was_left(
    open_page: Callable[..., AppTest], finished_run: Any, words: Callable[[AppTest], str]
) -> None:
    app = open_page(PAGE)
    app.switch_page("pages/9_Runs.py").run()
    app.query_params["run"] = finished_run.run  # chosen there; nothing was changed in the form
    app.switch_page(PAGE).run()
    assert form_spec(app) == finished_run.spec
    field(app, "draft.text").set_value("class=7").run()
    app.switch_page("pages/9_Runs.py").run()
    app.query_params.clear()
    app.query_params["run"] = finished_run.run
    app.switch_page(PAGE).run()
    assert form_spec(app) == finished_run.spec.replace(forget=ForgetRequest(text="class=7"))
    assert "The form describes another run" in words(app)


def test_without_its_images_a_run_is_shown_all_the_same(
    open_page: Callable[..., AppTest], words: Callable[[AppTest], str]
) -> None:
    entry = next(entry for entry in examples() if not is_prepared(entry.spec.model.data.name))
    app = open_page(PAGE, {"run": entry.spec.id})
    assert "is not on this machine" in words(app)
    assert f"· {entry.spec.id}" in words(app)


def test_a_step_of_a_sequence_says_so(open_page: Callable[..., AppTest], words: Callable) -> None:
    app = open_page(PAGE, {"forget": "class=5", "after": "class=1;class=3"})
    assert r"One step of a sequence, after class=1;class=3, by the same method." in words(app)
    next(button for button in app.button if button.label == "Drop the earlier requests").click().run()
    assert form_spec(app) == make_spec(forget="class=5")
    assert "A step of a sequence" not in words(app)
