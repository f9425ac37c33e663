"""The one codec of specs: JSON, command line, URL and form all come and go through here."""

import json
import shlex
from typing import Any

from pydantic import ValidationError

from core.errors import InvalidSpec
from core.specs.base import Spec, choices, sentence
from core.specs.data import RECIPES, DataSpec, ModelSpec
from core.specs.methods import METHODS, MethodSpec
from core.specs.requests import ForgetRequest
from core.specs.runs import RunSpec


def parse_spec(data: str | dict[str, Any]) -> RunSpec:
    """A run spec from JSON text or the object it stands for.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
    """
    try:
        return RunSpec.model_validate_json(data) if isinstance(data, str) else RunSpec.model_validate(data)
    except ValidationError as error:
        raise sentence(error) from None


def make_method(name: str, settings: dict[str, Any] | None = None) -> MethodSpec:
    """The spec of a method by its name; settings that are not given keep their defaults."""
    if name not in METHODS:
        raise InvalidSpec(f"method {name!r} is not known; choose {choices(METHODS)}")
    return _build(METHODS[name], settings or {})


def make_spec(
    dataset: str = "digits",
    forget: str = "class=3",
    method: str = "mu-mis",
    *,
    arch: str | None = None,
    recipe: str | None = None,
    seed: int = 0,
    draw: int = 0,
    unlearn_seed: int = 0,
    gold_seeds: tuple[int, ...] = (1, 2, 3),
    after: tuple[ForgetRequest, ...] = (),
    settings: dict[str, Any] | None = None,
) -> RunSpec:
    """A run spec from the few words that people give; the rest follows from the data set.

    Args:
        gold_seeds: the seed of every gold model.
        settings: settings of the method by name; a dotted name reaches anything in the spec
            (``{"model.train.epochs": 5}``). Text values are read as JSON where they are JSON.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
    """
    data = _build(DataSpec, {"name": dataset})
    if recipe is not None and recipe not in RECIPES:
        raise InvalidSpec(f"recipe {recipe!r} is not known; choose {choices(RECIPES)}")
    inner = {k: _value(v) for k, v in (settings or {}).items() if "." not in k}
    spec: dict[str, Any] = {
        "model": {
            "data": {"name": dataset},
            "arch": arch or data.info.arch,
            "train": RECIPES[recipe or data.info.recipe].model_dump(),
            "seed": seed,
        },
        "forget": {"text": forget, "draw": draw},
        "method": {"name": method, **inner},
        "unlearn_seed": unlearn_seed,
        "gold_seeds": gold_seeds,
        "after": after,
    }
    for name, value in (settings or {}).items():
        if "." in name:
            _reach(spec, name, _value(value))
    make_method(method, inner)  # names the setting without the path that a nested error would carry
    return parse_spec(spec)


def from_query(query: dict[str, str]) -> RunSpec:
    """A run spec from URL parameters, the inverse of ``to_query``."""
    words = {"dataset", "forget", "method", "arch", "recipe"}
    numbers = {"seed", "draw", "unlearn_seed"}
    kwargs: dict[str, Any] = {name: query[name] for name in words & query.keys()}
    for name in numbers & query.keys():
        kwargs[name] = _int(name, query[name])
    if "gold_seeds" in query:
        kwargs["gold_seeds"] = gold_seeds(query["gold_seeds"])
    if "after" in query:
        kwargs["after"] = _build(RunSpec, {"after": _value(query["after"])}).after
    settings = {name[4:]: value for name, value in query.items() if name.startswith("set.")}
    return make_spec(**kwargs, settings=settings)


def to_query(spec: RunSpec) -> dict[str, str]:
    """The spec as URL parameters: only what differs from the defaults of its data set and method."""
    name = spec.model.data.name
    query = {"dataset": name, "forget": spec.forget.text, "method": spec.method.name}
    query |= {"arch": spec.model.arch} if spec.model.arch != spec.model.data.info.arch else {}
    plain = {"seed": spec.model.seed, "draw": spec.forget.draw, "unlearn_seed": spec.unlearn_seed}
    query |= {key: str(value) for key, value in plain.items() if value}
    if spec.gold_seeds != (1, 2, 3):
        query["gold_seeds"] = "".join(f"{seed}," for seed in spec.gold_seeds) or "0"
    fields = type(spec.method).model_fields
    chosen = spec.method.model_dump(mode="json")
    changed = [(k, v) for k, v in chosen.items() if k != "name" and v != fields[k].default]
    base = make_spec(name, arch=spec.model.arch).model_dump(mode="json")
    for part in ("model", "measure"):
        changed += _differences(base[part], getattr(spec, part).model_dump(mode="json"), f"{part}.")
    told = {"model.seed"}
    query |= {f"set.{k}": v if isinstance(v, str) else json.dumps(v) for k, v in changed if k not in told}
    if spec.after:
        query["after"] = json.dumps([request.model_dump() for request in spec.after])
    return query


def to_command(spec: RunSpec) -> str:
    """The command line that gives the same numbers."""
    query = to_query(spec)
    parts = ["python", "-m", "core", "run"]
    for name, value in query.items():
        setting = name.removeprefix("set.")
        parts += ["--set", f"{setting}={value}"] if setting != name else [f"--{name.replace('_', '-')}", value]
    return shlex.join(parts)


def to_python(spec: RunSpec) -> str:
    """A few lines of Python that give the same numbers."""
    text = json.dumps(spec.model_dump(mode="json"), indent=2)
    return (
        "from core import execute, parse_spec\n\n"
        f'spec = parse_spec("""{text}""")\n'
        "*_, finished = execute(spec)\n"
        'print(finished.result["accuracy"])\n'
    )


def gold_model(model: ModelSpec, seed: int, without: str) -> ModelSpec:
    """The same data, architecture and recipe, with another seed and without the forget set."""
    return model.but(seed=seed, without=without)


def initial_model(model: ModelSpec) -> ModelSpec:
    """The original before its first step: the same recipe with no epochs."""
    return model.but(train=model.train.but(epochs=0))


def _build(kind: type[Spec], values: dict[str, Any]) -> Any:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise sentence(error) from None


def _value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _reach(spec: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    place = spec
    for part in parents:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise InvalidSpec(f"{path} is not a setting; name one, such as model.train.epochs")
    place[last] = value


def gold_seeds(text: str) -> tuple[int, ...]:
    """``3`` stands for the seeds 1 to 3; a list with a comma (``4,7`` or ``4,``) for these seeds."""
    if "," in text:
        return tuple(_int("gold seeds", part) for part in text.split(",") if part)
    count = _int("gold seeds", text)
    if not 0 <= count <= 64:
        raise InvalidSpec(f"gold seeds = {count}: choose 0 to 64, or a list such as 4,7")
    return tuple(range(1, count + 1))


def _int(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidSpec(f"{name} = {text!r} is not a whole number") from None


def _differences(base: dict[str, Any], other: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in other.items():
        where = f"{path}{name}"
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            found += _differences(base[name], value, f"{where}.")
        elif base.get(name) != value:
            found.append((where, value))
    return found
