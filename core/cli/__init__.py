"""The command line: everything the app does, without a browser. ``python -m core --help`` lists the commands.

Invalid input: one line on standard error, exit status 2, nothing is written. A failed run: exit status 1, its state is
kept.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from core.cli.bench import bench, bench_words
from core.cli.data import Ticker, add, add_weights, download
from core.cli.spec import spec_of, spec_words
from core.cli.store import export, prune, report
from core.errors import UnlearnError
from core.escaping import error_sentence
from core.glossary import glossary_markdown
from core.metrics.catalogue import METRICS, accuracy_keys
from core.results import Result
from core.specs import ARCHITECTURES, DATASETS, DOWNLOADED, METHODS, choices, own_datasets, parse_spec, short
from core.store import ENDED, GALLERY, Store, open_run
from core.store.weights import kept_weights

MAX_CLASSES = 20  # classes that a plan lists; --json lists all
RUN = "id of a run, from 'list runs'"


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    args = _parser().parse_args(argv)
    if getattr(args, "root", None) is not None:
        os.environ["UNLEARN_DATA"] = args.root
    try:
        return args.command(args)
    except (UnlearnError, OSError) as error:
        print(f"python -m core: {error_sentence(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("python -m core: stopped; run the same command again to resume", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m core", description="Machine unlearning from the command line.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, does: Any, about: str, *, store: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.set_defaults(command=does)
        if store:
            added.add_argument(
                "--store", metavar="DIR", help="folder of runs and models; default: $UNLEARN_STORE, else .store"
            )
        added.add_argument(
            "--root", metavar="DIR", help="folder of data sets; default: $UNLEARN_DATA, else data/ in the store"
        )
        return added

    for name, does, about in (
        ("run", run, "run a spec, or show its result if it has finished"),
        ("plan", plan, "check a spec and show what it would do, without running it"),
    ):
        added = command(name, does, about)
        spec_words(added)
        added.add_argument("--json", action="store_true", help="one JSON object as the last line of the output")
        added.add_argument("--device", default="auto", metavar="auto|cpu|cuda",
                           help="device; auto (the default) uses a GPU if there is one")  # fmt: skip
    added = command("list", list_names, "list data sets, architectures, methods, metrics, terms, weights or runs")
    added.add_argument(
        "what", choices=("datasets", "architectures", "methods", "metrics", "glossary", "weights", "runs"),
        help="what to list",
    )  # fmt: skip
    added = command("show", show, "show a run")
    added.add_argument("run", help=RUN)
    added.add_argument("--json", action="store_true", help="one JSON object as the last line of the output")
    added = command("export", export, "export all files of a run into a folder")
    added.add_argument("run", help=RUN)
    added.add_argument("folder", type=Path, help="folder to write into; created if it does not exist")
    added = command("report", report, "write the report of a finished run as one HTML file")
    added.add_argument("run", help=RUN)
    added.add_argument("file", type=Path, help="file to write, such as report.html")
    added = command("prune", prune, "list models that no run needs, and the space they use")
    added.add_argument("--yes", action="store_true", help="delete these models")
    command("cancel", cancel, "cancel a queued or running run").add_argument("run", help=RUN)
    command("worker", worker, "process queued runs; exit when idle")
    added = command("download", download, "download and prepare a torchvision data set", store=False)
    added.add_argument("name", help=choices(tuple(DOWNLOADED)))
    added.add_argument("--replace", action="store_true", help="download damaged files again")
    added = command("add", add, "import your own images and print the name of the data set", store=False)
    added.add_argument("place", metavar="folder:PATH|zip:PATH|npz:PATH", help="folder, zip or npz file of the images")
    added = command("add-weights", add_weights, "import your own weights and print their name", store=False)
    added.add_argument("file", type=Path, metavar="FILE", help="safetensors, or a file of torch.save (.pth, .pt)")
    for option, about in (
        ("dataset", "data set that the weights were trained on"),
        ("arch", "architecture; default: the data set's"),
        ("labels", "class names in the order of the outputs, separated by commas; default: the data set's order"),
        (
            "normalise",
            "MEAN/STD of pixels in [0, 1], such as 0.5/0.25: one number for all channels, or one per channel "
            "separated by commas; default: the file's, else the data set's",
        ),
    ):
        added.add_argument(f"--{option}", metavar=option.upper(), help=about, required=option == "dataset")
    added = command("gallery", gallery, "build the shipped examples, or verify them against a new build", store=False)
    added.add_argument("what", choices=("build", "verify"), help="verify reruns the examples and compares results")
    bench_words(command("bench", bench, "run a benchmark of docs/results.md"))
    return parser


def run(args: argparse.Namespace) -> int:
    """Runs a spec in this process, or waits for the process that runs it already."""
    from core.device import choose_device
    from core.jobs.worker import attempt
    from core.planning.plan import plan as check

    spec = spec_of(args)
    store = Store(args.store)
    choose_device(args.device)
    check(spec, models=store.models)  # raises before anything is written
    name = store.submit(spec)
    while (state := store.row(name).state) not in ENDED:
        if attempt(store, name, args.device, watch=Ticker()) is None:
            time.sleep(0.2)
    if state != "done":
        print(f"python -m core: run {name} {state}: {store.row(name).error or 'no message'}", file=sys.stderr)
        return 1
    _print_result(store.run(name).result, args.json)
    return 0


def plan(args: argparse.Namespace) -> int:
    """Prints the plan of a spec."""
    from core.planning.history import look_back
    from core.planning.plan import plan as check

    store = Store(args.store)
    if args.device != "auto":
        from core.device import choose_device  # imports torch, which takes seconds

        choose_device(args.device)
    planned = check(spec_of(args), models=store.models, past=look_back(store.root, GALLERY))
    if args.json:
        print(json.dumps(planned.to_json()))
        return 0
    print(f"run {planned.run}: forget {len(planned.forget)} images ({planned.forget.sha256[:12]})")
    for line in _class_lines(planned.per_class):
        print(f"  {line}")
    for phase, seconds in planned.seconds.items():
        state = "trained already" if phase in planned.cached else "unknown" if seconds is None else f"{seconds:.1f} s"
        print(f"  {phase}: {state}")
    count = len(planned.to_train)
    if all(planned.seconds[role] is not None for role in planned.models):
        print(f"  {count} model{'s' * (count != 1)} to train, about {planned.known_seconds:.0f} s")
    if planned.rough:
        print("  Rough times: scaled from trainings of other networks or images.")
    for sentence in (*planned.warnings, *planned.notes):
        print(f"- {sentence}")
    return 0


def _class_lines(per_class: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """Forget images per class, one line each; the classes after the first 20 in one line."""
    touched = [(name, removed, total) for name, (removed, total) in per_class.items() if removed]
    for name, removed, total in touched[:MAX_CLASSES]:
        yield f"{name}: {removed} of {total}"
    if others := touched[MAX_CLASSES:]:
        _, gone, all_of = zip(*others, strict=True)
        yield f"{len(others):,} other class{'es' * (len(others) > 1)}: {sum(gone):,} of {sum(all_of):,}"


def list_names(args: argparse.Namespace) -> int:
    """Prints one name per line; the glossary as Markdown."""
    match args.what:
        case "datasets":
            lines = [f"{name}\t{info.about}" for name, info in (DATASETS | own_datasets()).items()]
        case "architectures":
            lines = [f"{name}\t{about}" for name, about in ARCHITECTURES.items()]
        case "methods":
            lines = [f"{name}\t{spec.about}\t{spec.paper}" for name, spec in METHODS.items()]
        case "metrics":
            lines = [f"{m.key}\t{m.name}\t{m.unit}\t{m.direction}\t{m.about}\t{m.paper}" for m in METRICS.values()]
        case "glossary":
            lines = [glossary_markdown()]
        case "weights":
            lines = [f"{info.name}\t{info.arch}\t{info.data}\t{info.title}" for info in kept_weights()]
        case _:
            rows = [(row, parse_spec(row.spec)) for row in Store(args.store).rows()]
            lines = [f"{r.id}\t{r.state}\t{s.model.data.name}\t{s.forget.title}\t{s.method.name}" for r, s in rows]
    print("\n".join(lines))
    return 0


def show(args: argparse.Namespace) -> int:
    """Prints a run's result, or its state if it has no result."""
    store = Store(args.store)
    found = open_run(store, args.run)
    if found.done:
        _print_result(found.result, args.json)
        return 0
    row = store.row(args.run)
    if args.json:
        print(json.dumps({"schema": 1, "run": row.id, "state": row.state, "error": row.error}))
    else:
        print(f"run {row.id}: {row.state}{f': {row.error}' if row.error else ''}")
    return 0


