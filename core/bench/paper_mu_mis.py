"""The tables of the MU-Mis paper (https://arxiv.org/abs/2402.15109), with the paper's figures and ours.

The paper's figures are those of the ICLR version; where they disagree, the consistent one is used. Tiny-ImageNet and
Pins are left out, because their forgotten classes are unknown. RA_test, FA_test and TA are on test images. Random
requests have images of every class, so they use RA and FA on training images and the average gap. Ours are measured
with the 30-epoch recipe and with the paper's 200 epochs, on the paper's split: all training images, no pool.
"""

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Any

from core.bench.paper import NARROW, Column, Line, Setting, accuracy, of_role, settings_table
from core.bench.paper_trajectories import trajectories
from core.bench.runs import Runs
from core.bench.table import Part
from core.metrics.accuracy import GAP, GAP_TEST, gap, gold_spread
from core.results import Result
from core.specs import MethodSpec, make_method, make_spec

FULL = {"model.data.pool": False}
RECIPES = ("cifar-fast", "mu-mis-paper")  # of 30 epochs, and the paper's
EPOCHS = 200  # of the paper's retraining
SEEDS = (0, 4, 5)  # of originals and of MU-Mis, beside golds 1 to 3
RATES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3)
REDUCED_RATES = (1e-5, 1e-4, 3e-4, 1e-3)  # small ones take many steps
DELTAS = (0.7, 0.8, 0.9, 0.95)


def _paper(**settings: Any) -> MethodSpec:
    return make_method("mu-mis", {"variant": "paper", **settings})


AUTHORS = {"schedule": "authors"}


def _full(
    recipe: str,
    title: str,
    dataset: str,
    forget: str,
    printed: dict[str, dict[str, float]],
    arch: str = "resnet18",
    seeds: tuple[int, ...] = (0,),
) -> Setting:
    """A setting of the paper; ``printed`` by our name of the method, ``retrain`` for retraining.

    Args:
        seeds: those of MU-Mis.
    """
    known = {
        "retrain": ("Retrain", None),
        "salun": ("SalUn", make_method("salun", AUTHORS)),
        "scrub": ("SCRUB", make_method("scrub", AUTHORS)),
        "jit": ("JiT", make_method("jit", AUTHORS)),
        "mu-mis": ("MU-Mis", _paper()),
    }
    lines = [
        Line(*known[name], printed.get(name, {}), seeds if name == "mu-mis" else (0,))
        for name in dict.fromkeys(("retrain", *printed))
    ]
    own = Line("MU-Mis, scale-free", make_method("mu-mis"), seeds=seeds)
    return Setting(title, make_spec(dataset, forget, arch=arch, recipe=recipe, settings=FULL), (*lines, own))


def _figures(ra: float, fa: float, ta: float, gap: float, seconds: float) -> dict[str, float]:
    return {
        "RA_test": ra,
        "FA_test": fa,
        "TA": ta,
        "gap_test": gap,
        "seconds": seconds,
        "% of 200 epochs": 100 * seconds / 7432,
    }


def by_class(recipe: str) -> tuple[Setting, ...]:
    """Whole classes and sub-classes: Tables 1, 2, A9 and A10."""
    return (
        _full(recipe, "Table 1: CIFAR-100 rocket, ResNet-18", "cifar100", "class=rocket", {
            "retrain": _figures(76.52, 0.00, 75.76, 0, 7432),
            "salun": _figures(76.63, 1.20, 75.85, 0.47, 254),
            "jit": _figures(65.44, 3.00, 64.87, 8.32, 15),
            "mu-mis": _figures(76.42, 0.00, 75.64, 0.07, 30),
        }, seeds=SEEDS),
        _full(recipe, "Table A9: CIFAR-100 rocket, VGG-16", "cifar100", "class=rocket", {
            "jit": {"FA_test": 3.73, "gap_test": 3.21},
            "mu-mis": {"FA_test": 0.00, "gap_test": 0.32},
        }, "vgg16-bn"),
        _full(recipe, "Table 2: CIFAR-20 rocket, ResNet-18", "cifar20", "subclass=rocket", {
            "mu-mis": {"gap_test": 0.49},
        }),
        _full(recipe, "Table 2: CIFAR-20 sea, ResNet-18", "cifar20", "subclass=sea", {
            "scrub": {"gap_test": 0.22},
            "salun": {"gap_test": 0.26},
            "mu-mis": {"gap_test": 0.20},
        }),
        _full(recipe, "Table A10: CIFAR-20 sea, ViT", "cifar20", "subclass=sea", {
            "mu-mis": {"gap_test": 0.17, "seconds": 30},
        }, "vit-small"),
    )  # fmt: skip


