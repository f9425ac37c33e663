import pytest

from core import InvalidSpec
from core.specs.inspection import InspectSpec


@pytest.mark.parametrize("image", ["0", "123456", f"own-{'a1' * 10}"])
def test_images_of_the_data_set_and_own_ones(image: str) -> None:
    spec = InspectSpec(run="450cf5600b1b", image=image)
    assert spec.is_own == image.startswith("own")
    assert spec.key != InspectSpec(run="450cf5600b1b", image="1").key


@pytest.mark.parametrize("image", ["", "-1", "../x", "own-", "own-../../x", "own-" + "a" * 21, "1\n"])
def test_other_names_are_refused(image: str) -> None:
    with pytest.raises(InvalidSpec, match="image = "):
        InspectSpec.parse({"run": "450cf5600b1b", "image": image})


@pytest.mark.parametrize("run", ["", "..", "a/b", "A" * 3])
def test_other_runs_are_refused(run: str) -> None:
    with pytest.raises(InvalidSpec, match="run = "):
        InspectSpec.parse({"run": run, "image": "1"})
