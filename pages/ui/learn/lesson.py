"""One lesson on screen: text and question on the left, the figure on the right."""

from collections.abc import Sequence

import streamlit as st

from core.lessons import Lesson, with_numbers
from core.store import RunFolder
from pages.ui.learn import figures
from pages.ui.shell.errors import callback
from pages.ui.shell.links import link
from pages.ui.shell.url_state import write

PARTS = {  # of the page, for a teacher's link: name in the URL -> name on screen
    "list": "List of lessons",
    "text": "Text",
    "figure": "Figure",
    "question": "Question",
    "try": "Links to try it",
    "references": "References",
}


def show(lesson: Lesson, runs: Sequence[RunFolder], parts: Sequence[str]) -> None:
    """A lesson.

    Args:
        runs: those of the lesson, in its order.
        parts: keys of ``PARTS``; the others are not drawn.
    """
    st.header(lesson.title, anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(f"**{lesson.idea}**")
        if "text" in parts:
            st.markdown(lesson.text)
        answered = _ask(lesson) if "question" in parts else True
        if answered and "text" in parts:
            st.markdown(with_numbers(lesson.revealed, [run.result for run in runs]))
    with right:
        if "figure" in parts:
            figures.draw(lesson, lesson.figure if answered else lesson.first, runs)
        if answered and "try" in parts:
            _links(lesson, runs[0].run)
    if "references" in parts and lesson.references:
        st.caption("Read on: " + " · ".join(lesson.references))


def _ask(lesson: Lesson) -> bool:
    """The question; whether it has been answered."""
    st.markdown(f"**Before you look: {lesson.question}**")
    texts = [answer.text for answer in lesson.answers]
    chosen = st.radio("Your answer", texts, index=None, key=f"lesson.{lesson.name}.answer",
                      label_visibility="collapsed")  # fmt: skip
    if chosen is None:
        st.caption("Choose an answer, and the figure shows what happens.")
        return False
    answer = lesson.answers[texts.index(chosen)]
    if answer.right:
        st.success(answer.feedback, icon=":material/check:")
    else:
        st.info(answer.feedback, icon=":material/lightbulb:")
    return True


def _links(lesson: Lesson, run: str) -> None:
    with st.container(horizontal=True):
        for one in lesson.links:
            link(one.page, one.label, one.query or {"run": run}, icon=":material/play_arrow:")


def teacher_link(lesson: Lesson, parts: Sequence[str]) -> None:
    """What a link to this lesson shows, for a class."""
    with st.popover("For teachers", icon=":material/school:"):
        st.markdown("Choose what a class sees. The address of this page then opens the lesson like this.")
        st.pills("Shown", PARTS, selection_mode="multi", default=list(parts), key="lesson.parts",
                 format_func=PARTS.get, on_change=callback(_show_only))  # fmt: skip
        st.caption("Texts and questions are Markdown files in `assets/lessons`; they can be changed without code.")


def _show_only() -> None:
    parts = [name for name in PARTS if name in st.session_state["lesson.parts"]]
    write({"show": None if len(parts) in (0, len(PARTS)) else ",".join(parts)})
