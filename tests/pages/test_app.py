from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import is_prepared
from core.examples import Example, examples, shipped
from core.metrics.catalogue import METRICS as CATALOGUE
from core.specs import to_query
from core.store import RunFolder

METRICS = ("FA", "RA", "TA", "FA_test", "RA_test")


@pytest.mark.parametrize("entry", examples(), ids=lambda entry: entry.title)
def test_every_example_shows_the_numbers_of_its_result(
    entry: Example, open_page: Callable[..., AppTest], words: Callable
) -> None:
    run = shipped(entry.spec)
    assert run is not None
    app = open_page("app.py", {"run": run.run})
    shown = {metric.label: str(metric.value) for metric in app.metric}
    unlearned = run.result["accuracy"]["unlearned"]
    for name in METRICS:
        text = shown[CATALOGUE[name].name]
        # shown with one digit of a percent
        assert text == "–" if unlearned[name] is None else as_fraction(text) == pytest.approx(unlearned[name], abs=6e-4)
    assert as_fraction(shown["Forgotten, still right"]) == pytest.approx(unlearned["FA"], abs=6e-4)
    assert shown["Time to forget"] == f"{run.result['seconds']['unlearn']:.1f} s"
    assert f"{100 * run.result['gap']['average']:.2f} points" in words(app)
    assert entry.lesson in words(app)


def as_fraction(text: str) -> float:
    return float(text.removesuffix("%")) / 100


def test_the_links_carry_the_example_and_its_cards_the_others(open_page: Callable[..., AppTest]) -> None:
    last = examples()[-1].spec
    app = open_page("app.py", {"run": last.id})
    links = {link.proto.label: link.proto for link in app.page_link}
    for label in ("Sensitivity", "Gold comparison", "Look into the images", "Compare with gold"):
        assert f"run={last.id}" in links[label].query_string
    opened = [link.proto.query_string for link in app.page_link if link.proto.label == "Open"]
    for query, entry in zip(opened, sorted(examples()[:-1], key=is_elsewhere), strict=True):
        assert f"run={entry.spec.id}" in query
        assert all(f"{name}=" in query for name in to_query(entry.spec))


def is_elsewhere(entry: Example) -> bool:
    """Those whose images have to be downloaded come last."""
    return not is_prepared(entry.spec.model.data.name)


def test_another_digit_is_one_click_away(open_page: Callable[..., AppTest]) -> None:
    app = open_page()
    next(button for button in app.button if button.label == "Forget another digit").click().run()
    assert [title.value for title in app.title] == ["Forget"]
    assert app.query_params["dataset"] == examples()[0].spec.model.data.name


def test_another_run_than_an_example_is_not_passed_over(
    open_page: Callable[..., AppTest], finished_run: RunFolder, words: Callable[[AppTest], str]
) -> None:
    app = open_page("app.py", {"run": "*nope*", "vs": "a,b"})
    assert r"Run \*nope\* is not here; this is a shipped example." in words(app)
    assert {link.proto.label: link.proto.query_string for link in app.main.get("page_link")}[
        "Compare them"
    ] == "vs=a%2Cb"
    app = open_page("app.py", {"run": finished_run.run})
    assert "Your own runs are on the Runs page" in words(app)
    links = {link.proto.label: link.proto.query_string for link in app.main.get("page_link")}
    assert links["Show the selected run"] == f"run={finished_run.run}"
    assert "own runs" not in words(open_page("app.py", {"run": examples()[0].spec.id}))


def test_without_a_gallery_it_says_what_to_do(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("core.examples.GALLERY", tmp_path)
    app = open_page()
    assert ["python -m core gallery build" in info.value for info in app.info] == [True]
    assert "Forget something" in [link.proto.label for link in app.page_link]
