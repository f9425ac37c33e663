"""The commands ``download``, ``add`` and ``add-weights``."""

import argparse
import sys

from core.datasets import Progress, add_images
from core.datasets.own.custom import is_place
from core.errors import InvalidSpec
from core.jobs.download import work
from core.paths import data_root
from core.specs import DOWNLOADED, ModelSpec, choices, data_info


class Ticker:
    """Prints progress on standard error: one line per phase, updated in place on a terminal."""

    def __init__(self) -> None:
        self.phase: str | None = None

    def __call__(self, event: object) -> None:
        name, done, total = (getattr(event, field, None) for field in ("name", "done", "total"))
        if done is None:
            return
        live = sys.stderr.isatty()
        if live or name != self.phase:
            start = "\r" if live and name == self.phase else "" if self.phase is None or not live else "\n"
            print(f"{start}{name}: {done} of {total} ", end="" if live else "\n", file=sys.stderr, flush=True)
        self.phase = name


def download(args: argparse.Namespace) -> int:
    """Downloads and prepares a data set."""
    if args.name not in DOWNLOADED:
        raise InvalidSpec(f"data set {args.name!r} can't be downloaded; choose {choices(DOWNLOADED)}")
    work(args.name, watch=Ticker(), replace=args.replace)
    print(f"{args.name} is in {data_root()}")
    return 0


def add(args: argparse.Namespace) -> int:
    """Imports the user's own images."""
    name = _added(args.place)
    print(f"{name}\t{data_info(name).about}")
    return 0


def add_weights(args: argparse.Namespace) -> int:
    """Imports the user's own weights."""
    from core.experiment.weights import add_weights as check_and_keep

    dataset = named(args.dataset)
    model = ModelSpec.parse({"data": {"name": dataset}, "arch": args.arch or data_info(dataset).arch})
    labels = args.labels.split(",") if args.labels else ()
    info = check_and_keep(args.file, model, labels, normalise=args.normalise or "")
    print(f"{info.name}\t{info.right:.1%} test accuracy ({info.looked_at} images), normalised by {info.normalisation}")
    return 0


def named(dataset: str) -> str:
    """The name of a data set; images given as a path are imported first."""
    return _added(dataset) if is_place(dataset) else dataset


def _added(place: str) -> str:
    watch = Ticker()
    notes: list[str] = []
    name = add_images(place, lambda done, total: watch(Progress("read images", done, total)), note=notes.append)
    for sentence in notes:
        print(f"- {sentence}", file=sys.stderr)
    return name
