import pandas as pd

from core.figures import norm_plane, norm_plane_table

ROWS = pd.DataFrame(
    [
        ("original", "forget", 1, 4.0, 1.0), ("original", "forget", 2, 1.0, 2.0), ("original", "test", 3, 9.0, 9.0),
        ("unlearned", "forget", 1, 0.5, 1.0), ("unlearned", "forget", 2, None, None), ("gold-1", "forget", 1, 7.0, 7.0),
    ],
    columns=["role", "split", "index", "target_norm", "irrelevant_norm"],
)  # fmt: skip


def test_the_table_has_measured_images_of_the_models_shown() -> None:
    table = norm_plane_table(ROWS)
    assert table.to_numpy().tolist() == [["original", 1, 4.0, 1.0], ["original", 2, 1.0, 2.0], ["unlearned", 1, 0.5, 1]]


def test_points_and_shares() -> None:
    shown = norm_plane(ROWS)
    equal, original, unlearned = shown.figure.data
    assert list(equal.x) == list(equal.y) == [0.5, 4.0]
    assert (list(original.x), list(original.y)) == ([4.0, 1.0], [1.0, 2.0])
    assert unlearned.name == "Unlearned"
    assert shown.alt == "Share of images whose target logit is more sensitive: Original 50%, Unlearned 0%."


def test_nothing_measured_is_said() -> None:
    assert norm_plane(ROWS[ROWS["split"] == "none"]).how_to_read == ""
