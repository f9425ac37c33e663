from core.specs.cifar import CLASSES, FAMILIES, PARENT, SUPERCLASSES


def test_a_hundred_classes_in_twenty_families_of_five():
    assert len(CLASSES) == len(set(CLASSES)) == 100
    assert {len(members) for members in FAMILIES.values()} == {5}
    for name, parent in zip(CLASSES, PARENT, strict=True):
        assert name in FAMILIES[SUPERCLASSES[parent]]


def test_ids_are_those_of_the_published_files():
    # the five that MU-Mis forgets one after another are the first by the alphabet; rocket is 69 in fine_label_names
    assert CLASSES[:5] == ("apple", "aquarium_fish", "baby", "bear", "beaver")
    assert CLASSES[69] == "rocket"
    # coarse labels of the first ten classes, as in the published files
    assert PARENT[:10] == (4, 1, 14, 8, 0, 6, 7, 7, 18, 3)
