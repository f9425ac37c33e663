"""Runs derived from one run: the same request with every method, or the same run with other seeds."""

from collections.abc import Container
from itertools import count, product
from typing import get_args

from core.specs.methods import METHODS, MethodSpec
from core.specs.runs import RunSpec

VARIANT_SETTINGS = ("schedule", "variant", "replay")  # settings that change the algorithm, not its strength


def variants(kind: type[MethodSpec]) -> list[MethodSpec]:
    """All variants of a method, the default first; all other settings keep their defaults."""
    fields = [name for name in VARIANT_SETTINGS if name in kind.model_fields]
    options = [get_args(kind.model_fields[name].annotation) or (True, False) for name in fields]
    return [kind.parse(dict(zip(fields, chosen, strict=True))) for chosen in product(*options)]


def suitable_runs(spec: RunSpec) -> list[RunSpec]:
    """The run itself, then its request with every variant of every method whose data needs can be met."""
    missing = frozenset() if spec.model.data.pool else {"pool"}
    methods = [method for kind in METHODS.values() for method in variants(kind) if not method.needs & missing]
    others = [spec.replace(method=method) for method in methods]
    return list(dict.fromkeys([spec, *others]))


def with_next_unlearning_seed(spec: RunSpec, have: Container[str]) -> RunSpec:
    """The same run with the next unlearning seed; skips runs whose ids are in ``have``."""
    return next(run for seed in count(spec.unlearn_seed + 1) if (run := spec.replace(unlearn_seed=seed)).id not in have)


def with_next_model_seed(spec: RunSpec, have: Container[str]) -> RunSpec:
    """The same run with the next seed of the original; skips gold seeds and runs whose ids are in ``have``."""
    seeds = (seed for seed in count(spec.model.seed + 1) if seed not in spec.gold_seeds)
    return next(run for seed in seeds if (run := spec.replace(model=spec.model.replace(seed=seed))).id not in have)


def variant_label(method: MethodSpec) -> str:
    """The method's title and its non-default settings, such as "Random label, schedule authors, no replay"."""
    words = [method.title]
    for name, field in type(method).model_fields.items():
        value = getattr(method, name)
        if method.uses(name) and value != field.default:
            text = name.replace("_", " ")
            words.append(f"{'' if value else 'no '}{text}" if isinstance(value, bool) else f"{text} {value}")
    return ", ".join(words)
