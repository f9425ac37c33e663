import itertools
import json
import re

import pytest

from core.errors import InvalidSpec
from core.specs import make_method, parse_spec
from core.specs.base import digest
from core.specs.methods.mu_mis import MuMis

MU_MIS = {
    "variant": ("scale-free", "paper"),
    "logits": ("centred", "raw"),
    "stop": ("auto", "accuracy", "sensitivity", "paper"),
    "penalty": ("squared", "norm", "jacobian"),
}


def uses_by_hand(field: str, variant: str, logits: str, stop: str, penalty: str) -> bool:
    """Whether a setting of MU-Mis can have any effect, from what the method does."""
    centred = variant == "scale-free" and logits == "centred"
    papers_stop = stop == "paper" or (stop == "auto" and variant == "paper")
    return {
        "learning_rate": variant == "paper",
        "head_step": variant == "scale-free",
        "body_step": variant == "scale-free",
        "logits": variant == "scale-free",
        "body_share": centred,
        "logit_weight": centred and penalty != "jacobian",  # which has no target term
        "cap": variant == "scale-free" and penalty != "jacobian",  # which has no second term
        "target_weight": penalty != "jacobian",
        "irrelevant_weight": penalty != "jacobian",
        "delta": papers_stop,
        "fraction": not papers_stop,  # accuracy falls back to sensitivity where no target is known
    }.get(field, True)


@pytest.mark.parametrize(tuple(MU_MIS), list(itertools.product(*MU_MIS.values())))
@pytest.mark.parametrize("field", [field for field in MuMis.model_fields if field != "name"])
def test_mu_mis_takes_exactly_the_settings_that_it_uses(field: str, variant: str, logits: str, stop: str, penalty: str):
    settings = {"variant": variant, "logits": logits, "stop": stop, "penalty": penalty}
    used = uses_by_hand(field, **settings)
    if variant == "paper":
        del settings["logits"]
    assert MuMis(**settings).uses(field) == used
    settings[field] = settings.get(field, MuMis.model_fields[field].default)
    if used:
        assert (field in make_method("mu-mis", settings).model_dump()) == ((field, logits) != ("logits", "raw"))
    else:
        with pytest.raises(InvalidSpec, match=f"{field} = .* is not used with .* it applies to "):
            make_method("mu-mis", settings)


STORED = {
    "name": "mu-mis", "variant": "scale-free", "stop": "auto", "penalty": "squared", "max_steps": 80,
    "batch_size": 128, "draws": 1, "target_weight": 1.0, "irrelevant_weight": 1.0, "head_step": 0.02,
    "body_step": 0.001, "cap": 1.2, "fraction": 0.75, "guard": 1.5,
}  # fmt: skip


def test_a_spec_stored_before_centred_logits_has_raw_ones_and_keeps_its_key():
    spec = MuMis.parse(STORED)
    assert spec.logits == "raw"
    assert spec == MuMis(logits="raw")
    assert spec.key == digest(STORED) == "881c53ad3055bdf7733b"
    assert parse_spec({"method": STORED}).method == spec
    assert MuMis.parse(json.dumps(STORED)) == spec


def test_a_new_spec_has_centred_logits_and_the_paper_variant_raw_ones():
    assert (MuMis().centred, MuMis(logits="raw").centred, MuMis(variant="paper").centred) == (True, False, False)
    assert MuMis.parse({"head_step": 0.02, "guard": 1.5}).centred
    assert MuMis.parse(MuMis().model_dump()) == MuMis()
    paper = {name: value for name, value in STORED.items() if name not in ("head_step", "body_step", "cap", "fraction")}
    paper |= {"variant": "paper", "learning_rate": 3e-4, "delta": 0.9}
    assert MuMis.parse(paper).key == digest(paper)


