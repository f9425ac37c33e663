"""The papers' photograph settings with the fast network, which needs no GPU: about half an hour per model on two cores.

Not the papers' network: theirs is a ResNet-18. In the order of what matters most, and in pieces: repeat
``nice -n 19 timeout 9m python -m core bench paper photographs``. A training continues from its last epoch.
"""

from collections.abc import Iterator
from dataclasses import replace

from core.bench.paper import Line, Setting, settings_table
from core.bench.paper_mu_mis import COLUMNS, by_class
from core.bench.paper_tmu import COLUMNS as TMU_COLUMNS
from core.bench.paper_tmu import table_1
from core.bench.paper_trajectories import trajectories
from core.bench.runs import Runs
from core.bench.table import Part
from core.specs import METHODS, make_method, make_spec

RATES = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3)  # of the paper's variant
CLASSES = ("3", "0", "8")  # of the TMU paper's Table 1: cats, hard; airplanes and ships, easy
# A forward pass of 60,000 images takes minutes on two cores, so norms and accuracies during a run use fewer.
MEASURE = {"measure.norm_images": 500, "measure.probe_images": 600}


def cat() -> Setting:
    """A whole class of CIFAR-10: MU-Mis, then every baseline."""
    names = [name for name in METHODS if name not in ("mu-mis", "tmu")]
    lines = [Line("Retrain", None), Line("MU-Mis", make_method("mu-mis"))]
    lines += [Line(METHODS[name].title, make_method(name)) for name in names]
    return Setting("CIFAR-10 cat", make_spec("cifar10", "class=cat", settings=MEASURE), tuple(lines))


def rates() -> Setting:
    """The paper's variant at every rate, on the same class: the question of the paper's Figure 4."""
    lines = [
        Line(f"learning rate {rate:g}", make_method("mu-mis", {"variant": "paper", "learning_rate": rate}))
        for rate in RATES
    ]
    return Setting("CIFAR-10 cat, the paper's variant", cat().spec, tuple(lines))


def hundred_of_a_class() -> tuple[Setting, ...]:
    """Three classes of the TMU paper's Tables 1, 3 and 4."""
    settings = {setting.title: setting for setting in table_1("cifar-fast")}
    return tuple(_fast(settings[name], (1, 2)) for name in CLASSES)


def other_classes() -> tuple[Setting, ...]:
    """The MU-Mis paper's Tables 1 and 2."""
    golds = {"cifar100": (1, 2, 3), "cifar20": (1, 2)}
    return tuple(
        _fast(setting, golds[setting.spec.model.data.name])
        for setting in by_class("cifar-fast")
        if setting.spec.model.arch == "resnet18"
    )


def measure(runs: Runs) -> Iterator[Part]:
    """The settings, most important first."""
    yield "Percent. gap_test of Retrain is the gold spread. The network is `cnn-fast`, and a pool is held back."
    yield settings_table(runs, "CIFAR-10, one class", [cat()], COLUMNS)
    yield from trajectories(runs, rates())
    yield settings_table(runs, "CIFAR-10, 100 of a class", hundred_of_a_class(), TMU_COLUMNS, means=True)
    yield settings_table(runs, "CIFAR-100 and CIFAR-20", other_classes(), COLUMNS)


def _fast(setting: Setting, golds: tuple[int, ...]) -> Setting:
    """A paper's setting with the fast network, one seed per line."""
    words = setting.spec.model.data.name, setting.spec.forget.text
    spec = make_spec(*words, gold_seeds=golds, settings=MEASURE)
    title = setting.title.replace("ResNet-18", "fast network")
    return Setting(title, spec, tuple(replace(line, seeds=(0,)) for line in setting.lines))
