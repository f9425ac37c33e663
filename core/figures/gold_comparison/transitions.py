"""The Gold comparison page: predictions on the forget images, before and after."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from core.analysis.prediction_transitions import flow_difference, prediction_flow
from core.escaping import in_figure
from core.figures.theme import NEUTRAL, ROLES, Shown, frame, role_name

MAX_FLOWS = 16
DWARFED = 10  # a row so many times as long as the longest other one leaves nothing of the others to see
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)  # of the axis


def flow_table(samples: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """``prediction_flow`` with the classes' names: before, after, unlearned, gold, gold_low, gold_high (shares of the
    forget images), the largest first."""
    table = prediction_flow(samples)
    class_name = dict(enumerate(names))
    return table.assign(before=table["before"].map(class_name), after=table["after"].map(class_name))


def flow(samples: pd.DataFrame, names: Sequence[str]) -> Shown:
    """Share of the forget images (x) per pair of predictions before and after (y): unlearned to the left, gold to the
    right, with whiskers over the golds.

    Beyond ``MAX_FLOWS`` pairs the smaller ones are one row, or left out if this row would dwarf the others (with many
    classes). The table has all.

    Args:
        samples: role, split, index, prediction.
        names: of the classes by id.
    """
    table = flow_table(samples, names)
    drawn, left_out = _drawn(table)
    figure = frame(100 + 30 * len(drawn), barmode="overlay", hovermode="closest", bargap=0.25)
    figure.add_trace(_bars(drawn, "unlearned", -1))
    if table["gold"].notna().any():
        figure.add_trace(_bars(drawn, "gold", 1))
    reach = 1.15 * drawn[["unlearned", "gold", "gold_high"]].max(axis=None)
    step = next(step for step in STEPS if reach / step < 4 or step == STEPS[-1])
    ticks = [n * step for n in range(-3, 4)]
    figure.update_xaxes(
        title_text="Share of the forget images", range=[-reach, reach], tickvals=ticks,
        ticktext=[f"{100 * abs(tick):g}%" for tick in ticks],
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.add_vline(0, line={"color": NEUTRAL, "width": 1.5})
    differ = flow_difference(table)
    text = "" if pd.isna(differ) else f" {differ:.0%} of the images would need another prediction to match gold."
    return Shown(
        figure,
        table,
        "Prediction of the original → prediction now. Bars of equal length on both sides: the method changes the "
        f"predictions as retraining does.{text}{left_out}",
        f"Most frequent: {drawn.index[0]}, {drawn['unlearned'].iloc[0]:.0%} of the forget images.{text}",
        ("unlearned", "gold", "gold_low", "gold_high"),
    )


def _drawn(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """One row per pair of predictions, the small ones summed up; and a sentence about pairs that are left out."""
    texts = table["before"] + " → " + table["after"]
    shares = table.set_index(texts)[["unlearned", "gold", "gold_low", "gold_high"]]
    if len(shares) <= MAX_FLOWS:
        return shares, ""
    large = shares.iloc[: MAX_FLOWS - 1]
    rest = shares.iloc[len(large) :].sum(min_count=1).to_frame(f"{len(shares) - len(large):,} rarer changes").T
    sums = rest[["unlearned", "gold"]].iloc[0].dropna()
    if sums.max() > DWARFED * large.max(axis=None):
        text = ", ".join(f"{share:.0%} of the images in {role_name(role)}" for role, share in sums.items())
        return large, f" The {rest.index[0]} are only in the table: {text}."
    # Lows and highs of single rows do not add up.
    return pd.concat([large, rest.assign(gold_low=rest["gold"], gold_high=rest["gold"])]), ""


def _bars(drawn: pd.DataFrame, role: str, side: int) -> go.Bar:
    whiskers = {"array": drawn["gold_high"] - drawn["gold"], "arrayminus": drawn["gold"] - drawn["gold_low"],
                "color": NEUTRAL, "thickness": 1.5, "width": 4}  # fmt: skip
    return go.Bar(
        x=side * drawn[role],
        y=drawn.index.map(in_figure),
        orientation="h",
        name=role_name(role),
        marker={"color": ROLES[role].color},
        error_x=whiskers if role == "gold" else None,
        text=[f"{100 * share:.{0 if share >= 0.0995 else 1}f}%" if share >= 0.0005 else "" for share in drawn[role]],
        textposition="auto",
        insidetextanchor="start",  # clear of the whisker
        customdata=drawn[role],
        hovertemplate=f"%{{y}}: %{{customdata:.1%}} in {role_name(role).lower()}<extra></extra>",
    )
