"""The words with which ``run`` and ``plan`` name a spec."""

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
_START = make_spec()  # for the defaults
OPTIONS = {  # what each is, as --help says it
    "dataset": "data set, by a name that 'list datasets' prints, or your own images as folder:PATH, zip:PATH or "
    f"npz:PATH; default {_START.model.data.name}",
    "forget": "images to forget, such as class=3, class=ship,truck:30%%, subclass=rocket, random=10%%, index=5,17 or "
    f"index=@FILE, joined by +; default {_START.forget.text}",
    "method": f"unlearning method, by a name that 'list methods' prints; default {_START.method.name}",
    "arch": f"network: {choices(tuple(ARCHITECTURES))}; default the data set's",
    "recipe": f"how the models are trained: {choices(tuple(RECIPES))}; default the data set's",
    "weights": "start from these weights, by the name that add-weights printed; default train the original here",
    "seed": f"seed of the original model; default {_START.model.seed}",
    "draw": f"seed of the images that a percentage or a count in --forget picks; default {_START.forget.draw}",
    "unlearn_seed": f"seed of the method's random draws; default {_START.unlearn_seed}",
    "gold_seeds": "number of gold models, retrained without the forget set, or their seeds, such as 4,7; default "
    f"{len(_START.gold_seeds)}",
}


def spec_words(parser: argparse.ArgumentParser) -> None:
    """What the commands take."""
    parser.add_argument(
        "--spec", metavar="FILE", help="the whole run as JSON, in place of all options from --dataset to --set"
    )
    for option, about in OPTIONS.items():
        parser.add_argument(f"--{option.replace('_', '-')}", metavar=option.upper(), help=about)
    parser.add_argument(
        "--after", action="append", default=[], metavar="FORGET",
        help="a request to forget before --forget, by the same method; repeat it for several, in order",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="a setting of the method, or by its dotted name any other, such as model.train.epochs=5; can be repeated",
    )  # fmt: skip


def spec_of(args: argparse.Namespace) -> RunSpec:
    """The spec; the words of a command are those of the URL, so one reader serves both.

    Raises:
        InvalidSpec: in one sentence, what is not allowed.
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
    """A request with ``index=@FILE`` replaced by the ids that the file names."""
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
