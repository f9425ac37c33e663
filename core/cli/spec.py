"""The words with which ``run`` and ``plan`` name a spec."""

import argparse
from pathlib import Path

from core.cli.data import named
from core.datasets.id_file import read_ids
from core.errors import InvalidSpec
from core.specs import DataSpec, RunSpec, data_info, from_query, parse_spec
from core.specs.ids import ids_text

FROM_FILE = "index=@"
OPTIONS = (
    "dataset", "forget", "method", "arch", "recipe", "weights", "seed", "draw", "unlearn_seed", "gold_seeds",
)  # fmt: skip


def spec_words(parser: argparse.ArgumentParser) -> None:
    """What the commands take."""
    parser.add_argument("--spec", metavar="FILE", help="a spec as JSON; then no other word of the spec is allowed")
    for option in OPTIONS:
        parser.add_argument(f"--{option.replace('_', '-')}", metavar=option.upper())
    parser.add_argument(
        "--after", action="append", default=[], metavar="FORGET",
        help="an earlier request, forgotten first by the same method; once for each, in turn",
    )  # fmt: skip
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the method")


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
