"""The Learn page: question, answer, figure, and links that a teacher gives to a class."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, lessons
from core.lessons import Answer, Lesson, Try
from core.specs import from_query
from core.store import RunFolder
from pages.ui.learn import figures
from pages.ui.learn.lesson import PARTS
from pages.ui.shell.links import PAGES

PAGE = "pages/0_Learn.py"


@pytest.fixture
def two_lessons(finished_run: RunFolder, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """Two lessons on a run of this test's store."""
    run = quick("gradient-ascent")

    def lesson(name: str, figure: str) -> Lesson:
        return Lesson(
            name=name, title=f"Lesson {name}", idea="An idea.", runs=({},), first="images", figure=figure,
            question="Which?", answers=(Answer(text="yes", feedback="Well done.", right=True),
                                        Answer(text="no", feedback="Look again.")),
            links=(Try(label="Try it", page="Gold comparison"),), references=("A paper",),
            text="Before the answer.", revealed="The forget set: {FA}.",
        )  # fmt: skip

    monkeypatch.setattr(Lesson, "specs", property(lambda lesson: (run,)))
    monkeypatch.setattr(lessons, "lessons", lambda: (lesson("one", "answers"), lesson("two", "accuracies")))
    return finished_run


def test_the_answer_shows_figure_numbers_and_links(
    two_lessons: RunFolder, open_page: Callable[..., AppTest], words: Callable
) -> None:
    app = open_page(PAGE)
    assert "Before the answer." in words(app)
    assert "The forget set" not in words(app)
    app.radio[0].set_value("no").run()
    assert app.info[0].value == "Look again."
    assert f"The forget set: {two_lessons.result.unlearned['FA']:.1%}.".replace(".0%", "%") in words(app)
    app.radio[0].set_value("yes").run()
    assert app.success[0].value == "Well done."


def test_the_next_lesson_has_its_own_question(two_lessons: RunFolder, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    app.radio[0].set_value("yes").run()
    app.button[0].click().run()
    assert app.query_params["lesson"] == "two"
    assert app.header[0].value == "Lesson two"
    assert app.radio[0].value is None
    assert len(app.button) == 0  # it is the last


def test_a_teachers_link_shows_what_it_names(
    two_lessons: RunFolder, open_page: Callable[..., AppTest], words: Callable
) -> None:
    app = open_page(PAGE, {"lesson": "two", "show": "question,text"})
    assert app.header[0].value == "Lesson two"
    assert "Read on" not in words(app)
    assert len(app.radio) == 1
    assert [pills.key for pills in app.get("button_group")] == ["lesson.parts"]


def test_the_parts_chosen_go_into_the_link(two_lessons: RunFolder, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    app.button_group(key="lesson.parts").set_value(["figure", "text"]).run()
    assert app.query_params["show"] == "text,figure"
    app.button_group(key="lesson.parts").set_value(list(PARTS)).run()
    assert "show" not in app.query_params


def test_a_lesson_whose_runs_are_not_here_says_so(
    two_lessons: RunFolder, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = two_lessons.spec.replace(unlearn_seed=5)
    monkeypatch.setattr(Lesson, "specs", property(lambda lesson: (other,)))
    assert "gallery build" in open_page(PAGE).info[0].value


@pytest.mark.parametrize("lesson", lessons.lessons(), ids=lambda lesson: lesson.name)
def test_figures_and_links_of_a_shipped_lesson_exist(lesson: Lesson) -> None:
    assert {lesson.first, lesson.figure} <= figures.FIGURES.keys()
    assert {link.page for link in lesson.links} <= PAGES.keys()
    for link in lesson.links:
        if link.query:
            assert from_query(link.query).model.data.name == link.query["dataset"]
