"""The commands ``export``, ``report`` and ``prune``."""

import argparse

from core.errors import InvalidSpec
from core.store import Store, open_run, sizes, unused, write_bytes
from core.store import prune as remove_unused


def export(args: argparse.Namespace) -> int:
    """Exports a run into a folder."""
    from core import export

    found = open_run(Store(args.store), args.run)
    if args.folder.exists() and not args.folder.is_dir():
        raise InvalidSpec(f"{args.folder} is a file; name a folder to write into")
    export.export(found, args.folder)
    print(f"run {args.run} is in {args.folder}")
    return 0


def report(args: argparse.Namespace) -> int:
    """Writes the report of a run."""
    from core import export

    found = open_run(Store(args.store), args.run)
    if args.file.is_dir():
        raise InvalidSpec(f"{args.file} is a folder; name a file to write, such as {args.file / 'report.html'}")
    write_bytes(args.file, export.report(found).encode())
    print(f"the report of run {args.run} is {args.file}")
    return 0


def prune(args: argparse.Namespace) -> int:
    """Prints the size of a store and the models that no run needs; ``--yes`` deletes them."""
    store = Store(args.store)
    print(", ".join(f"{what} {_megabytes(size)}" for what, size in sizes(store).items()))
    free = remove_unused(store) if args.yes else unused(store)
    for key in free.models:
        print(f"  {key}")
    what = "deleted" if args.yes else "not needed by any run; --yes deletes them"
    left = f" and {len(free.leftovers)} unfinished files" if free.leftovers else ""
    print(f"{len(free.models)} models{left}, {_megabytes(free.size)}, {what}")
    return 0


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
