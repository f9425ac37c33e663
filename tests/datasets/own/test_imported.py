from core.datasets.own.imported import left_out


def test_files_left_out_are_counted_by_kind_and_three_of_each_are_named() -> None:
    names = [f"{n}.txt" for n in range(1200)]
    assert left_out({"no pictures": names, "links": ["a"], "hidden files": []}) == [
        "Left out: no pictures (1,200: 0.txt, 1.txt, 2.txt, ...); links (1: a)."
    ]


def test_nothing_left_out_is_no_sentence() -> None:
    assert left_out({"no pictures": [], "links": []}) == []
