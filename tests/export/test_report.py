import json
from html import unescape

import pytest

from core import StoreError
from core.examples import examples, shipped
from core.export import report
from core.specs import to_command, to_python
from core.store import RunFolder


@pytest.fixture(scope="module")
def text(run: RunFolder) -> str:
    return report(run)


def test_the_report_has_the_numbers_of_the_result(run: RunFolder, text: str) -> None:
    for role, values in run.result["accuracy"].items():
        row = text.partition(f"<td>{role}</td>")[2].partition("</tr>")[0]
        assert f"<td>{values['FA']:.2%}</td>" in row
    assert f"Average gap: {100 * run.result['gap']['average']:.2f} points" in text
    assert run.result["forget"]["sha256"] in text
    assert all(f"<dd>{version}</dd>" in text for version in run.result["versions"].values())


def test_the_report_has_the_commands_to_reproduce_the_run(run: RunFolder, text: str) -> None:
    said = unescape(text)
    assert to_command(run.spec) in said
    assert to_python(run.spec) in said
    assert json.dumps(run.spec.model_dump(mode="json"), indent=1) in said


def test_the_report_has_plotly_once_and_the_numbers_of_every_figure(text: str) -> None:
    assert text.count("plotly.js v") == 1
    figures = text.count('<script type="application/json" data-figure=')
    assert figures == text.count("<figure>") == text.count("<summary>Numbers</summary>") == 7


def test_the_report_of_a_tmu_run_has_the_easy_and_hard_figures() -> None:
    example = next(entry.spec for entry in examples() if entry.spec.method.name == "tmu")
    run = shipped(example)
    assert run is not None
    assert run.result["easy_hard"]["auc"] is not None
    text = report(run)
    assert 'data-figure="cuts"' in text
    assert 'data-figure="calibration"' in text


def test_the_report_links_only_to_the_paper(run: RunFolder, text: str) -> None:
    for attribute in ("src=", "href="):
        body = text[text.index("<body>") :]
        links = [part.split('"')[1] for part in body.split(f" {attribute}")[1:] if part.startswith('"')]
        assert links == ([run.spec.method.paper] if attribute == "href=" else [])


def test_hostile_names_are_escaped(hostile_run: RunFolder, text: str) -> None:
    made = report(hostile_run)
    assert made.count("<script") - text.count("<script") == made.count("<figure>") - text.count("<figure>")
    assert "<b onclick>" not in made
    assert "&lt;/script&gt;&lt;b onclick&gt;" in made


def test_an_unfinished_run_has_no_report(store, quick) -> None:
    run = store.submit(quick())
    with pytest.raises(StoreError, match="has no result: it is not done"):
        report(store.run(run))
