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


def test_soft_is_a_departure_of_random_labels_alone():
    assert "prediction of similar pool images" in noted(soft=True)
    assert "prediction of similar pool images" not in noted()
    with pytest.raises(InvalidSpec, match="soft = True is not used with forgetting = negative-gradient"):
        make_method("tmu", {"forgetting": "negative-gradient", "soft": True})


def test_notes_name_what_was_chosen_with_golds_in_view():
    assert "pilot that looked at gold models" in noted()
