"""A Jupyter notebook (format 4.5) that opens an exported run with ``core``."""

import json
from typing import Any

from core.escaping import in_markdown
from core.export.run_text import title
from core.store import RunFolder

INTRODUCTION = """\
# {title}

This notebook opens the files of run `{run}`, which are in the same folder. It needs the package `core`: start Jupyter
with the project's folder on `PYTHONPATH`.
"""
CELLS = (
    ("markdown", "## The result"),
    ("code", """\
import json
from pathlib import Path

import pandas as pd

from core import parse_spec

folder = Path(".")  # the folder of this notebook
spec = parse_spec((folder / "spec.json").read_text())
result = json.loads((folder / "result.json").read_text())
pd.DataFrame(result["accuracy"]).T"""),
    ("markdown", "## Figures\n\nEvery figure comes with its numbers: `.figure`, `.table`, `.how_to_read`."),
    ("code", """\
from core.figures import accuracy_comparison, before_after

samples = pd.read_parquet(folder / "samples.parquet")  # one row per model and image
accuracy_comparison(result).figure"""),
    ("code", "before_after(samples, spec.model.data.info.classes).figure"),
    ("markdown", "## The unlearned model"),
    ("code", """\
import torch
from safetensors.torch import load_file

from core import load_dataset
from core.models import model_for

model = model_for(spec.model)
model.load_state_dict(load_file(folder / "unlearned.safetensors"))
model.eval()

test = load_dataset(spec.model.data).test
images = torch.tensor(test.images) / 255  # float32 in [0, 1]; the model's first layer normalises
with torch.no_grad():
    prediction = torch.cat([model(batch).argmax(1) for batch in images.split(256)])
accuracy = (prediction.numpy() == test.labels).mean()
print(f"test accuracy {accuracy:.4f}, in the result {result['accuracy']['unlearned']['TA']:.4f}")"""),
    ("markdown", "## Sensitivity of single images\n\nThe norm of the input gradient of every logit."),
    ("code", """\
from core import input_gradient_norms, target_and_irrelevant

norms = input_gradient_norms(model, images[:8])  # one row per image, one column per class
target, irrelevant = target_and_irrelevant(norms, torch.tensor(test.labels[:8]))
pd.DataFrame({"label": test.labels[:8], "target": target, "irrelevant": irrelevant})"""),
    ("markdown", "## Reproduce this run\n\nTrains every model again and gives the same numbers on the same machine."),
    ("code", """\
from core import execute

*_, finished = execute(spec)
pd.DataFrame(finished.result["accuracy"]).T"""),
)  # fmt: skip


def notebook(run: RunFolder) -> str:
    """The notebook of a finished run, as JSON text."""
    introduction = INTRODUCTION.format(title=in_markdown(title(run.spec)), run=run.run)
    cells = (("markdown", introduction), *CELLS)
    return json.dumps({
        "cells": [_cell(number, kind, text) for number, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }, indent=1) + "\n"  # fmt: skip


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
