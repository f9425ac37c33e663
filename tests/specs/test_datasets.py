import json

import pytest

from core.errors import DataUnavailable, InvalidSpec
from core.paths import prepared_folder
from core.specs import ARCHITECTURES, DATASETS, RECIPES, DataSpec, ModelSpec, data_info, own_datasets
from core.specs.data import unfit
from core.specs.datasets import info_json

OWN = "npz:0123456789abcdef0123"


@pytest.mark.parametrize("name", DATASETS)
def test_what_is_known_of_a_data_set_fits_together(name: str):
    info = DATASETS[name]
    assert info.arch in ARCHITECTURES
    assert info.recipe in RECIPES
    assert len(info.mean) == len(info.std) == info.shape[0]
    assert not unfit(info.arch, info.shape[1])
    if info.subclasses is None:
        assert info.parent is None
        assert info.labels == info.classes
    else:
        assert info.labels == info.subclasses
        assert len(info.parent) == len(info.subclasses)
        assert set(info.parent) == set(range(len(info.classes)))


@pytest.mark.parametrize("name", ["digits-families", "mnist-5k-families"])
def test_the_families_are_those_of_the_design(name: str):
    info = DATASETS[name]
    families = {name: [d for d, p in enumerate(info.parent) if info.classes[p] == name] for name in info.classes}
    assert families == {"loops": [0, 6, 8, 9], "lines": [1, 4, 7], "curves": [2, 3, 5]}


def test_the_classes_of_cifar20_are_the_super_classes_of_cifar100():
    info = DATASETS["cifar20"]
    assert len(set(info.classes)) == 20
    assert info.subclasses == DATASETS["cifar100"].classes == tuple(sorted(info.subclasses))
    assert [info.parent.count(c) for c in range(20)] == [5] * 20
    assert info.classes[info.parent[info.subclasses.index("rocket")]] == "vehicles_2"  # Krizhevsky 2009


def test_own_images_are_known_by_what_lies_beside_their_arrays():
    elsewhere = ModelSpec(data={"name": OWN}, arch="vgg16-bn")  # from another machine: known by its name alone
    with pytest.raises(DataUnavailable, match=f"the images {OWN} are not on this machine"):
        elsewhere.data.info  # noqa: B018
    assert own_datasets() == {}
    folder = prepared_folder(OWN)
    folder.mkdir(parents=True)
    (folder / "info.json").write_text(json.dumps(info_json(DATASETS["digits-families"])))
    assert data_info(OWN) == DATASETS["digits-families"]
    assert own_datasets() == {OWN: DATASETS["digits-families"]}
    assert elsewhere.data.info == DATASETS["digits-families"]
    with pytest.raises(InvalidSpec, match="'vgg16-bn' needs at least 32 pixels per side"):
        ModelSpec.parse(elsewhere.model_dump())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnits", "data set 'mnits' is not known; choose mnist-5k, .* or mnist, or add your own"),
        ("npz:/etc/passwd", "'npz:/etc/passwd' is a path; import the images first"),
        ("npz:../../0123456789abcdef0123", "is a path"),
        ("npz:0123456789ABCDEF0123", "is a path"),
    ],
)
def test_a_path_is_not_a_name(name: str, message: str):
    with pytest.raises(InvalidSpec, match=message):
        DataSpec.parse({"name": name})


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"title": "x", "wings": 2}'])
def test_a_damaged_record_hides_no_other(text: str) -> None:
    for number, record in enumerate((text, json.dumps(info_json(DATASETS["digits"])))):
        folder = prepared_folder(f"npz:{number}{'a' * 19}")
        folder.mkdir(parents=True)
        (folder / "info.json").write_text(record)
    assert list(own_datasets()) == [f"npz:1{'a' * 19}"]
    with pytest.raises(DataUnavailable, match=r"are not on this machine|is damaged; delete"):
        data_info(f"npz:0{'a' * 19}")
