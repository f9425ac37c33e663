"""Every figure and table of every page can be taken away: each file is made, not only offered."""

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.examples import examples
from core.store import RunFolder
from pages.ui.shell import figure

TMU = next(entry.spec.id for entry in examples() if entry.spec.method.name == "tmu")
PAGES = ["2_Images", "3_Sensitivity", "4_Easy_and_hard", "5_Gold_comparison"]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], Any]]:
    """What the page that is opened offers to download, by file name."""
    files: dict[str, Callable[[], Any]] = {}

    def download_button(label: str, data: Callable[[], Any], file_name: str, *args: Any, **words: Any) -> None:
        assert words["on_click"] == "ignore"  # a download does not run the page again
        files[file_name] = data

    monkeypatch.setattr(st, "download_button", download_button)
    return files


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("tables")  # all popovers are open
def test_every_file_is_made(
    page: str, open_page: Callable[..., AppTest], offered: dict[str, Any], finished_run: RunFolder
) -> None:
    app = open_page(f"pages/{page}.py", {"run": TMU if page == "4_Easy_and_hard" else finished_run.run})
    figures = {chart.key for chart in app.get("plotly_chart") if f"{chart.key}.html" in offered}
    assert figures
    for name in figures:
        assert {f"{name}.csv", f"{name}.parquet"} <= set(offered)
    for name, make in offered.items():
        data = make()
        if name.endswith(".parquet"):
            table = pd.read_parquet(io.BytesIO(data))
            assert list(table) == list(
                pd.read_csv(io.StringIO(offered[name.replace(".parquet", ".csv")]()), low_memory=False)
            )
        elif name.removesuffix(".html") in figures:
            assert f'data-figure="{name.removesuffix(".html")}"' in data
        else:
            assert data


def test_the_camera_saves_what_was_chosen(open_page: Callable[..., AppTest], finished_run: RunFolder) -> None:
    app = open_page("pages/3_Sensitivity.py", {"run": finished_run.run})
    chart = next(chart for chart in app.get("plotly_chart") if chart.key == "rise_fall")
    assert '"format": "png", "scale": 3, "filename": "rise_fall"' in chart.proto.config
    app.session_state["rise_fall.camera"] = "svg"
    app.run()
    chart = next(chart for chart in app.get("plotly_chart") if chart.key == "rise_fall")
    assert '"format": "svg"' in chart.proto.config
    assert '"displaylogo": false' in chart.proto.config
    assert "toImageButtonOptions" not in figure.CONFIG
