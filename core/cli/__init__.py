"""The command line: everything the app does, without a browser. ``python -m core --help`` lists the commands.

Bad input: one line on standard error, exit status 2, nothing written. A run that fails: exit status 1, its state kept.
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
from core.glossary import glossary_markdown
from core.metrics.catalogue import METRICS, accuracy_keys
from core.specs import ARCHITECTURES, DATASETS, DOWNLOADED, METHODS, choices, own_datasets, parse_spec, short
from core.store import ENDED, GALLERY, Store, open_run
from core.store.weights import kept_weights

MAX_CLASSES = 20  # lines of a plan; --json has all
RUN = "id of a run, as 'list runs' prints it"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    args = _parser().parse_args(argv)
    if getattr(args, "root", None) is not None:
        os.environ["UNLEARN_DATA"] = args.root
    try:
        return args.command(args)
    except UnlearnError as error:
        print(f"python -m core: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("python -m core: stopped; a run that was going on can be taken up again", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m core", description="Machine unlearning from the command line.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, does: Any, about: str, *, store: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.set_defaults(command=does)
        if store:
            added.add_argument(
                "--store", metavar="DIR", help="folder of runs and models; default $UNLEARN_STORE, else .store"
            )
        added.add_argument(
            "--root", metavar="DIR", help="folder of data sets; default $UNLEARN_DATA, else data/ in the store"
        )
        return added

    for name, does, about in (
        ("run", run, "run a spec, or show its result where it is done already"),
        ("plan", plan, "check a spec and say what it would do, without doing it"),
    ):
        added = command(name, does, about)
        spec_words(added)
        added.add_argument("--json", action="store_true", help="one JSON object as the last line of the output")
        if name == "run":
            added.add_argument("--device", default="auto", metavar="auto|cpu|cuda",
                               help="where to compute; auto (the default) takes a GPU if there is one")  # fmt: skip
    added = command("list", list_names, "list what there is")
    added.add_argument(
        "what", choices=("datasets", "architectures", "methods", "metrics", "glossary", "weights", "runs"),
        help="what to list",
    )  # fmt: skip
    added = command("show", show, "show a run")
    added.add_argument("run", help=RUN)
    added.add_argument("--json", action="store_true", help="one JSON object as the last line of the output")
    added = command("export", export, "write a run whole into a folder")
    added.add_argument("run", help=RUN)
    added.add_argument("folder", type=Path, help="folder to write into; it is made if need be")
    added = command("report", report, "write a finished run as one HTML file")
    added.add_argument("run", help=RUN)
    added.add_argument("file", type=Path, help="file to write, such as report.html")
    added = command("prune", prune, "say which models no run needs, and what that would free")
    added.add_argument("--yes", action="store_true", help="remove them")
    command("cancel", cancel, "end a queued or running run").add_argument("run", help=RUN)
    command("worker", worker, "work off the queue of a store until it has been empty for a while")
    added = command("download", download, "download one of torchvision's data sets and prepare it", store=False)
    added.add_argument("name", help=choices(tuple(DOWNLOADED)))
    added.add_argument("--replace", action="store_true", help="download again what is damaged")
    added = command("add", add, "check and prepare images of your own, and print their name", store=False)
    added.add_argument("place", metavar="folder:PATH|zip:PATH|npz:PATH", help="where the images are")
    added = command(
        "add-weights", add_weights, "check weights of your own, keep them and print their name", store=False
    )
    added.add_argument("file", type=Path, metavar="FILE", help="safetensors, or what torch.save wrote (.pth, .pt)")
    for option, about in (
        ("dataset", "the images that they were trained on"),
        ("arch", "the network; default the data set's"),
        ("labels", "class names, separated by commas, in the order of the outputs; default the data set's order"),
        (
            "normalise",
            "MEAN/STD of pixels in [0, 1], such as 0.5/0.25, one number for all channels or one each, "
            "separated by commas; default the file's, else the data set's",
        ),
    ):
        added.add_argument(f"--{option}", metavar=option.upper(), help=about, required=option == "dataset")
    added = command("gallery", gallery, "build the shipped examples, or check them against a new build", store=False)
    added.add_argument("what", choices=("build", "verify"), help="verify compares with what is shipped")
    bench_words(command("bench", bench, "measure what docs/results.md reports"))
    return parser


def run(args: argparse.Namespace) -> int:
    """Runs a spec in this process, or follows the process that works on it already."""
    from core.device import choose_device
    from core.jobs.worker import attempt
    from core.planning.plan import plan as check

    spec = spec_of(args)
    store = Store(args.store)
    choose_device(args.device)
    check(spec, models=store.models)  # refuses before anything is written
    name = store.submit(spec)
    while (state := store.row(name).state) not in ENDED:
        if attempt(store, name, args.device, watch=Ticker()) is None:
            time.sleep(0.2)
            store.mark_interrupted()
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
    planned = check(spec_of(args), models=store.models, past=look_back(store.root, GALLERY))
    if args.json:
        print(json.dumps(planned.to_json()))
        return 0
    print(f"run {planned.run}: forget {len(planned.forget)} images ({planned.forget.sha256[:12]})")
    for line in _class_lines(planned.per_class):
        print(f"  {line}")
    for phase, seconds in planned.seconds.items():
        state = "trained already" if phase in planned.cached else "not known" if seconds is None else f"{seconds:.1f} s"
        print(f"  {phase}: {state}")
    if planned.rough:
        print("  Rough times: nothing alike was trained here, so they are scaled from other networks or images.")
    for sentence in (*planned.warnings, *planned.notes):
        print(f"- {sentence}")
    return 0


def _class_lines(per_class: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """How many images of each class go, the rest in one line where many classes are touched."""
    touched = [(name, removed, total) for name, (removed, total) in per_class.items() if removed]
    for name, removed, total in touched[:MAX_CLASSES]:
        yield f"{name}: {removed} of {total}"
    if others := touched[MAX_CLASSES:]:
        _, removed, total = zip(*others, strict=True)
        yield f"{len(others):,} other class{'es' * (len(others) > 1)}: {sum(removed):,} of {sum(total):,}"


def list_names(args: argparse.Namespace) -> int:
    """Prints names, one a line; the glossary as Markdown."""
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
    """Prints a run's result, or its state where it has none."""
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
    """Ends a run."""
    store = Store(args.store)
    ended = store.cancel(args.run)
    print(f"run {args.run} {'is cancelled' if ended else f'had ended already: {store.row(args.run).state}'}")
    return 0


def worker(args: argparse.Namespace) -> int:
    """Supervises a store."""
    from core.jobs import supervise

    supervise(Store(args.store))
    return 0


def gallery(args: argparse.Namespace) -> int:
    """Builds or verifies the shipped examples."""
    from core import examples as shelf

    return shelf.build() if args.what == "build" else shelf.verify()


def _print_result(result: dict[str, Any], as_json: bool) -> None:
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
