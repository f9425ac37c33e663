from collections.abc import Callable

import pytest

from core import InvalidSpec, RunSpec, plan
from core.specs import ForgetRequest


def test_the_plan_has_what_will_be_forgotten(quick: Callable[..., RunSpec]) -> None:
    planned = plan(quick(forget="class=3"))
    size = planned.per_class["three"][0]
    assert planned.per_class["three"] == (size, size)
    assert sum(total for _, total in planned.per_class.values()) == 200  # quick trains on 200 images
    assert all(removed == 0 for name, (removed, _) in planned.per_class.items() if name != "three")
    assert len(planned.forget) == size
    assert planned.forget.whole_classes == (3,)
    assert set(planned.models) == {"original", "initial", "gold-1", "gold-2"}


def test_golds_belong_to_the_images_not_to_the_words(quick: Callable[..., RunSpec]) -> None:
    by_class = plan(quick(forget="class=3"))
    by_name = plan(quick(forget="class=three"))
    by_id = plan(quick(forget=f"index={','.join(map(str, by_class.forget.ids))}"))
    for other in (by_name, by_id):
        assert {role: model.key for role, model in other.models.items()} == {
            role: model.key for role, model in by_class.models.items()
        }
        assert other.run != by_class.run


def test_the_plan_has_what_is_trained(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    assert plan(spec).cached == frozenset()
    planned = plan(spec, models={spec.model.key})
    assert planned.cached == {"original"}
    assert planned.seconds["original"] == 0


def test_requests_in_turn_take_only_what_is_left(quick: Callable[..., RunSpec]) -> None:
    spec = quick(forget="class=3,4", after=(ForgetRequest(text="class=3"),))
    planned = plan(spec)
    assert planned.per_class["three"][0] == 0
    assert planned.per_class["four"][0] == len(planned.forget)
    assert planned.removed.whole_classes == (3, 4)
    with pytest.raises(InvalidSpec, match="class=3 is already forgotten"):
        plan(quick(forget="class=3", after=(ForgetRequest(text="class=3"),)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"gold_seeds": ()}, "Without a gold model"),
        ({"gold_seeds": (1,)}, "no gold spread"),
        ({"forget": "class=all:30%"}, "images of every class"),
        ({"forget": "class=0,1,2,3,4,5"}, "More than half"),
        ({"settings": {"model.train.epochs": 0}}, "nothing is trained"),
    ],
)
def test_warnings(quick: Callable[..., RunSpec], words: dict, said: str) -> None:
    assert any(said in warning for warning in plan(quick(**words)).warnings)
    assert not any(said in warning for warning in plan(quick()).warnings)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"forget": "class=all"}, "selects every training image"),
        ({"forget": "index=1700"}, "image 1700 is not among the training images"),
        ({"forget": "class=eleven"}, "class 'eleven' is not known"),
        ({"forget": "subclass=3"}, "has no sub-classes"),
        ({"settings": {"model.data.size": 5000}}, "5000"),
    ],
)
def test_refusals_are_one_sentence(quick: Callable[..., RunSpec], words: dict, said: str) -> None:
    with pytest.raises(InvalidSpec, match=said):
        plan(quick(**words))
