"""Seven lessons on machine unlearning: one idea, one question and one figure each, on finished runs."""

import streamlit as st

from core import lessons
from pages.ui.learn import lesson as lesson_view
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback
from pages.ui.shell.page import page
from pages.ui.shell.url_state import selected, write

LEAD = "Seven short lessons. Each has one idea, a question to answer before you look, and real results."


def open_lesson(name: str | None = None) -> None:
    """The lesson that was chosen in the list, or this one."""
    write({"lesson": name or st.session_state["lesson"]})


with page("Learn", LEAD):
    every = {lesson.name: lesson for lesson in lessons.lessons()}
    names = list(every)
    wanted = selected("lesson")
    lesson = every.get(wanted or "", every[names[0]])
    parts = lessons.visible_parts(st.query_params.get("show"), lesson_view.PARTS)
    if "list" in parts:
        st.session_state["lesson"] = lesson.name
        st.pills(
            "Lessons", names, key="lesson", required=True, label_visibility="collapsed",
            format_func=lambda name: f"{names.index(name) + 1} · {every[name].title}", on_change=callback(open_lesson),
        )  # fmt: skip
    runs = [data_access.run_of(spec) for spec in lesson.specs]
    finished = [run for run in runs if run is not None]
    if len(finished) < len(runs):
        st.info("This lesson's runs are not in this copy. Build them with `python -m core gallery build`.")
        st.stop()
    lesson_view.show(lesson, finished, parts)
    following = names[names.index(lesson.name) + 1 :]
    with st.container(horizontal=True):
        if following and "list" in parts:
            st.button(f"Next: {every[following[0]].title}", icon=":material/arrow_forward:", type="primary",
                      on_click=callback(open_lesson, following[0]))  # fmt: skip
        lesson_view.teacher_link(lesson, parts)
