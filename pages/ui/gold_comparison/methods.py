"""All methods and settings that were run on one request, beside each other and against gold."""

from typing import Any

import pandas as pd
import streamlit as st

from core.analysis.method_comparison import compare_variants, overview
from core.analysis.metric_values import noise_floor
from core.figures import DATA_TRACKS, Shown, cost_quality, methods_forest, methods_matrix
from core.metrics.catalogue import METRICS, keys, share_keys, signed_keys
from pages.ui.shell.errors import plain
from pages.ui.shell.figure import show_with_runs, table
from pages.ui.shell.url_state import select


def place(variants: pd.DataFrame, run: str) -> str:
    """Where a run stands among all runs of its request, in a sentence or two; empty without gold.

    Args:
        variants: of ``overview``.
    """
    if variants.empty:
        return ""
    ours = variants[variants["track"] != "nothing"].reset_index(drop=True)
    idle = variants.loc[variants["track"] == "nothing", "gap"].iloc[0]
    if ours["run"].tolist() in ([], [run]):
        return f"Doing nothing: {idle:.2%}. No other method has been run on this request yet."
    nearest = ours.iloc[0]
    if nearest["run"] == run:
        others = len(ours) - 1
        text = f"None of the {others} other methods" if others > 1 else "The one other method"
        text += f" run on this request is {'' if others > 1 else 'not '}closer to gold"
    else:
        best = f"**{plain(nearest['method'])}** is closest to gold, with {_gap_of(nearest)}"
        text = f"Of {len(ours)} methods and settings run on this request, {best}"
        if (own := ours.index[ours["run"] == run]).size:
            variant = ours.loc[own[0]]
            text += f"; this run ranks {own[0] + 1}" + (f", with {_gap_of(variant)}" if variant["runs"] > 1 else "")
    inside = ours["within"].sum()
    tie = f" {inside} lie within the gold spread, so they cannot be told apart." if inside > 1 else ""
    return f"{text}. Doing nothing: {idle:.2%}.{tie}"


def _gap_of(variant: pd.Series) -> str:
    """The average gap over all seeds of a variant, so not that of the shown run alone."""
    return f"{variant['gap']:.2%}" + (f" (mean of {variant['runs']} seeds)" if variant["runs"] > 1 else "")


def side_by_side(results: list[dict[str, Any]]) -> None:
    """The matrix, one metric with intervals, and the table; the first result's run is framed."""
    run, long = results[0]["run"], compare_variants(results)
    _choose(methods_matrix(long, run), "methods", run)
    if long.empty:
        return
    st.subheader("One metric, with intervals", anchor=False)
    measured = set(long["metric"])
    metrics = keys(lambda metric: metric.key in measured)
    metric = st.segmented_control(
        "Metric", metrics, default="FA", required=True, key="metric", format_func=lambda name: METRICS[name].label,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    st.caption(METRICS[metric].about)
    _choose(methods_forest(long, metric, run), f"forest.{metric}", run)
    st.subheader("Every number", anchor=False)
    variants = overview(results)
    variants["track"] = variants["track"].map(DATA_TRACKS)
    st.caption(f"{', '.join(signed_keys())} are differences to the mean gold.")
    table(variants, "variants", share_keys())


def cost(results: list[dict[str, Any]]) -> None:
    """Time against distance to gold."""
    run, spread = results[0]["run"], noise_floor(results[0], "gap")
    _choose(cost_quality(overview(results), float("nan") if spread is None else spread, run), "cost", run)


def _choose(shown: Shown, key: str, run: str) -> None:
    """A figure in which a click chooses another run for the whole page."""
    clicked = show_with_runs(shown, key)
    if clicked and clicked != run:
        select("run", clicked)
        st.rerun()
