"""A finished run at a glance: images that change their answer, the accuracies, three numbers in plain words."""

from statistics import mean
from typing import Any

import streamlit as st

from core.figures import replay as replay_frames
from core.roles import gold_roles
from core.store import RunFolder
from pages.ui.forget.step_slider import followed
from pages.ui.runs.summary import percent
from pages.ui.shell import data_access
from pages.ui.shell.component import component

_mount = component("replay")

TILES = 16
CAPTION = "Below each image: the model's answer{}. Blue frame: the right answer. Red frame: no longer."
BESIDE = "  \n**before**: in the original model. **gold**: in models retrained without the forgotten images."
FORGOTTEN = f"Share of the forgotten images that the unlearned model still classifies right.{BESIDE}"
OTHERS = f"Share of all other images that it classifies right, among images that no model was trained on.{BESIDE}"
GOLD = ", and that of a model retrained without these images"


def replay(run: RunFolder, key: str, *, story: bool = False, tiles: int = TILES) -> None:
    """Plays once by itself. Nothing is drawn for runs without steps, or made before images were followed.

    Args:
        story: draw the three models beside each other, in place of the curves.
    """
    tracked = followed(run, tiles)
    if tracked is None or tracked.steps["step"].nunique() < 2:
        return
    result = run.result
    predictions = data_access.every_image(run).values["prediction"]
    gold = next(iter(gold_roles(predictions)), None)
    index = data_access.every_image(run).about["index"]
    names = run.spec.model.data.info.classes
    retrained = {} if gold is None else {
        number: names[predictions[gold].iloc[int(index.searchsorted(number))]] for number in tracked.ids
    }  # fmt: skip
    data = replay_frames(tracked, run.table("trajectory"), list(result.golds.values()), retrained)
    if story:
        data |= {"story": _story(run), "curves": [], "live": "recognises {} of them",
                 "caption": CAPTION.format(GOLD if gold else "")}  # fmt: skip
    _mount(key=key, data=data)


def _story(run: RunFolder) -> list[dict[str, Any]]:
    """Trained on all -> unlearned, beside retrained without."""
    result = run.result
    golds = result.golds
    right = mean(gold["FA"] or 0.0 for gold in golds.values()) if golds else None
    boxes = [
        {"role": "original", "title": "Trained on all images",
         "text": f"recognises {percent(result.original['FA'] or 0.0)} of the images to forget"},
        {"arrow": True, "title": "→", "text": f"unlearn {result['forget']['size']:,} images"},
        {"role": "unlearned", "title": "Unlearned", "text": ""},
    ]  # fmt: skip
    if right is not None:
        boxes += [
            {"arrow": True, "title": "≟", "text": "the same as?"},
            {"role": "gold", "title": "Retrained without them", "text": f"recognises {percent(right)} of them"},
        ]
    return boxes


def three_numbers(run: RunFolder) -> None:
    """Was it forgotten, does the rest still work, how long did it take: each beside before and retrained."""
    result = run.result
    others = "TA" if result.unlearned.get("RA_test") is None else "RA_test"
    columns = st.columns(3)
    shown = (("Forgotten, still right", "FA", FORGOTTEN), ("Other images right", others, OTHERS))
    for column, (label, name, about) in zip(columns, shown, strict=False):
        golds = [gold[name] for gold in result.golds.values() if gold.get(name) is not None]
        against = f", gold {percent(mean(golds))}" if golds else ""
        column.metric(
            label, percent(result.unlearned[name] or 0.0), f"before {percent(result.original[name] or 0.0)}{against}",
            delta_color="off", delta_arrow="off", help=about,
        )  # fmt: skip
    again = result.retraining_seconds
    columns[2].metric(
        "Time to forget", f"{result.unlearn_seconds:.1f} s", f"retraining {again:.1f} s" if again else None,
        delta_color="off", delta_arrow="off",
    )  # fmt: skip
