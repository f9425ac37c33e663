"""From one run to others: its request by every method, and the same run with other seeds."""

from collections.abc import Container
from itertools import count, product
from typing import get_args

from core.specs.methods import METHODS, MethodSpec
from core.specs.runs import RunSpec

WAYS = ("schedule", "variant", "replay")  # settings that make another way of a method, not a stronger or weaker one


def ways(kind: type[MethodSpec]) -> list[MethodSpec]:
    """Every way of running a method, the default first; all other settings keep their defaults."""
    fields = [name for name in WAYS if name in kind.model_fields]
    options = [get_args(kind.model_fields[name].annotation) or (True, False) for name in fields]
    return [kind.parse(dict(zip(fields, chosen, strict=True))) for chosen in product(*options)]


def suitable_runs(spec: RunSpec) -> list[RunSpec]:
    """The run itself, then its request and golds by every way of every method whose needs the data set can meet."""
    missing = frozenset() if spec.model.data.pool else {"pool"}
    others = [spec.replace(method=way) for kind in METHODS.values() for way in ways(kind) if not way.needs & missing]
    return list(dict.fromkeys([spec, *others]))


def with_next_unlearning_seed(spec: RunSpec, have: Container[str]) -> RunSpec:
    """The same run with the next unlearning seed that none of the runs ``have`` (ids) is of."""
    return next(run for seed in count(spec.unlearn_seed + 1) if (run := spec.replace(unlearn_seed=seed)).id not in have)


def with_next_model_seed(spec: RunSpec, have: Container[str]) -> RunSpec:
    """The same run on an original of the next seed that is no gold's and that none of the runs ``have`` (ids) is of."""
    seeds = (seed for seed in count(spec.model.seed + 1) if seed not in spec.gold_seeds)
    return next(run for seed in seeds if (run := spec.replace(model=spec.model.replace(seed=seed))).id not in have)


def variant_label(method: MethodSpec) -> str:
    """The method's title with the settings that are not its defaults: "Random label, schedule authors, no replay"."""
    words = [method.title]
    for name, field in type(method).model_fields.items():
        value = getattr(method, name)
        if method.uses(name) and value != field.default:
            text = name.replace("_", " ")
            words.append(f"{'' if value else 'no '}{text}" if isinstance(value, bool) else f"{text} {value}")
    return ", ".join(words)
