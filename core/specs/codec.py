"""Converts specs to and from JSON, URL parameters, command lines and Python code."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pprint import pformat
from typing import Any

from core.errors import InvalidSpec
from core.specs.base import choices, short
from core.specs.data import RECIPES, DataSpec, ModelSpec
from core.specs.methods import METHODS, MethodSpec
from core.specs.requests import ForgetRequest, parse_requests, requests_text
from core.specs.runs import RunSpec

# Fields with their own option in URLs and on the command line; all others are written as settings.
WORDS = {
    "model.arch": "arch",
    "model.seed": "seed",
    "model.weights": "weights",
    "forget.draw": "draw",
    "unlearn_seed": "unlearn_seed",
    "gold_seeds": "gold_seeds",
    "after": "after",
}


def parse_spec(data: str | dict[str, Any]) -> RunSpec:
    """A run spec from JSON text or from the parsed object.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
    """
    return RunSpec.parse(data)


def make_method(name: str, settings: dict[str, Any] | None = None) -> MethodSpec:
    """A method's spec by name; settings that are not given keep their defaults.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
    """
    if name not in METHODS:
        raise InvalidSpec(f"method {short(name)!r} is not known; choose {choices(METHODS)}")
    if removed := METHODS[name].removed & set(settings or {}):
        raise InvalidSpec(f"{min(removed)!r} was a setting of {name} in an earlier version; leave it out")
    return METHODS[name].parse(settings or {})


def make_spec(
    dataset: str = DataSpec().name,
    forget: str = "class=3",
    method: str = "mu-mis",
    *,
    arch: str | None = None,
    recipe: str | None = None,
    weights: str | None = None,
    seed: int = 0,
    draw: int = 0,
    unlearn_seed: int = 0,
    gold_seeds: Sequence[int] = (1, 2, 3),
    after: Sequence[ForgetRequest | dict[str, Any]] = (),
    settings: Mapping[str, Any] | None = None,
) -> RunSpec:
    """A run spec from a few options; the data set gives the remaining defaults.

    Args:
        weights: name of imported weights to use as the original.
        gold_seeds: one seed per gold model.
        after: earlier requests that the run starts from.
        settings: settings of the method by name. A dotted name sets any other field of the spec
            (``{"model.train.epochs": 5}``). Text values that are JSON are parsed.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
    """
    info = DataSpec.parse({"name": dataset}).info
    recipe = info.recipe if recipe is None else recipe
    if recipe not in RECIPES:
        raise InvalidSpec(f"recipe {short(recipe)!r} is not known; choose {choices(RECIPES)}")
    spec: dict[str, Any] = {
        "model": {
            "data": {"name": dataset},
            "arch": info.arch if arch is None else arch,
            "width": info.width if arch in (None, info.arch) and not weights else None,
            "train": RECIPES[recipe].model_dump(),
            "seed": seed,
            "weights": weights,
        },
        "forget": {"text": forget, "draw": draw},
        "after": after,
        "method": {},
        "unlearn_seed": unlearn_seed,
        "gold_seeds": tuple(gold_seeds),
    }
    for name, value in (settings or {}).items():
        _put(spec, name if "." in name else f"method.{name}", _value(value))
    spec["method"] = make_method(method, spec["method"])
    return parse_spec(spec)


def from_query(query: dict[str, str]) -> RunSpec:
    """A run spec from URL parameters, the inverse of ``to_query``; unknown parameters are ignored.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
    """
    given: dict[str, Any] = {
        name: query[name] for name in ("dataset", "forget", "method", "arch", "recipe", "weights") if name in query
    }
    given |= {name: _int(name, query[name]) for name in ("seed", "draw", "unlearn_seed") if name in query}
    if "gold_seeds" in query:
        given["gold_seeds"] = gold_seeds(query["gold_seeds"])
    if "after" in query:
        given["after"] = _value(query["after"]) if query["after"].startswith("[") else parse_requests(query["after"])
    settings = {name.removeprefix("set."): value for name, value in query.items() if name.startswith("set.")}
    return make_spec(**given, settings=settings)


def to_query(spec: RunSpec) -> dict[str, str]:
    """The spec as URL parameters: only values that differ from the defaults of its data set and method."""
    query = {"dataset": spec.model.data.name, "forget": spec.forget.linked, "method": spec.method.name}
    defaults = flat(make_spec(query["dataset"], query["forget"], query["method"]).model_dump(mode="json"))
    defaults |= {f"method.{name}": field.default for name, field in type(spec.method).model_fields.items()}
    for path, value in all_settings(spec).items():
        if value != defaults.get(path):  # an unused field has no default here
            name = WORDS.get(path) or f"set.{path.removeprefix('method.')}"
            query[name] = value if isinstance(value, str) else json.dumps(value)
    if "gold_seeds" in query:
        query["gold_seeds"] = _seeds_text(spec.gold_seeds)
    if any(request.draw or ";" in request.text for request in spec.after):
        query["after"] = json.dumps([{"text": request.linked, "draw": request.draw} for request in spec.after])
    elif spec.after:
        query["after"] = requests_text(spec.after)
    return query


def to_command(spec: RunSpec) -> str:
    """The command line that reproduces the run."""
    parts = ["python", "-m", "core", "run"]
    for name, value in to_query(spec).items():
        setting = name.removeprefix("set.")
        parts += ["--set", f"{setting}={value}"] if setting != name else [f"--{name.replace('_', '-')}", value]
    return shlex.join(parts)


def to_python(spec: RunSpec) -> str:
    """Python code that reproduces the run."""
    return (
        "from core import execute, parse_spec\n\n"
        f"spec = parse_spec(\n{pformat(spec.model_dump(mode='json'), width=100, sort_dicts=False)}\n)\n"
        "*_, finished = execute(spec)\n"
        'print(finished.result["accuracy"])\n'
    )


def gold_model(model: ModelSpec, seed: int, without: str) -> ModelSpec:
    """The spec of a gold model: same data, architecture and recipe, another seed, trained without the forget set."""
    return model.replace(seed=seed, without=without, weights=None)


def initial_model(model: ModelSpec) -> ModelSpec:
    """The spec of the untrained original: the same recipe with 0 epochs."""
    return model.replace(train=model.train.replace(epochs=0), weights=None)


def gold_seeds(text: str) -> tuple[int, ...]:
    """Parses gold seeds: ``3`` means the seeds 1 to 3, a list with a comma (``4,7`` or ``4,``) means these seeds.

    Raises:
        InvalidSpec: the text is neither a count nor a list.
    """
    if "," in text:
        return tuple(_int("gold seeds", part) for part in text.removesuffix(",").split(","))
    count = _int("gold seeds", text)
    if not 0 <= count <= 64:
        raise InvalidSpec(f"gold seeds = {count}: choose 0 to 64, or a list such as 4,7")
    return tuple(range(1, count + 1))


def _seeds_text(seeds: tuple[int, ...]) -> str:
    if seeds == tuple(range(1, len(seeds) + 1)):
        return str(len(seeds))
    return "".join(f"{seed}," for seed in seeds)


def _int(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidSpec(f"{name} = {short(text)!r} is not a whole number") from None


def _value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        return value


def _put(spec: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    place = spec
    for part in parents:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise InvalidSpec(f"{short(path)!r} is not a setting; name one, such as model.train.epochs")
    place[last] = value


def all_settings(spec: RunSpec) -> dict[str, Any]:
    """Every setting of a run by its dotted name, also one that its JSON leaves out; unused settings are missing."""
    method = spec.method
    used = {f"method.{name}": getattr(method, name) for name in type(method).model_fields if method.uses(name)}
    return flat(spec.model_dump(mode="json")) | used


def flat(tree: dict[str, Any], path: str = "") -> dict[str, Any]:
    """All values of a nested object by dotted name."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found |= flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: value}
    return found