def cancel(args: argparse.Namespace) -> int:
    """Cancels a run."""
    store = Store(args.store)
    ended = store.cancel(args.run)
    print(f"run {args.run} {'is cancelled' if ended else f'had already ended: {store.row(args.run).state}'}")
    return 0


def worker(args: argparse.Namespace) -> int:
    """Processes the queued runs of a store."""
    from core.jobs import supervise

    supervise(Store(args.store))
    return 0


def gallery(args: argparse.Namespace) -> int:
    """Builds or verifies the shipped examples."""
    from core import examples

    return examples.build() if args.what == "build" else examples.verify()


def _print_result(result: Result, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result))
        return
    names = accuracy_keys()
    forget = result["forget"]
    print(f"run {result.run}: {short(forget['text'])}, {forget['size']} images, {result['device']}")
    print(f"{'':12}" + "".join(f"{name:>9}" for name in names))
    for role, values in result.accuracy.items():
        print(f"{role:12}" + "".join("        -" if values.get(n) is None else f"{values[n]:9.2%}" for n in names))
    for title, name in (("gap to the mean gold", "gap"), ("gold spread", "gold_spread")):
        if result[name] is not None:
            print(f"{title}: {result[name]['average']:.4f} (mean over FA, RA, TA)")
    print(f"{result['steps']} steps in {result['seconds']['unlearn']:.2f} s: {result['stop_reason']}")
    for sentence in result.notes:
        print(f"- {sentence}")
