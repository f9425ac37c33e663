"""The Privacy page's parts: how to get what was not measured, what every attack found, and on which images."""

from typing import Any

import pandas as pd
import streamlit as st

from core import RunSpec, plan
from core.access import is_read_only
from core.analysis.attack_curves import MODEL_ATTACK, SHADOW, calls
from core.figures import thumbnail_grid
from core.glossary import tooltip
from core.metrics.catalogue import METRICS, share_keys
from core.metrics.membership.attacks import ATTACKS, FALSE_POSITIVES
from core.roles import only_golds
from core.specs import parse_spec
from core.specs.runs import MIN_SHADOWS
from core.store import RunFolder
from pages.ui.forget.plan_summary import duration
from pages.ui.image.selection import thumbnails
from pages.ui.runs.summary import METRIC_WIDTH, percent
from pages.ui.shell import data_access
from pages.ui.shell.figure import folded_table
from pages.ui.shell.links import go, link

SHOWN, COLUMNS = 18, 6  # images


def title(attack: str) -> str:
    """An attack on screen."""
    return METRICS[attack].name


def offers(spec: RunSpec) -> None:
    """What this run did not measure, what it would cost, and the button that queues the same run with it."""
    if is_read_only():
        return
    if not spec.measure.deep:
        _offer(
            spec.replace(measure=spec.measure.replace(deep=True)),
            "Measure features, relearning and simple attacks",
            "Not measured in this run: feature probes, relearning speed and three simple membership attacks. No "
            "further model has to be trained.",
        )
    if not spec.measure.shadows and not spec.after:
        _offer(
            spec.replace(measure=spec.measure.replace(shadows=MIN_SHADOWS)),
            f"Add shadow models ({MIN_SHADOWS} pairs)",
            "Per-image attacks (U-LiRA, RMIA) compare every image with shadow models: pairs trained on random halves "
            "of the data. One model of each pair sees forget images and then unlearns them as here. They are kept for "
            "reuse.",
        )


def _offer(wanted: RunSpec, label: str, what: str) -> None:
    with st.container(border=True):
        st.markdown(what)
        if (run := _with_all_of(wanted)) is not None:
            link("Privacy", "Open the run that has it", {"run": run})
            return
        store = data_access.store()
        seconds = plan(wanted, models=store.models, past=data_access.past(str(store.root))).seconds["measure"]
        cost = "Time unknown before a first run of this kind." if seconds is None else f"Takes {duration(seconds)}."
        if st.button(label, icon=":material/playlist_add:", help=f"Queues the same run with it. {cost}"):
            data_access.queue(wanted)
            go("Runs", {"run": wanted.id, "back": "Privacy"})
        st.caption(cost)


def _with_all_of(wanted: RunSpec) -> str | None:
    """A finished run that differs at most in measuring more."""
    for row in data_access.of_request(wanted):
        spec = parse_spec(row.spec)
        enough = spec.measure.deep >= wanted.measure.deep and spec.measure.shadows >= wanted.measure.shadows
        if row.state == "done" and enough and spec.replace(measure=wanted.measure) == wanted:
            return row.id
    return None


def numbers(privacy: dict[str, Any]) -> None:
    """The AUC of every attack that was tried, each with its target."""
    st.markdown(_verdict(privacy))
    if simple := [name for name in ATTACKS if name in privacy]:
        st.markdown(
            "**Sanity checks**: one threshold for all images. Was it a forget image, or one of the test set? The "
            "target is **gold's value**, which need not be 0.5. A deviation *either* way leaks."
        )
        with st.container(horizontal=True):
            for name in simple:
                _metric(name, privacy[name]["unlearned"], _golds(privacy[name]))
    if MODEL_ATTACK in privacy:
        st.markdown(
            "**Per-image attacks** with shadow models. U-LiRA is measured on shadow models that were unlearned by "
            "this method, not on this run's model; its target is **0.5**: they cannot be told from models that never "
            "saw the image. RMIA is measured on this run's model; its target is **gold's value**."
        )
        with st.container(horizontal=True):
            _metric(MODEL_ATTACK, privacy[MODEL_ATTACK][SHADOW], "target 0.5")
            _metric("RMIA", privacy["RMIA"]["unlearned"], _golds(privacy["RMIA"]))
            strict, rate = privacy[MODEL_ATTACK][SHADOW]["tpr_at_1"], percent(FALSE_POSITIVES)
            st.metric(
                "U-LiRA, true positives", "–" if strict is None else percent(strict), f"target {rate}",
                delta_color="off", delta_arrow="off", width=METRIC_WIDTH,
                help=tooltip("tpr_at_1"),
            )  # fmt: skip


