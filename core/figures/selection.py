"""From what a person clicked or boxed in a figure to the ids of the images, or of the runs."""

from collections.abc import Iterator, Mapping
from typing import Any


def selected_ids(selection: Mapping[str, Any]) -> list[int]:
    """Ids of the selected images, each once, in the order of selection.

    Args:
        selection: the ``.selection`` of ``st.plotly_chart``; its points carry the image's id as ``customdata``, a
            number or a list that begins with it. Points without (lines of reference) are passed over.
    """
    return list(dict.fromkeys(int(data) for data in _carried(selection)))


def selected_run(selection: Mapping[str, Any]) -> str | None:
    """The run that the first selected point carries, in the same way; None where none does."""
    return next((str(data) for data in _carried(selection)), None)


def _carried(selection: Mapping[str, Any]) -> Iterator[Any]:
    for point in selection.get("points", ()):
        data = point.get("customdata")
        if isinstance(data, list | tuple):
            data = data[0] if data else None
        if data not in (None, ""):
            yield data
