import numpy as np
import pandas as pd
import pytest

from core.figures import distribution, distribution_table, rise_fall, rise_fall_table
from core.figures.theme import ROLES


def outline(figure, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges and heights of the histogram of the role in this row, from its outline; three traces draw a row."""
    trace = figure.data[3 * place]
    return trace.x[::2], trace.y[1:-1:2] - trace.y[0]


def test_the_table_counts_images_zeros_and_quantiles(samples: pd.DataFrame) -> None:
    table = distribution_table(samples, "forget", "target_norm").set_index("role")
    assert table.index.tolist() == ["initial", "original", "unlearned", "gold-1", "gold-2"]
    assert table.loc["unlearned", ["images", "zeros", "median"]].tolist() == [4, 0.25, 3.0]  # of 0, 2, 4, 16
    quantiles = np.quantile([0, 2, 4, 16], [0.05, 0.25, 0.75, 0.95])
    assert table.loc["unlearned", ["q05", "q25", "q75", "q95"]].tolist() == pytest.approx(quantiles.tolist())


def test_images_that_were_not_measured_are_not_counted(samples: pd.DataFrame) -> None:
    samples.loc[samples["index"] > 1, "target_norm"] = None
    assert distribution_table(samples, "forget", "target_norm")["images"].tolist() == [2] * 5
    assert distribution_table(samples, "test", "target_norm").empty


def test_histograms_share_bins_that_are_equal_on_a_log_axis(samples: pd.DataFrame) -> None:
    figure = distribution(samples).figure
    first, _ = outline(figure, 0)
    for place in range(5):
        edges, heights = outline(figure, place)
        np.testing.assert_array_equal(edges, first)
        np.testing.assert_allclose(np.diff(np.log(edges)), np.diff(np.log(edges))[0])
        assert heights.max() == pytest.approx(0.7)  # each row at its own scale
    assert first[0] < 1 < 20 < first[-1]  # the smallest norm above zero and the largest of the fixture
    assert figure.layout.xaxis.type == "log"


def test_a_histogram_has_every_norm_above_zero_and_names_the_share_of_zeros(samples: pd.DataFrame) -> None:
    figure = distribution(samples).figure
    edges, heights = outline(figure, 2)  # unlearned: 0, 2, 4, 16
    filled = edges[:-1][heights > 0]
    assert len(filled) == 3
    assert all(low <= norm < low * edges[1] / edges[0] for low, norm in zip(filled, (2, 4, 16), strict=True))
    assert [note.text for note in figure.layout.annotations] == ["zero: 25%"]


def test_rows_are_named_and_colored_by_role(samples: pd.DataFrame) -> None:
    figure = distribution(samples).figure
    names = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    rows = [(names[figure.data[3 * n].y[0]], figure.data[3 * n].line.color) for n in range(5)]
    assert rows[0] == ("Initial", ROLES["initial"].color)
    assert rows[2:4] == [("Unlearned", ROLES["unlearned"].color), ("Gold 1", ROLES["gold"].color)]


@pytest.mark.parametrize("value", [0.0, None])
def test_without_norms_above_zero_a_sentence_says_so(value: float | None, samples: pd.DataFrame) -> None:
    samples["jacobian_norm"] = value
    shown = distribution(samples, "retain", "jacobian_norm")
    assert shown.alt == "No norm above zero was measured on the retain set."
    assert not shown.figure.data


def test_equal_norms_and_one_image_are_a_figure(samples: pd.DataFrame) -> None:
    one = samples[samples["index"] == 4]
    edges, heights = outline(distribution(one, "retain").figure, 0)
    assert (heights > 0).sum() == 1
    assert np.all(np.diff(edges) > 0)


def test_rise_fall_counts_against_the_original(samples: pd.DataFrame) -> None:
    table = rise_fall_table(samples).set_index(["quantity", "role"])[["images", "fell", "rose", "unchanged"]]
    # Target norms of the four forget images, original 8: unlearned 0 2 4 16, gold-2 4 8 12 20, gold-1 all 4,
    # the mean gold 4 6 8 12.
    assert table.loc[("target_norm", "unlearned")].tolist() == [4, 0.75, 0.25, 0]
    assert table.loc[("target_norm", "gold-1")].tolist() == [4, 1, 0, 0]
    assert table.loc[("target_norm", "gold-2")].tolist() == [4, 0.25, 0.5, 0.25]
    assert table.loc[("target_norm", "gold")].tolist() == [4, 0.5, 0.25, 0.25]
    # Irrelevant norms: original 3, unlearned 4, gold-1 3, gold-2 5.
    assert table.loc[("irrelevant_norm", "unlearned")].tolist() == [4, 0, 1, 0]
    assert table.loc[("irrelevant_norm", "gold-1")].tolist() == [4, 0, 0, 1]
    # Difference: original 5, gold-2 -1 3 7 15.
    assert table.loc[("difference", "gold-2")].tolist() == [4, 0.5, 0.5, 0]


def test_fallen_shares_point_left_and_risen_right(samples: pd.DataFrame) -> None:
    shown = rise_fall(samples)
    panels = [shown.table[shown.table["quantity"] == name] for name in ("target_norm", "irrelevant_norm", "difference")]
    for n, panel in enumerate(panels):
        fell, rose = shown.figure.data[2 * n : 2 * n + 2]
        assert fell.yaxis == rose.yaxis == ("y", "y2", "y3")[n]
        np.testing.assert_array_equal(fell.x, -panel["fell"])
        np.testing.assert_array_equal(rose.x, panel["rose"])
    assert list(shown.figure.data[0].y) == ["Unlearned", "Mean gold", "Gold 1", "Gold 2"]
    assert list(shown.figure.data[0].text) == ["75%", "50%", "100%", "25%"]


def test_rise_fall_without_golds_or_norms(samples: pd.DataFrame) -> None:
    alone = samples[samples["role"].isin(["original", "unlearned"])]
    assert rise_fall_table(alone)["role"].unique().tolist() == ["unlearned"]
    assert not rise_fall(samples, "pool").figure.data
