import os
import time

import numpy as np
import pandas as pd
import pytest

from core import NotFound, Store
from core.specs.inspection import InspectSpec
from core.store import inspections


def question(number: int) -> InspectSpec:
    return InspectSpec(run="abc", image=str(number))


def test_the_newest_question_first(store: Store) -> None:
    kept = store.inspections
    assert kept.newest() is None
    for number in (1, 2, 3):
        kept.ask(question(number))
        os.utime(kept.folder / "asked" / f"{question(number).key}.json", (number, number))
    assert kept.newest() == question(3)
    kept.ask(question(1))  # once more: now it is the newest
    assert kept.newest() == question(1)
    kept.close(question(1))
    assert not kept.is_open(question(1))
    assert kept.newest() == question(3)


def test_parts_of_an_answer(store: Store) -> None:
    kept, spec = store.inspections, question(1)
    frame = pd.DataFrame({"role": ["original"], "class": [0], "logit": [1.5]})
    kept.put_answers(spec, frame)
    assert kept.known(spec) == ("answers",)
    pd.testing.assert_frame_equal(kept.answers(spec), frame)
    maps = {"original": np.arange(8, dtype=np.float32).reshape(2, 2, 2)}
    kept.put_maps(spec, "smoothgrad", maps)
    kept.put_maps(spec, "grad_cam", {})
    assert kept.known(spec) == ("answers", "smoothgrad", "grad_cam")
    assert np.array_equal(kept.maps(spec, "smoothgrad")["original"], maps["original"])
    assert kept.maps(spec, "grad_cam") == {}


def test_a_failure_is_kept_until_the_question_is_asked_again(store: Store) -> None:
    kept, spec = store.inspections, question(1)
    kept.ask(spec)
    kept.fail(spec, "no such image")
    assert kept.error(spec) == "no such image"
    assert kept.newest() is None
    kept.ask(spec)
    assert kept.error(spec) is None
    assert kept.is_open(spec)


@pytest.mark.parametrize("text", ["", "{}", '{"run": "../x", "image": "1"}', "[1]"])
def test_damaged_questions_are_deleted(text: str, store: Store) -> None:
    store.inspections.ask(question(1))
    (store.inspections.folder / "asked" / "strange.json").write_text(text)
    os.utime(store.inspections.folder / "asked" / "strange.json", (time.time() + 9,) * 2)
    assert store.inspections.newest() == question(1)
    assert not (store.inspections.folder / "asked" / "strange.json").exists()


def test_old_answers_are_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspections, "MAX_KEPT", 2)
    kept = store.inspections
    for number in (1, 2, 3):
        kept.put_maps(question(number), "grad_cam", {})
        os.utime(kept.folder / question(number).key, (number, number))
    picture = kept.keep_picture(np.zeros((1, 8, 8), np.uint8))
    kept.close(question(3))
    assert [kept.known(question(number)) for number in (1, 2, 3)] == [(), ("grad_cam",), ("grad_cam",)]
    assert kept.picture(picture).shape == (1, 8, 8)


def test_old_images_are_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspections, "MAX_KEPT", 2)
    kept, names = store.inspections, []
    for number in (1, 2):
        names.append(kept.keep_picture(np.full((1, 8, 8), number, np.uint8)))
        os.utime(kept.folder / "own" / f"{names[-1]}.png", (number, number))
    names.append(kept.keep_picture(np.full((1, 8, 8), 3, np.uint8)))
    with pytest.raises(NotFound):
        kept.picture(names[0])
    assert [int(kept.picture(name)[0, 0, 0]) for name in names[1:]] == [2, 3]


@pytest.mark.parametrize("name", ["own-" + "0" * 20, "../../x", ""])
def test_a_missing_image(name: str, store: Store) -> None:
    with pytest.raises(NotFound, match="draw or upload it again"):
        store.inspections.picture(name)


def test_looking_writes_nothing(store: Store) -> None:
    assert store.inspections.newest() is None
    assert store.inspections.known(question(1)) == ()
    assert store.inspections.error(question(1)) is None
    assert not store.root.exists()
