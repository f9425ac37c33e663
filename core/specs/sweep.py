"""One request by every method: the runs that a comparison sets side by side."""

from itertools import product
from typing import get_args

from core.specs.methods import METHODS, MethodSpec
from core.specs.runs import RunSpec

WAYS = ("schedule", "variant", "replay")  # settings that make another way of a method, not a stronger or weaker one


def ways(kind: type[MethodSpec]) -> list[MethodSpec]:
    """Every way of running a method, the default first; all other settings keep their defaults."""
    fields = [name for name in WAYS if name in kind.model_fields]
    options = [get_args(kind.model_fields[name].annotation) or (True, False) for name in fields]
    return [kind.of(dict(zip(fields, chosen, strict=True))) for chosen in product(*options)]


def suitable_runs(spec: RunSpec) -> list[RunSpec]:
    """The run itself, then its request and golds by every way of every method whose needs the data set can meet."""
    missing = frozenset() if spec.model.data.pool else {"pool"}
    others = [spec.but(method=way) for kind in METHODS.values() for way in ways(kind) if not way.needs & missing]
    return list(dict.fromkeys([spec, *others]))


def way_name(method: MethodSpec) -> str:
    """The method's title with the settings that are not its defaults: "Random label, schedule authors, no replay"."""
    words = [method.title]
    for name, field in type(method).model_fields.items():
        value = getattr(method, name)
        if method.uses(name) and value != field.default:
            text = name.replace("_", " ")
            words.append(f"{'' if value else 'no '}{text}" if isinstance(value, bool) else f"{text} {value}")
    return ", ".join(words)
