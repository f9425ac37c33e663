"""The catalogue against what runs write: every number of a result is in it, and all its places exist."""

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.metrics.catalogue import METRICS, accuracy_keys, distance_keys, keys, share_keys, signed_keys
from core.metrics.membership.attacks import ATTACKS, attack_numbers
from core.metrics.metric import SHARE
from core.metrics.output_divergence import OUTPUT_METRICS, output_distance
from core.metrics.relearning import relearning
from core.metrics.representation import class_probe, similarities
from core.store import GALLERY

# Fields of a result that are no metrics: what a metric is compared with, parts of a mean, costs of other models.
NOT_METRICS = (
    r"(gap|gap_test|gold_spread)\.(FA|RA|TA|FA_test|RA_test)", r"gold_spread\.average",
    r"easy_hard\.(ceiling_auc|always_easy|gold_easy)", r"seconds\.(original|gold|measure)", r"memory\.gold",
    r"relearning\.(rate|limit|target)", r"map\..*", r"(forget|versions|spec|models|notes)\b.*",
    r"outputs_by_gold\..*", r"(schema|run|request|state|device|stop_reason)",
)  # fmt: skip
ROLE = r"(original|unlearned|initial|shadow|gold-\d+)"


def numbers(found: Any, place: str = "") -> Iterator[str]:
    """The dotted place of every leaf of a result."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from numbers(value, f"{place}.{name}" if place else name)
    else:
        yield place


@pytest.fixture(scope="module")
def places() -> set[str]:
    """Of the shipped runs, and of what they did not measure, from the functions that do."""
    results = [json.loads(path.read_text()) for path in sorted(GALLERY.glob("runs/*/result.json"))]
    assert len(results) > 3
    rng = np.random.default_rng(0)
    features, forgotten = rng.normal(size=(40, 3)), np.arange(40) % 2 == 0
    rates = attack_numbers(forgotten, rng.normal(size=40))
    own = similarities({"original": features, "unlearned": features})["unlearned"]
    measured = {
        "outputs": {"unlearned": output_distance(features, features)},
        "representation": {"unlearned": {**own, "probe": class_probe(features, forgotten, features, forgotten)}},
        "relearning": relearning({"original": [1.0], "unlearned": [0.5]}),
        "privacy": {attack: {"unlearned": rates} for attack in (*ATTACKS, "U-LiRA", "RMIA")},
    }
    return {place for result in (*results, measured) for place in numbers(result)}


def pattern(place: str) -> str:
    return re.escape(place).replace(r"\{role\}", ROLE).replace(r"\{attack\}", "[^.]+")


def test_every_number_of_a_result_is_a_metric_or_a_listed_exception(places: set[str]) -> None:
    known = [*map(pattern, (metric.place for metric in METRICS.values() if metric.place)), *NOT_METRICS]
    assert [place for place in sorted(places) if not any(re.fullmatch(one, place) for one in known)] == []


def test_every_place_is_found_in_a_result(places: set[str]) -> None:
    wanted = {key: pattern(metric.place) for key, metric in METRICS.items() if metric.place}
    assert [key for key, one in wanted.items() if not any(re.fullmatch(one, place) for place in places)] == []


def test_every_function_has_its_entry() -> None:
    assert {METRICS[name].place for name in OUTPUT_METRICS} == {f"outputs.{{role}}.{name}" for name in OUTPUT_METRICS}
    assert {METRICS[name].place for name in ATTACKS} == {f"privacy.{name}.{{role}}.auc" for name in ATTACKS}


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.key)
def test_entries_are_complete(metric) -> None:
    assert metric.about.endswith(".")
    assert metric.about[0].isupper()
    assert metric.name[0].isupper()
    assert metric.paper == "" or metric.paper.startswith("https://")
    assert METRICS[metric.key] is metric


def test_keys_by_kind() -> None:
    assert accuracy_keys() == signed_keys() == ("FA", "RA", "TA", "FA_test", "RA_test")
    assert distance_keys() == ("gap", "disagreement", "kl", "activation", "js")
    assert keys(lambda metric: metric.forgetting and metric.compared) == ("FA", "FA_test")
    assert {METRICS[name].number for name in share_keys()} == {".1%"}
    assert METRICS["kl"].number == ".3g"
    assert METRICS["gap"].unit == SHARE


def test_values_are_read_from_their_place() -> None:
    result = {"accuracy": {"gold-1": {"FA": 0.5}}, "gap": {"average": 0.1}, "outputs": {"gold-1": None}}
    assert METRICS["FA"].value(result, "gold-1") == 0.5
    assert METRICS["FA"].value(result) is None
    assert METRICS["gap"].value(result) == 0.1
    assert METRICS["gap"].value(result, "original") is None  # the result has that of the unlearned model only
    assert METRICS["kl"].value(result, "gold-1") is None
    assert METRICS["loss"].value(result) is None  # of tables only
