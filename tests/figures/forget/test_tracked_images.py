import pandas as pd

from core.figures import OUTCOME_MARKS, StepImages, playback, playback_table, shown_ids
from core.figures.forget.tracked_images import TILES, at_step, counts


def test_counts_of_every_step(followed: StepImages) -> None:
    # Image n is a dog from step n + 2 on, and no gold takes one of the four for a cat.
    table = counts(followed.steps)
    assert table["forgotten as gold"].tolist() == [0, 0, 1, 2, 3]
    assert table["not forgotten"].tolist() == [4, 4, 3, 2, 1]


def test_header_and_captions_of_a_step(followed: StepImages, trajectory: pd.DataFrame) -> None:
    header, captions = at_step(followed, playback_table(trajectory, followed).to_dict("records")[3])
    # At step 3: FA 10 %, RA 98 %, TA 89 %; target norm 2 of 8, irrelevant norm 3.8 of 4.
    assert header["text"] == [
        "<b>Step 3</b>: FA 10.0%, RA 98.0%, TA 89.0%<br>target norm 25%, irrelevant norm 95% of the start"
        "<br>Of 4 tracked forget images:<br>2 forgotten as gold · 2 not forgotten"
    ]
    # Shown are images 2, 0 and 3; only 0 is a dog by then.
    assert captions["text"] == ["cat", "dog", "cat"]
    signs = [OUTCOME_MARKS[name].symbol for name in ("not forgotten", "forgotten as gold", "not forgotten")]
    assert captions["marker"]["symbol"] == signs


def test_every_frame_changes_the_tiles_to_its_step(followed: StepImages, trajectory: pd.DataFrame) -> None:
    figure = playback(trajectory, tracked=followed).figure
    for frame in figure.frames:
        assert len(frame.data) == len(frame.traces)
        assert f"<b>Step {frame.name}</b>" in frame.data[-2].text[0]
    header, captions = (figure.data[n] for n in figure.frames[-1].traces[-2:])
    last = figure.frames[-1].data
    assert header.text == last[-2].text
    assert (captions.text, captions.marker.symbol) == (last[-1].text, last[-1].marker.symbol)
    assert [trace.name for trace in figure.data if trace.legend == "legend2"] == followed.outcomes
    assert len(figure.layout.images) == 3
    lower, upper = figure.layout.yaxis3.domain, figure.layout.yaxis2.domain
    assert lower[0] == 0
    assert lower[1] < upper[0]


def test_the_shown_images_are_spread_from_first_to_never_forgotten() -> None:
    rows = [(step, n, int(step >= n), 0) for step in range(150) for n in (*range(1, 150), 999)]
    steps = pd.DataFrame(rows, columns=["step", "index", "prediction", "label"])
    ids = shown_ids(steps.sample(frac=1, random_state=0))
    assert len(ids) == TILES
    assert ids == sorted(ids)  # image n was forgotten at step n
    assert (ids[0], ids[-1]) == (1, 999)


def test_few_images_are_all_shown(followed: StepImages) -> None:
    assert shown_ids(followed.steps) == [0, 1, 2, 3]
