"""From what a person clicked or boxed in a figure to the ids of the images."""

from collections.abc import Mapping
from typing import Any


def selected_ids(selection: Mapping[str, Any]) -> list[int]:
    """Ids of the selected images, each once, in the order of selection.

    Args:
        selection: the ``.selection`` of ``st.plotly_chart``; its points carry the image's id as ``customdata``, a
            number or a list that begins with it. Points without (lines of reference) are passed over.
    """
    found = []
    for point in selection.get("points", ()):
        data = point.get("customdata")
        if isinstance(data, list | tuple):
            data = data[0] if data else None
        if data is not None:
            found.append(int(data))
    return list(dict.fromkeys(found))
