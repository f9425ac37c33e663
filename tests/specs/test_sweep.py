from core import make_spec
from core.specs import METHODS
from core.specs.sweep import suitable_runs, variant_label, variants, with_next_model_seed, with_next_unlearning_seed


def test_suitable_runs_have_every_method_and_the_same_request_and_golds() -> None:
    spec = make_spec("digits", "class=3", gold_seeds=(4, 7))
    runs = suitable_runs(spec)
    assert runs[0] == spec
    assert len({run.id for run in runs}) == len(runs)
    assert {run.method.name for run in runs} == set(METHODS)
    assert {run.request_key for run in runs} == {spec.request_key}
    assert all(run.gold_seeds == (4, 7) for run in runs)


def test_variants_have_both_schedules() -> None:
    for name, kind in METHODS.items():
        if "schedule" in kind.model_fields:
            assert len({method.schedule for method in variants(kind)}) == 2, name


def test_random_label_has_a_variant_without_retain_data() -> None:
    needs = {method.needs for method in variants(METHODS["random-label"])}
    assert {"retain"} <= frozenset.union(*needs)
    assert any("retain" not in one for one in needs)


def test_the_default_variant_comes_first_and_has_the_plain_title() -> None:
    for kind in METHODS.values():
        assert variants(kind)[0] == kind()
        assert variant_label(kind()) == kind.title


def test_methods_that_need_a_pool_are_left_out_without_one() -> None:
    runs = suitable_runs(make_spec("digits", "class=3", settings={"model.data.pool": False}, method="none"))
    assert runs
    assert all("pool" not in run.method.needs for run in runs)


def test_a_variant_label_names_the_non_default_settings() -> None:
    method = make_spec("digits", method="random-label", settings={"replay": False, "batch_size": 16}).method
    assert variant_label(method).startswith("Random label, ")
    assert "no replay" in variant_label(method)
    assert "batch size 16" in variant_label(method)


def test_the_next_seeds_are_unused_and_not_gold_seeds() -> None:
    spec = make_spec("digits", "class=3", gold_seeds=(1, 2, 4))
    assert with_next_unlearning_seed(spec, ()) == spec.replace(unlearn_seed=1)
    have = {spec.replace(unlearn_seed=1).id, spec.replace(unlearn_seed=2).id}
    assert with_next_unlearning_seed(spec, have) == spec.replace(unlearn_seed=3)
    third = spec.replace(model=spec.model.replace(seed=3))
    assert with_next_model_seed(spec, ()) == third
    assert with_next_model_seed(spec, {third.id}) == spec.replace(model=spec.model.replace(seed=5))
