"""Any runs beside each other: what differs in their specs, their trajectories, their accuracies, and image by image."""

from collections.abc import Mapping
from string import ascii_uppercase

import pandas as pd
import streamlit as st

from core.analysis.run_diff import flips, image_differences, spec_differences, without_seeds
from core.figures import (
    MAX_RUNS,
    SPLIT_NAMES,
    png_url,
    run_accuracies,
    run_curves,
    run_marks,
    two_runs,
)
from core.figures.theme import shortened
from core.metrics.catalogue import accuracy_keys
from core.specs.sweep import variant_label
from core.store import RunFolder, RunRow, open_finished
from pages.ui.forget import live
from pages.ui.runs import sweep
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.figure import show, table
from pages.ui.shell.url_state import select, selected

LETTERS = 44  # of a run's name in a legend
PICTURES, SIDE = 24, 72  # of the most changed images; pixels


def wanted() -> list[str]:
    """The runs that the URL asks to compare, those that are finished and here; at most ``MAX_RUNS``."""
    known = data_access.finished()
    asked = dict.fromkeys((selected("vs") or "").split(","))
    return [run for run in asked if run in known][:MAX_RUNS]


def say_missing(compared: list[str]) -> None:
    """Which runs the URL asks to compare and that are not compared, and why.

    Args:
        compared: of ``wanted``.
    """
    known = data_access.finished()
    asked = [run for run in dict.fromkeys((selected("vs") or "").split(",")) if run]
    if missing := [run for run in asked if run not in known]:
        st.warning(f"Not compared, because they are not finished or not here: {plain(', '.join(missing))}.",
                   icon=":material/info:")  # fmt: skip
    elif asked and len(compared) < len(asked):
        st.warning(f"{len(asked)} runs were requested; showing the first {MAX_RUNS}.", icon=":material/info:")
    if asked and len(compared) < 2:
        st.caption("Nothing to compare: at least two finished runs are needed.")


def follow_missing() -> bool:
    """While runs of the comparison that the URL asks for are queued or running: how many are finished; whether any
    is."""
    asked = (selected("vs") or "").split(",")

    def rows() -> list[RunRow]:
        return [row for row in data_access.store().rows() if row.id in asked]

    sweep.follow(rows, "of this comparison", redraw=True, least=1)
    return any(row.state in live.ACTIVE for row in rows())


def offer() -> None:
    """Any finished runs and shipped examples to choose from, without looking for their lines."""
    titles = data_access.finished()
    st.multiselect("Compare finished runs and examples", titles, key="compare.offered", max_selections=MAX_RUNS,
                   placeholder="Choose two", on_change=callback(_take_offered),
                   format_func=lambda run: f"{titles[run]} · {run[:6]}")  # fmt: skip


def _take_offered() -> None:
    if len(chosen := st.session_state["compare.offered"]) > 1:
        select("vs", ",".join(chosen))


def section(runs: list[str]) -> None:
    """Which runs, and everything about them.

    Args:
        runs: of ``wanted``, at least two.
    """
    titles = data_access.finished()
    st.session_state["compare.runs"] = runs
    st.multiselect("Runs", titles, key="compare.runs", max_selections=MAX_RUNS, on_change=callback(_take_chosen),
                   format_func=lambda run: f"{titles[run]} · {run[:6]}")  # fmt: skip
    folders = {
        letter: open_finished(data_access.store(), run) for letter, run in zip(ascii_uppercase, runs, strict=False)
    }
    _overview(folders, {letter: titles[folder.run] for letter, folder in folders.items()})
    named = {f"{letter} · {name}": folders[letter] for letter, name in setting_names(folders).items()}
    marks = run_marks({name: without_seeds(folder.spec) for name, folder in named.items()})
    curves, accuracies, images, settings = st.tabs(
        ["Trajectories", "Accuracies", "Images", "Settings"], key="compare.tab", bind="query-params"
    )
    if curves.open:
        with curves:
            show(run_curves({name: folder.table("trajectory") for name, folder in named.items()}, marks),
                 "compare.curves")  # fmt: skip
    if accuracies.open:
        with accuracies:
            show(run_accuracies({name: folder.result for name, folder in named.items()}, marks),
                 "compare.accuracies")  # fmt: skip
    if images.open:
        with images:
            _images(folders)
    if settings.open:
        with settings:
            _settings(folders)


