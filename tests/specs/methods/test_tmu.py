import pytest

from core.errors import InvalidSpec
from core.specs import make_method
from core.specs.methods.tmu import Tmu


def noted(**settings) -> str:
    return " ".join(Tmu(**settings).notes(False, True))


@pytest.mark.parametrize(
    ("settings", "departure"),
    [
        ({"twin_classes": "forgotten"}, "twin images of all classes"),
        ({"cut": "half"}, "the sum of the predicted probabilities"),
    ],
)
def test_what_the_paper_does_is_no_departure(settings: dict[str, str], departure: str):
    assert departure in noted()
    assert departure not in noted(**settings)


def test_removed_settings_are_read_from_stored_specs_and_refused_in_new_ones():
    old = {"name": "tmu", "soft": True, "twin_ratio": "class", "cut": "half"}
    assert Tmu.parse(old) == Tmu(cut="half")
    with pytest.raises(InvalidSpec, match="'soft' was a setting of tmu in an earlier version"):
        make_method("tmu", {"soft": True})


def test_the_papers_variant_fixes_what_the_paper_fixes():
    paper = Tmu(variant="paper")
    assert (paper.threshold, paper.network, paper.brief_models) == ("half", True, 1)
    assert (Tmu().threshold, Tmu().network, Tmu().brief_models) == ("count", False, 4)
    assert not any("normalised to length 1" in note for note in paper.notes(False, True))
    assert "normalised to length 1" in noted()


def test_notes_name_what_was_chosen_with_golds_in_view():
    assert "Chosen with gold models in view, on 30% of a class, draw 0" in noted()
