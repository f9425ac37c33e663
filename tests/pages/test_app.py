from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.examples import Example, examples, shipped
from core.specs import to_query
from core.store import RunFolder

METRICS = ("FA", "RA", "TA", "FA_test", "RA_test")


@pytest.mark.parametrize("entry", examples(), ids=lambda entry: entry.title)
def test_every_example_shows_the_numbers_of_its_result(
    entry: Example, open_page: Callable[..., AppTest], accuracies_shown: Callable, words: Callable
) -> None:
    app = open_page()
    app.pills[0].set_value(entry.title).run()
    run = shipped(entry.spec)
    assert run is not None
    unlearned = run.result["accuracy"]["unlearned"]
    # shown with one digit of a percent
    assert accuracies_shown(app) == pytest.approx([unlearned[name] for name in METRICS], abs=0.0006)
    assert f"{100 * run.result['gap']['average']:.2f} points" in words(app)
    assert entry.lesson in words(app)


def test_the_chosen_example_is_in_every_link(open_page: Callable[..., AppTest]) -> None:
    last = examples()[-1]
    app = open_page()
    app.pills[0].set_value(last.title).run()
    assert app.query_params["run"] == last.spec.id
    for link in app.page_link:
        if link.proto.label in ("Sensitivity", "Gold comparison", "Look into the images"):
            assert f"run={last.spec.id}" in link.proto.query_string
    again = open_page("app.py", {"run": last.spec.id})
    assert again.pills[0].value == last.title


def test_the_ways_on_carry_the_example(open_page: Callable[..., AppTest]) -> None:
    links = {link.proto.label: link.proto for link in open_page().page_link}
    first = examples()[0].spec
    assert f"run={first.id}" in links["Look into the images"].query_string
    assert f"run={first.id}" in links["Compare with gold"].query_string
    for name in to_query(first):
        assert f"{name}=" in links["Run it yourself"].query_string
    assert {"Overview", "Forget", "Sensitivity", "Gold comparison", "Runs"} <= set(links)


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