def setting_names(folders: Mapping[str, RunFolder]) -> dict[str, str]:
    """What a legend calls each run: its method with the settings that are not the default, and its request where
    these differ."""
    specs = {letter: folder.spec for letter, folder in folders.items()}
    one_request = len({spec.forget for spec in specs.values()}) == 1
    return {
        letter: shortened(variant_label(spec.method) + ("" if one_request else f", {spec.forget.title}"), LETTERS)
        for letter, spec in specs.items()
    }


def _take_chosen() -> None:
    select("vs", ",".join(st.session_state["compare.runs"]))


def _overview(folders: Mapping[str, RunFolder], titles: Mapping[str, str]) -> None:
    rows = []
    for letter, folder in folders.items():
        result = folder.result
        found = {name: result.unlearned.get(name) for name in accuracy_keys()}
        gap = result.gap
        rows.append({"": letter, "run": folder.run, "what": titles[letter], **found, "average gap": gap,
                     "steps": result.steps, "seconds": result.unlearn_seconds})  # fmt: skip
    shares = (*accuracy_keys(), "average gap")
    table(pd.DataFrame(rows).astype(dict.fromkeys(shares, float)), "compare.overview", shares)


def _settings(folders: Mapping[str, RunFolder]) -> None:
    differ = spec_differences({letter: folder.spec for letter, folder in folders.items()})
    if differ.empty:
        st.caption("No differences: these are the same run.")
        return
    st.caption("Only settings that differ are shown. A dash: the run has no such setting.")
    table(differ, "compare.settings")
    if len({folder.spec.request_key for folder in folders.values()}) > 1:
        st.caption("These runs have different requests. Judge each by its own gold models.")


def _images(folders: Mapping[str, RunFolder]) -> None:
    """Two of the runs, image by image."""
    letters = list(folders)
    left, right = st.columns(2)
    one = left.segmented_control("From", letters, default=letters[0], key="compare.one", bind="query-params",
                                 required=True)  # fmt: skip
    other = right.segmented_control("To", letters, default=letters[1], key="compare.other", bind="query-params",
                                    required=True)  # fmt: skip
    first, second = folders[one], folders[other]
    if one == other:
        st.info("Choose two different runs.", icon=":material/info:")
        return
    if first.spec.model.data != second.spec.model.data:
        st.info("They use different data, so they share no images.", icon=":material/info:")
        return
    both = image_differences(first.table("samples"), second.table("samples"))
    st.markdown(_told(both))
    splits = ["all", *sorted(both["split_1"].unique(), key=list(SPLIT_NAMES).index)]
    split = st.segmented_control(
        "Images", splits, default="all", key="compare.split", bind="query-params", required=True,
        format_func=lambda name: SPLIT_NAMES.get(name, "All"),
    )  # fmt: skip
    rows = both if split == "all" else both[both["split_1"] == split]
    _most_changed(first, rows)
    show(two_runs(rows, first.spec.model.data.info.classes, (one, other)), "compare.images")


def _told(both: pd.DataFrame) -> str:
    counts = [f"{row.flipped} of {row.images} in {SPLIT_NAMES[row.split].lower()}" for row in flips(both).itertuples()]
    return f"**{int(both['flipped'].sum())} of {len(both)} images** have a different prediction: {', '.join(counts)}."


def _most_changed(run: RunFolder, rows: pd.DataFrame) -> None:
    names = run.spec.model.data.info.classes
    first = rows.head(PICTURES)
    with st.container(horizontal=True):
        for row, image in zip(first.itertuples(), data_access.images(run.spec, first["index"]), strict=True):
            with st.container(width=SIDE + 16, gap="small"):
                label = names[row.label]
                st.image(png_url(image, SIDE), alt=f"{row.split_1} image {row.index}, {label}", width=SIDE)
                one, other = plain(names[row.prediction_1]), plain(names[row.prediction_2])
                st.caption(f"{one} → **{other}**  \n{plain(label)} "
                           f"{row.probability_1:.0%} → {row.probability_2:.0%}")  # fmt: skip
    st.caption(
        f"The {len(first)} images that changed most: each run's predicted class, and the probability it gives the "
        "label."
    )
