"""Builds the result of a run, the object that ``run --json`` prints."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch

from core.device import precision
from core.experiment.trajectory import Trajectory
from core.experiment.versions import versions
from core.metrics.accuracy import GAP_TEST, accuracies, gap, gold_spread, tug_of_war
from core.metrics.prediction_table import NORM_CLASSES, NORMS
from core.planning.left_behind import left_behind_note
from core.planning.plan import Plan, forget_json
from core.results import Result
from core.roles import only_golds


def build_result(
    planned: Plan,
    tables: Mapping[str, pd.DataFrame],
    records: Mapping[str, Mapping[str, Any]],
    trajectory: Trajectory,
    measures: Mapping[str, Any],
    measure_seconds: float,
    device: str,
) -> Result:
    """Builds the result of a run from its tables and records.

    Args:
        tables: role -> table with the splits forget, retain, pool and test.
        records: role -> record, for all roles except ``unlearned``.
        measures: further fields of the result, measured on the models.
    """
    spec = planned.spec
    info = spec.model.data.info
    found = {role: accuracies(table, spec.group_column) for role, table in tables.items()}
    golds = only_golds(found)
    remarks = [
        *planned.notes,
        *left_behind_note(planned.near_duplicates),
        *trajectory.notes,
        *(note for record in records.values() for note in record.get("notes", ())),
    ]
    if shipped := {role: record for role, record in records.items() if record.get("shipped")}:
        remarks.append(_shipped_note(shipped))
    train = spec.model.train
    if device.startswith("cuda") or train.precision != "float32":
        remarks.append(precision(torch.device(device), train.precision))
    if len(info.classes) > NORM_CLASSES:
        remarks.append(f"The mean irrelevant norm uses {NORM_CLASSES} drawn classes per image, not all classes.")
    return Result(
        {
            "schema": 1,
            "run": spec.id,
            "request": spec.request_key,
            "spec": spec.model_dump(mode="json"),
            "forget": forget_json(spec, planned.forget),
            "state": "done",
            "device": device,
            "versions": versions(),
            "models": {role: model.key for role, model in planned.models.items()},
            "accuracy": found,
            "gap": gap(found["unlearned"], list(golds.values())),
            "gap_test": gap(found["unlearned"], list(golds.values()), GAP_TEST),
            "gold_spread": gold_spread(list(golds.values())),
            "tug_of_war": {
                role: tug_of_war(found[role], [gold for name, gold in golds.items() if name != role])
                for role in ("original", "unlearned", *golds)
            },
            "sensitivity": {role: _mean_norms(table) for role, table in tables.items()},
            "seconds": {
                "original": records["original"]["seconds"],
                "unlearn": trajectory.seconds,
                "gold": [record["seconds"] for record in only_golds(records).values()],
                "measure": measure_seconds,
            },
            "memory": {  # missing in older stores
                "unlearn": trajectory.memory,
                "gold": [record.get("memory") for record in only_golds(records).values()],
            },
            **measures,
            "steps": len(trajectory),
            "stop_reason": trajectory.stop_reason,
            "notes": remarks,
        }
    )


def _shipped_note(records: Mapping[str, Mapping[str, Any]]) -> str:
    """A sentence about the models that were not trained here."""
    made = sorted({_made_on(record) for record in records.values()})
    return (
        f"Models from the shipped examples, not trained here: {', '.join(records)} (trained {' and '.join(made)}). "
        "Their times were measured on another machine, and models trained here may differ from them in the last digits."
    )


def _made_on(record: Mapping[str, Any]) -> str:
    """Processor (missing in older records), device and torch version of a training."""
    processor = f" ({record['processor']})" if record.get("processor") else ""
    return f"on {record['device']}{processor} with torch {record['versions']['torch']}"


def _mean_norms(table: pd.DataFrame) -> dict[str, float]:
    forget = table.loc[table["split"] == "forget", NORMS].mean()
    return {name.removesuffix("_norm"): float(value) for name, value in forget.items()}
