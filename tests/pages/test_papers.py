"""The Papers page: figures by name, tables with the paper's numbers beside finished runs."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec
from core.lessons import Exhibit, paper_figures
from core.specs import from_query
from core.store import RunFolder
from pages.ui.learn import figures
from pages.ui.papers import tables
from pages.ui.shell.links import PAGES

PAGE = "pages/10_Papers.py"
EVERY = [figure for paper in paper_figures().values() for figure in paper]


def test_without_its_runs_a_figure_says_so(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exhibit, "specs", property(lambda exhibit: ()))
    app = open_page(PAGE)
    assert [info.value for info in app.info] == ["These runs are not in this copy."]
    app.button_group(key="part.mu-mis").set_value("figure-5").run()
    assert [info.value for info in app.info] == ["Not run here."]


def test_every_figure_is_drawn_from_finished_runs(
    finished_run: RunFolder, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = finished_run.spec
    monkeypatch.setattr(Exhibit, "specs", property(lambda exhibit: (spec,) * len(exhibit.runs)))
    app = open_page(PAGE, {"paper": "MU-Mis"})
    for exhibit in paper_figures()["mu-mis"]:
        app.button_group(key="part.mu-mis").set_value(exhibit.name).run()
        assert app.subheader[0].value == exhibit.title
        assert len(app.get("plotly_chart")) == bool(exhibit.runs)


def test_a_table_has_the_papers_numbers_and_says_what_was_not_run(quick: Callable[..., RunSpec]) -> None:
    settings, columns, _ = tables.MU_MIS["Tables 1, 2, A9, A10: whole classes and sub-classes"]
    rows = tables.rows(settings()[:1], columns)
    paper, ours = rows[rows["source"] == "paper"], rows[rows["source"] == "ours"]
    assert paper.loc[paper["method"] == "MU-Mis", "FA_test"].tolist() == ["0.00"]
    assert set(ours["RA_test"]) == {"not measured"}


@pytest.mark.parametrize("exhibit", EVERY, ids=lambda exhibit: exhibit.title)
def test_figures_and_links_exist(exhibit: Exhibit) -> None:
    assert exhibit.figure in figures.FIGURES or not exhibit.runs
    assert len(exhibit.labels) == (len(exhibit.runs) if exhibit.figure == "curves" else 0)
    for link in exhibit.links:
        assert link.page in PAGES
        assert not link.query or from_query(link.query).model.data.name == link.query["dataset"]
