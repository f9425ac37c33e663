from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import examples
from core.store import RunFolder
from pages.ui.shell import figure

PAGE = "pages/3_Sensitivity.py"
TABS = {"target_norm": "Target", "irrelevant_norm": "Irrelevant", "jacobian_norm": "Whole Jacobian"}


def test_the_numbers_of_the_result(
    finished_run: RunFolder, open_page: Callable[..., AppTest], tables: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    (table,) = tables(app, "before", "after")
    forget = table[table["split"] == "forget"]
    found = finished_run.result["sensitivity"]
    assert len(forget) == finished_run.result["forget"]["size"]
    assert forget["before"].mean() == pytest.approx(found["original"]["target"], rel=1e-5)
    assert forget["after"].mean() == pytest.approx(found["unlearned"]["target"], rel=1e-5)


@pytest.mark.parametrize("norm", ["irrelevant", "jacobian"])
def test_other_norms_and_other_models(
    norm: str, finished_run: RunFolder, open_page: Callable[..., AppTest], tables: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    app.segmented_control(key="sensitivity.norm").set_value(f"{norm}_norm")
    app.segmented_control(key="sensitivity.after").set_value("gold-2").run()
    (table,) = tables(app, "before", "after")
    after = table.loc[table["split"] == "forget", "after"].mean()
    assert after == pytest.approx(finished_run.result["sensitivity"]["gold-2"][norm], rel=1e-5)


@pytest.mark.parametrize("split", ["forget", "retain", "test"])
def test_every_split(split: str, finished_run: RunFolder, open_page: Callable[..., AppTest], tables: Callable) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    app.segmented_control(key="sensitivity.split").set_value(split).run()
    samples = finished_run.samples()
    measured = samples[(samples["split"] == split) & samples["target_norm"].notna()].set_index("index")
    before, after = (measured[measured["role"] == role] for role in ("original", "unlearned"))
    (moves,) = tables(app, "rose", "fell")
    target = moves[moves["role"] == "unlearned"].iloc[0]
    assert target["fell"] == pytest.approx((after["target_norm"] < before["target_norm"]).mean())
    for norm, tab in TABS.items():
        view = {"sensitivity.split": f"{split.capitalize()} set", "sensitivity.distribution": tab}
        app = open_page(PAGE, {"run": finished_run.run, **view})
        (table,) = tables(app, "role", "median")  # of the open tab alone
        assert table.set_index("role").loc["unlearned", "median"] == pytest.approx(after[norm].median())


def test_selected_points_open_their_images(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = finished_run.samples()
    ids = samples.loc[samples["split"] == "forget", "index"].unique().tolist()
    chosen: list[int] = []
    monkeypatch.setattr(figure, "selected_ids", lambda selection: chosen)
    app = open_page(PAGE, {"run": finished_run.run})
    assert "Select points in the plot" in words(app)
    chosen.append(ids[0])
    app.run()
    assert f"**Image {ids[0]}** · three · forget" in words(app)
    panel = next(table.value for table in app.dataframe if table.value.index.name == "model")
    assert panel.index.tolist() == ["Initial", "Original", "Unlearned", "Gold 1", "Gold 2"]
    rows = samples[samples["index"] == ids[0]].set_index("role")
    assert panel.loc["Gold 2", "target_norm"] == rows.loc["gold-2", "target_norm"]
    assert panel.loc["Unlearned", "probability"] == rows.loc["unlearned", "probability"]
    chosen[:] = ids
    app.run()
    assert f"{len(ids)} images are selected; these are the first 8." in words(app)


def test_the_run_is_taken_from_the_url_and_stands_there(
    finished_run: RunFolder, open_page: Callable[..., AppTest]
) -> None:
    app = open_page(PAGE, {"run": examples.examples()[2].spec.id})
    assert app.selectbox[0].value == examples.examples()[2].spec.id
    app.selectbox[0].set_value(finished_run.run).run()
    assert app.query_params["run"] == finished_run.run
    links = {link.proto.label: link.proto.query_string for link in app.page_link}
    assert links["Gold comparison"] == f"run={finished_run.run}"  # one selection on all pages


@pytest.mark.parametrize("page", [PAGE, "pages/5_Gold_comparison.py"])
def test_an_unknown_run_is_a_sentence(page: str, open_page: Callable[..., AppTest]) -> None:
    app = open_page(page, {"run": "**nope**"})
    assert [w.value for w in app.warning] == [r"Run \*\*nope\*\* is not finished or not here. Showing another run."]
    assert app.query_params["run"] == examples.examples()[0].spec.id


@pytest.mark.parametrize("page", [PAGE, "pages/5_Gold_comparison.py"])
def test_without_any_finished_run(
    page: str, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(examples, "GALLERY", tmp_path)
    app = open_page(page)
    assert [info.value for info in app.info] == ["No finished run yet. Start one on the Forget page."]
    assert "Forget something" in [link.proto.label for link in app.page_link]


def test_several_selected_images_are_a_row_of_pictures(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [int(number) for number in finished_run.samples()["index"].unique()[:9]]
    monkeypatch.setattr(figure, "show_selectable", lambda *shown: chosen)
    app = open_page("pages/3_Sensitivity.py", {"run": finished_run.run})
    assert "9 images are selected; these are the first 8." in words(app)
    assert all(f"**{number}** ·" in words(app) for number in chosen[:8])
    chosen[1:] = []
    app.run()
    assert f"**Image {chosen[0]}**" in words(app)