def _verdict(privacy: dict[str, Any]) -> str:
    """One sentence on the attacks whose target is gold's value."""
    judged = {name: roles for name, roles in privacy.items() if name != MODEL_ATTACK and _areas(roles)}
    if not judged:
        return "Without a gold model, most attacks have no target value."
    off = [
        title(name)
        for name, roles in judged.items()
        if not min(_areas(roles)) <= roles["unlearned"]["auc"] <= max(_areas(roles))
    ]
    which = f" ({', '.join(off)})" if off else ""
    return (
        f"Of the {len(judged)} attacks whose target is gold's value, **{len(off)}** have an AUC on the unlearned model "
        f"that lies outside the golds' own{which}."
    )


def _metric(name: str, found: dict[str, float], target: str) -> None:
    st.metric(title(name), f"{found['auc']:.2f}", target, delta_color="off", delta_arrow="off", width=METRIC_WIDTH,
              help=tooltip(name))  # fmt: skip


def _golds(roles: dict[str, dict[str, float]]) -> str:
    areas = _areas(roles)
    if not areas:
        return "no gold"
    low, high = f"{min(areas):.2f}", f"{max(areas):.2f}"
    return f"gold {low}" if low == high else f"gold {low} to {high}"


def _areas(roles: dict[str, dict[str, float]]) -> list[float]:
    """The golds' AUC."""
    return [found["auc"] for found in only_golds(roles).values()]


def every_number(privacy: dict[str, Any]) -> None:
    """All rates of all attacks in all models, as a table."""
    rows = [{"attack": name, "role": role, **found} for name, roles in privacy.items() for role, found in roles.items()]
    folded_table("Every attack in every model", pd.DataFrame(rows), "privacy", share_keys())


def images(run: RunFolder, rows: pd.DataFrame) -> None:
    """The forget images on which an attack on the unlearned model succeeds, and those on which it fails.

    Args:
        rows: of one attack.
    """
    samples = data_access.samples(run)
    forget = samples[(samples["split"] == "forget") & (samples["role"] == "original")].set_index("index")["label"]
    told = calls(rows, forget.index.to_numpy())
    told.insert(1, "class", told["index"].map(forget).map(dict(enumerate(run.spec.model.data.info.classes))))
    found, missed = told[told["called"]], told[~told["called"]][::-1]
    text = f"At its own threshold the attack recognises **{len(found)} of {len(told)}** forget images"
    if found.empty:
        text += "; move the slider to see other thresholds."
    elif told["golds_called"].isna().all():
        text += " in the unlearned model."
    else:
        alike = int((found["golds_called"] > 0.5).sum())
        text += (
            f" in the unlearned model, and **{alike}** of these in most golds too. Golds never saw them: what is "
            "recognised there is not a trace of training."
        )
    st.markdown(text)
    left, right = st.columns(2, gap="medium")
    with left:
        _gallery(run, found, "Attack succeeds: recognised as members", "succeeds")
    with right:
        _gallery(run, missed, "Attack fails: taken for never seen", "fails")
    folded_table("Every forget image", told, f"calls.{run.run}", ("golds_called",))


def _gallery(run: RunFolder, told: pd.DataFrame, heading: str, key: str) -> None:
    st.markdown(f"**{heading}** ({len(told)})")
    if told.empty:
        st.caption("None.")
        return
    first = told.head(SHOWN)
    about = first[["index", "class"]].assign(score=first["score"].round(3))
    if first["golds_called"].notna().all():
        about["recognised in golds"] = first["golds_called"].map("{:.0%}".format)
    shown = thumbnail_grid(data_access.images(run.spec, first["index"]), about, columns=COLUMNS)
    thumbnails(shown.figure, f"privacy.{key}", f"{heading}: {len(first)} images")
    if len(told) > SHOWN:
        st.caption(f"The {SHOWN} with the most certain scores.")