def at_random(recipe: str) -> tuple[Setting, ...]:
    """A tenth of all training images: Table A7."""
    plain = "fast-plain" if recipe == "cifar-fast" else recipe  # a mirrored digit is another one
    return (
        _full(recipe, "Table A7: CIFAR-10, random 10 %", "cifar10", "random=10%", {"mu-mis": {"gap": 1.64}}),
        _full(plain, "Table A7: SVHN, random 10 %", "svhn", "random=10%", {"mu-mis": {"gap": 1.12}}),
    )


def curves(recipe: str) -> tuple[Setting, ...]:
    """The paper's Figure 4 (learning rates), A2 (delta), A12 (terms), A13 (norms) and A14 (whole Jacobian)."""
    spec = make_spec("cifar100", "class=rocket", arch="resnet18", recipe=recipe, settings=FULL)
    title = "CIFAR-100 rocket, ResNet-18"
    deltas = tuple(Line(f"delta {delta:g}", _paper(delta=delta)) for delta in DELTAS)
    return Setting(title, spec, _at(RATES)), Setting(title, spec, deltas), Setting(title, spec, _ablations("paper"))


def _at(rates: Sequence[float]) -> tuple[Line, ...]:
    return tuple(Line(f"learning rate {rate:g}", _paper(learning_rate=rate)) for rate in rates)


def _ablations(variant: str) -> tuple[Line, ...]:
    parts: dict[str, dict[str, Any]] = {
        "target term alone": {"irrelevant_weight": 0},
        "irrelevant term alone": {"target_weight": 0},
        "norms, not squares": {"penalty": "norm"},
        "whole Jacobian": {"penalty": "jacobian"},
    }
    return tuple(
        Line(f"{title}, {variant}", make_method("mu-mis", {"variant": variant, **settings}))
        for title, settings in parts.items()
    )


def reduced() -> tuple[Setting, Setting]:
    """One class of CIFAR-10 in the reduced setting; and the learning rates of the paper's variant there."""
    spec = make_spec("cifar10", "class=cat", arch="resnet18", recipe="cifar-fast", settings=NARROW)
    lines = (
        Line("Retrain", None),
        Line("Do nothing", make_method("none"), seeds=SEEDS),
        Line("MU-Mis, scale-free", make_method("mu-mis"), seeds=SEEDS),
        Line("MU-Mis, paper", _paper(), seeds=SEEDS),
        *_ablations("scale-free"),
    )
    rates = Setting("CIFAR-10 cat, the paper's variant", spec, _at(REDUCED_RATES))
    return Setting("CIFAR-10 cat", spec, lines), rates


def _distance(result: Result, role: str, names: Sequence[str]) -> float | None:
    """Average gap in percentage points; for retraining the gold spread (noise floor)."""
    golds = of_role(result, "gold")
    found = gold_spread(golds, names) if role == "gold" else gap(result.unlearned, golds, names)
    return None if found is None or found["average"] is None else 100 * found["average"]


def _seconds(result: Result, role: str) -> float:
    return mean(result["seconds"]["gold"]) if role == "gold" else result["seconds"]["unlearn"]


def _share(result: Result, role: str) -> float:
    """Time in percent of 200 epochs of retraining, as in the paper."""
    epochs = result["spec"]["model"]["train"]["epochs"]
    return 100 * _seconds(result, role) / (_seconds(result, "gold") * EPOCHS / epochs)


COLUMNS: dict[str, Column] = {
    "RA_test": accuracy("RA_test"),
    "FA_test": accuracy("FA_test"),
    "TA": accuracy("TA"),
    "gap_test": lambda result, role: _distance(result, role, GAP_TEST),
    "seconds": _seconds,
    "% of 200 epochs": _share,
}
AT_RANDOM: dict[str, Column] = {
    "RA": accuracy("RA"),
    "FA": accuracy("FA"),
    "TA": accuracy("TA"),
    "gap": lambda result, role: _distance(result, role, GAP),
    "seconds": _seconds,
    "% of 200 epochs": _share,
}


def measure(runs: Runs) -> Iterator[Part]:
    """The reduced setting, then the paper's tables and curves, recipe by recipe."""
    yield "Percent. gap_test of Retrain is the gold spread: smaller differences are noise."
    table, rates = reduced()
    yield settings_table(runs, "One class", [table], COLUMNS)
    for setting in (table, rates):
        yield from trajectories(runs, setting)
    for recipe in RECIPES:
        named = "of 30 epochs" if recipe == "cifar-fast" else recipe
        yield settings_table(runs, f"Whole classes and sub-classes, recipe {named}", by_class(recipe), COLUMNS)
        yield settings_table(runs, f"Random requests, recipe {named}", at_random(recipe), AT_RANDOM)
        for setting in curves(recipe):
            yield from trajectories(runs, setting)
