"""Form values; the browser tests check that a busy browser undoes none."""

from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from pages.ui.shell.fields import Fields

    form = Fields("form.")
    if not form.has("text"):
        form.put("text", "a")
    form.resend()
    st.button("set", on_click=lambda: form.put("text", "b"))
    st.text_input("text", key=form.key("text"))
    st.caption(form.get("text"))


def test_a_widget_whose_value_is_set_gets_another_key() -> None:
    app = AppTest.from_function(script, default_timeout=30).run()
    assert (app.text_input[0].key, app.text_input[0].value) == ("form.text", "a")
    app.text_input[0].set_value("typed").run()
    assert (app.text_input[0].key, app.caption[0].value) == ("form.text", "typed")
    app.button[0].click().run()
    assert (app.text_input[0].key, app.text_input[0].value, app.caption[0].value) == ("form.text.1", "b", "b")
    assert "form.text" not in app.session_state
    app.button[0].click().run()  # to what it is already
    assert app.text_input[0].key == "form.text.1"
    app.text_input[0].set_value("typed").run()
    app.run()
    assert app.caption[0].value == "typed"  # nothing is set again over what was typed
