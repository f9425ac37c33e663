import pandas as pd
import pytest

from core.analysis.method_comparison import NOTHING, compare_variants
from core.figures import DATA_TRACKS, methods_matrix, methods_matrix_table
from core.figures.gold_comparison.method_rows import GOLDS, NO_GOLD
from core.figures.theme import SIDES


@pytest.fixture
def runs(make_result) -> list[dict]:
    return [make_result("mu-mis", FA=0.1), make_result("fine-tune", FA=0.55)]


def test_the_table_has_a_row_per_variant_and_the_noise_floor_last(runs: list[dict]) -> None:
    table = methods_matrix_table(compare_variants(runs)).set_index("method")
    assert table.index.tolist()[-1] == GOLDS
    assert set(table.index) == {NOTHING, "MU-Mis", "Fine-tune", GOLDS}
    assert table.loc["MU-Mis", "FA"] == pytest.approx(-0.4)
    assert table.loc[GOLDS, "FA"] == pytest.approx(0.2)
    assert table.loc["MU-Mis", "run"] == runs[0]["run"]


def test_cells_show_a_number_or_that_the_difference_is_noise(runs: list[dict]) -> None:
    shown = methods_matrix(compare_variants(runs), runs[0]["run"])
    texts = {}
    for trace in shown.figure.data:
        if trace.customdata is not None:
            cells = zip(trace.x, trace.customdata, trace.text, strict=True)
            texts |= {(x, run): text for x, run, text in cells}
    fa = 1  # the second column
    assert texts[fa, runs[0]["run"]] == "−40"
    assert texts[fa, runs[1]["run"]] == "≈"  # 5 points, of golds 20 from each other
    assert texts[fa, ""] == "+50"  # doing nothing was not run
    assert "≠<br>gold" not in shown.figure.layout.xaxis.ticktext  # outputs were not measured


def test_colours_show_the_side_and_the_chosen_row_is_framed(runs: list[dict]) -> None:
    shown = methods_matrix(compare_variants(runs), runs[0]["run"])
    heat = [trace for trace in shown.figure.data if trace.type == "heatmap"]
    below = next(trace for trace in heat if trace.colorscale[1][1] == SIDES["below"].color)
    rows = list(shown.figure.layout.yaxis.ticktext)
    assert below.z[rows.index("<b>MU-Mis</b>")][1] == 1  # a full colour
    assert pd.isna(below.z[rows.index("Fine-tune")][1])
    (frame,) = shown.figure.layout.shapes
    assert frame.y0 + 0.5 == rows.index("<b>MU-Mis</b>")
    assert [f"<b>{name}</b>" for name in DATA_TRACKS.values() if f"<b>{name}</b>" in rows] == [
        f"<b>{name}</b>" for name in DATA_TRACKS.values()
    ]


def test_without_gold_it_says_so(make_result) -> None:
    run = make_result("mu-mis")
    run["accuracy"] = {"original": run["accuracy"]["original"], "unlearned": run["accuracy"]["unlearned"]}
    assert methods_matrix(compare_variants([run])).alt == NO_GOLD
