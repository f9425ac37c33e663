"""Export of a finished run: all its files, a report, a notebook, the weights with a model card.

Pure functions of a ``RunFolder``: they compute nothing new, write nothing, and need neither torch nor streamlit.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from core.export.card import card
from core.export.document import figure_document
from core.export.notebook import notebook
from core.export.report import report
from core.store import RunFolder, write_bytes

__all__ = ["card", "export", "figure_document", "files", "notebook", "report", "weights_zip", "zipped"]

REPORT, NOTEBOOK, CARD = "report.html", "notebook.ipynb", "MODEL_CARD.md"


def files(run: RunFolder) -> dict[str, bytes]:
    """All files of a run by name; for a finished run also report, notebook and model card."""
    written = {REPORT: report, NOTEBOOK: notebook, CARD: card} if run.done else {}
    return run.files() | {name: write(run).encode() for name, write in written.items()}


def export(run: RunFolder, folder: Path) -> None:
    """Writes ``files`` into a folder, which is created if missing."""
    for name, data in files(run).items():
        write_bytes(folder / name, data)


def zipped(run: RunFolder) -> bytes:
    """``files`` as a zip file."""
    return _zip(run, files(run))


def weights_zip(run: RunFolder) -> bytes:
    """A zip file of the unlearned weights of a finished run, with model card and spec."""
    kept = {name: data for name, data in run.files().items() if name in ("unlearned.safetensors", "spec.json")}
    return _zip(run, kept | {CARD: card(run).encode()})


def _zip(run: RunFolder, kept: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in kept.items():
            archive.writestr(f"{run.run}/{name}", data)
    return buffer.getvalue()
