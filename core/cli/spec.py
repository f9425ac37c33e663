"""The options of ``run`` and ``plan``, and the spec that they describe."""

import argparse
from pathlib import Path

from core.cli.data import named
from core.datasets.id_file import read_ids
from core.errors import InvalidSpec
from core.specs import (
    ARCHITECTURES,
    RECIPES,
    DataSpec,
    RunSpec,
    choices,
    data_info,
    from_query,
    make_spec,
    parse_spec,
)
from core.specs.ids import ids_text

FROM_FILE = "index=@"
_DEFAULT = make_spec()
OPTIONS = {  # option -> help text
    "dataset": "data set: a name from 'list datasets', or your own images as folder:PATH, zip:PATH or npz:PATH; "
    f"default: {_DEFAULT.model.data.name}",
    "forget": "images to forget, such as class=3, class=ship,truck:30%%, subclass=rocket, random=10%%, index=5,17 or "
    f"index=@FILE, joined by +; default: {_DEFAULT.forget.text}",
    "method": f"unlearning method: a name from 'list methods'; default: {_DEFAULT.method.name}",
    "arch": f"architecture: {choices(tuple(ARCHITECTURES))}; default: the data set's",
    "recipe": f"training recipe: {choices(tuple(RECIPES))}; default: the data set's",
    "weights": "imported weights for the original: a name from add-weights; default: train the original",
    "seed": f"seed of the original model; default: {_DEFAULT.model.seed}",
    "draw": f"seed that selects the images of a percentage or count in --forget; default: {_DEFAULT.forget.draw}",
    "unlearn_seed": f"seed of the method's random draws; default: {_DEFAULT.unlearn_seed}",
    "gold_seeds": "number of gold models, retrained without the forget set, or their seeds, such as 4,7; "
    f"default: {len(_DEFAULT.gold_seeds)}",
}


def spec_words(parser: argparse.ArgumentParser) -> None:
    """Adds the options that describe a spec."""
    parser.add_argument(
        "--spec", metavar="FILE", help="the whole spec as JSON, instead of the options --dataset to --set"
    )
    for option, about in OPTIONS.items():
        parser.add_argument(f"--{option.replace('_', '-')}", metavar=option.upper(), help=about)
    parser.add_argument(
        "--after", action="append", default=[], metavar="FORGET",
        help="a request to forget before --forget, by the same method; repeat for several, in order",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="a setting of the method, or any other setting by dotted name, such as model.train.epochs=5; repeatable",
    )  # fmt: skip


def spec_of(args: argparse.Namespace) -> RunSpec:
    """The spec that the options describe. Options have the names of URL parameters, so one parser reads both.

    Raises:
        InvalidSpec: an option is not allowed; the message names it.
    """
    words = {name: getattr(args, name) for name in OPTIONS if getattr(args, name) is not None}
    if args.spec is not None:
        if spare := [*words, *(name for name in ("after", "set") if getattr(args, name))]:
            raise InvalidSpec(f"--spec {args.spec} is the whole spec; leave --{spare[0]} out")
        return parse_spec(_text(args.spec))
    if "dataset" in words:
        words["dataset"] = named(words["dataset"])
    dataset = words.get("dataset", DataSpec().name)
    if "forget" in words:
        words["forget"] = _with_ids(words["forget"], dataset)
    if args.after:
        words["after"] = ";".join(_with_ids(request, dataset) for request in args.after)
    for given in args.set:
        name, equals, value = given.partition("=")
        if not equals or not name:
            raise InvalidSpec(f"--set {given!r} is not NAME=VALUE, such as --set variant=paper")
        words[f"set.{name}"] = value
    return from_query(words)


def _with_ids(request: str, dataset: str) -> str:
    """A request with ``index=@FILE`` replaced by the ids in the file."""
    parts = request.split("+")
    for n, part in enumerate(parts):
        if part.startswith(FROM_FILE):
            path = part.removeprefix(FROM_FILE)
            parts[n] = f"index={ids_text(read_ids(_bytes(path), path, data_info(dataset)))}"
    return "+".join(parts)


def _text(path: str) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise InvalidSpec(f"{path} cannot be read: {error}") from None


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidSpec(f"{path} cannot be read: {error.strerror}") from None
