from itertools import pairwise

import pytest

from core.bench import paper_photographs as photographs
from core.bench.paper import Setting
from core.specs import METHODS

ALL = (photographs.cat(), photographs.rates(), *photographs.hundred_of_a_class(), *photographs.other_classes())


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.title)
def test_every_setting_uses_the_fast_network_whole_with_a_pool_and_one_seed(setting: Setting):
    model = setting.spec.model
    assert (model.arch, model.width, model.data.size, model.data.pool) == ("cnn-fast", None, None, True)
    assert [len(specs) for specs in setting.specs().values()] == [1] * len(setting.lines)


def test_a_whole_class_is_forgotten_by_every_method_but_tmu():
    named = {line.method.name for line in photographs.cat().lines if line.method}
    assert named == METHODS.keys() - {"tmu"}


def test_the_rates_share_original_and_golds_with_the_class():
    (of_class, of_rates) = photographs.cat().spec, photographs.rates().spec
    assert of_class.request_key == of_rates.request_key
    rates = [line.method.learning_rate for line in photographs.rates().lines]
    steps = [later / earlier for earlier, later in pairwise(rates)]
    assert steps == pytest.approx([3, 10 / 3] * 3)  # half decades


def test_the_order_and_golds_of_the_papers_requests():
    found = [(s.spec.model.data.name, s.spec.forget.text, len(s.spec.gold_seeds)) for s in ALL[2:]]
    assert found == [
        ("cifar10", "class=3:100", 2),
        ("cifar10", "class=0:100", 2),
        ("cifar10", "class=8:100", 2),
        ("cifar100", "class=rocket", 3),
        ("cifar20", "subclass=rocket", 2),
        ("cifar20", "subclass=sea", 2),
    ]
