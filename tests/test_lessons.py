"""The lessons: files that a teacher may change, their numbers, and what is said when one is wrong."""

from pathlib import Path

import pytest

from core import InvalidSpec
from core.lessons import LESSONS, Lesson, lessons, visible_parts, with_numbers
from core.results import Result

FILE = """+++
title = "T"
idea = "I"
first = "images"
figure = "answers"
question = "Q?"
[[runs]]
dataset = "digits"
gold_seeds = [4]
[[answers]]
text = "yes"
feedback = "right"
right = true
[[answers]]
text = "no"
feedback = "wrong"
+++
Before.
---
After.
"""
ACCURACY = {
    "original": {"FA": 1.0, "RA": 0.995},
    "unlearned": {"FA": 0.0, "RA": 0.98},
    "gold-1": {"FA": 0.1},
    "gold-2": {"FA": 0.3},
}


def written(folder: Path, text: str = FILE) -> Path:
    (folder / "1-first.md").write_text(text)
    return folder


def test_a_file_is_a_lesson(tmp_path: Path) -> None:
    (lesson,) = lessons(written(tmp_path))
    assert (lesson.name, lesson.text, lesson.revealed) == ("first", "Before.", "After.")
    assert [spec.gold_seeds for spec in lesson.specs] == [(4,)]
    assert [answer.right for answer in lesson.answers] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('+++\ntitle = "T"', 'title = "T"', "1-first.md does not start with facts between two lines of +++"),
        ("\n---\n", "\n", "1-first.md has no line --- before the text that follows the answer"),
        ('question = "Q?"\n', "", "1-first.md: question: field required"),
        ('idea = "I"', 'idea = "I"\ncolour = "red"', "1-first.md: colour: extra inputs are not permitted"),
        ('title = "T"', "title =", "1-first.md: Invalid value"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec) as raised:
        lessons(written(tmp_path, FILE.replace(old, new)))
    assert str(raised.value).startswith(message)


def test_numbers_come_from_the_runs() -> None:
    first, second = Result(accuracy=ACCURACY, steps=7), Result(accuracy={"unlearned": {"FA": 0.125}})
    text = "{FA:original} {FA} {RA} {FA:gold} {steps} {FA@2}"
    assert with_numbers(text, [first, second]) == "100% 0% 98% 20% 7 12.5%"


@pytest.mark.parametrize("number", ["{TA}", "{luck}", "{FA:gold-9}", "{FA@2}"])
def test_a_number_that_is_not_there_is_named(number: str) -> None:
    with pytest.raises(InvalidSpec, match="names a number that the runs of this lesson don't have") as raised:
        with_numbers(f"It is {number}.", [Result(accuracy={"unlearned": {"FA": 0.0}})])
    assert str(raised.value).startswith(number)


def test_a_link_shows_the_parts_that_it_names() -> None:
    parts = {"text": "Text", "figure": "Figure", "question": "Question"}
    assert visible_parts("figure,text", parts) == ["figure", "text"]
    for everything in (None, "", "nothing,of this"):
        assert visible_parts(everything, parts) == list(parts)


def test_there_are_seven_lessons() -> None:
    assert len(lessons()) == len(list(LESSONS.iterdir())) == 7


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_shipped_lesson_is_complete(lesson: Lesson) -> None:
    assert lesson.links
    assert lesson.references
    assert sum(answer.right for answer in lesson.answers) == 1
    assert len(lesson.labels) == (len(lesson.runs) if "curves" in (lesson.first, lesson.figure) else 0)
