"""Ids of the images or runs that a person selected in a figure."""

from collections.abc import Iterator, Mapping
from typing import Any


def selected_ids(selection: Mapping[str, Any]) -> list[int]:
    """Ids of the selected images, each once, in the order of selection.

    Args:
        selection: the ``.selection`` of ``st.plotly_chart``; its points carry the image's id as ``customdata``, a
            number or a list that begins with it. Points without ``customdata`` (reference lines) are skipped.
    """
    return list(dict.fromkeys(int(data) for data in _customdata(selection)))


def selected_run(selection: Mapping[str, Any]) -> str | None:
    """Id of the run in the ``customdata`` of the first selected point; None if no point has one."""
    return next((str(data) for data in _customdata(selection)), None)


def _customdata(selection: Mapping[str, Any]) -> Iterator[Any]:
    for point in selection.get("points", ()):
        data = point.get("customdata")
        if isinstance(data, list | tuple):
            data = data[0] if data else None
        if data not in (None, ""):
            yield data