def test_both_terms_cannot_be_left_out():
    with pytest.raises(InvalidSpec, match="target_weight = 0 and irrelevant_weight = 0 leave nothing"):
        make_method("mu-mis", {"target_weight": 0, "irrelevant_weight": 0})


@pytest.mark.parametrize(
    ("settings", "whole_classes_only", "known", "rule"),
    [
        ({}, True, True, "accuracy"),
        ({}, True, False, "accuracy"),  # the target is 0, whatever is known
        ({}, False, True, "accuracy"),
        ({}, False, False, "sensitivity"),
        ({"variant": "paper"}, True, True, "paper"),
        ({"variant": "paper", "stop": "accuracy"}, False, True, "accuracy"),
        ({"stop": "accuracy"}, False, False, "sensitivity"),
        ({"stop": "sensitivity"}, True, True, "sensitivity"),
        ({"stop": "paper"}, False, False, "paper"),
    ],
)
def test_the_stop_rule_that_is_meant(settings: dict[str, str], whole_classes_only: bool, known: bool, rule: str):
    assert MuMis(**settings).stop_rule(whole_classes_only, known) == rule


def test_steps_are_halved_for_less_than_whole_classes():
    assert (MuMis().step_scale(True), MuMis().step_scale(False)) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("spec", "whole_classes_only", "known", "said"),
    [
        (
            MuMis(),
            True,
            True,
            ["last layer by 0.02 and the other layers by 0.001", "capped at 1.2 times", "accuracy is 0%"],
        ),
        (MuMis(), True, True, ["looked at gold models", "a guard restores", "1.5 times its start"]),
        (MuMis(head_step=0.1, guard=3), False, True, ["last layer by 0.05", "held-out accuracy", "3 times its start"]),
        (MuMis(), False, False, ["Guess: it stops when the target norm has fallen to 0.75"]),
        (MuMis(stop="accuracy"), False, False, ["accuracy has no known target here"]),
        (
            MuMis(variant="paper"),
            True,
            True,
            ["chosen on the digits, without gold models", "the irrelevant norm dips to 0.9"],
        ),
        (MuMis(target_weight=0), True, True, ["weighted 0 to 1, not 1 to 1"]),
        (
            MuMis(),
            True,
            True,
            ["centred logits", "at most 0.1 times what the last layer", "with a weight of 0.3"],
        ),
        (MuMis(penalty="norm"), True, True, ["norms instead of squared norms", "capped at 1.2 times"]),
        (MuMis(penalty="jacobian"), True, True, ["the input gradients of all logits are lowered"]),
        (MuMis(draws=4), True, True, ["4 irrelevant classes per image and step, not one"]),
    ],
)
def test_departures_and_guesses_are_named(spec: MuMis, whole_classes_only: bool, known: bool, said: list[str]):
    notes = "\n".join(spec.notes(whole_classes_only, known))
    assert [words for words in said if not re.search(words, notes)] == []


@pytest.mark.parametrize(
    ("spec", "classes", "subclass", "words"),
    [
        (MuMis(), 3, False, []),
        (MuMis(variant="paper"), 10, False, []),
        (MuMis(logits="raw"), 5, False, ["only 5 classes"]),
        (MuMis(variant="paper"), 3, False, ["only 3 classes"]),
        (MuMis(), 3, True, ["when a sub-class is forgotten"]),
    ],
)
def test_it_warns_where_it_is_known_to_fail(spec: MuMis, classes: int, subclass: bool, words: list[str]):
    warnings = spec.warnings(classes, subclass)
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))


def test_the_paper_variant_does_not_name_departures_of_the_other():
    notes = " ".join(MuMis(variant="paper").notes(whole_classes_only=True, known_accuracy=True))
    assert "last layer" not in notes
    assert "counts only up to" not in notes


def test_a_penalty_without_a_second_term_names_no_cap():
    assert "counts only up to" not in " ".join(
        MuMis(penalty="jacobian").notes(whole_classes_only=True, known_accuracy=True)
    )
