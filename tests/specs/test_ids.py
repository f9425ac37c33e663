import base64
import random

import pytest

from core.specs.ids import MAX_PACKED, TOO_LONG, ids_text, linked_ids, parse_ids, tidy_ids


def test_a_packed_list_is_a_mask_of_bits() -> None:
    packed = ids_text([0, 3, 17], longest=0)
    assert packed == "~" + base64.urlsafe_b64encode(bytes([0b1001, 0, 0b10])).decode().rstrip("=")
    assert parse_ids(packed) == (0, 3, 17)


def test_half_of_cifar_is_short_when_packed() -> None:
    half = sorted(random.Random(0).sample(range(50_000), 25_000))
    text = ids_text(half)
    assert len(",".join(map(str, half))) > TOO_LONG
    assert len(text) <= 1 + -(-50_000 // 6)  # six ids a letter
    assert parse_ids(text) == tuple(half)
    assert tidy_ids(text) == tidy_ids(",".join(map(str, half))) == linked_ids(text) == text


@pytest.mark.parametrize(("count", "packed"), [(1, False), (100, False), (300, False), (5000, True)])
def test_what_is_not_too_long_is_kept_one_by_one_but_in_links(count: int, packed: bool) -> None:
    ids = sorted(random.Random(count).sample(range(50_000), count))
    text = ",".join(map(str, ids))
    assert ids_text(ids) == tidy_ids(text) == text
    linked = linked_ids(text)
    assert len(linked) <= len(text)  # 300 of them are shorter one by one
    assert linked.startswith("~") == packed
    assert tidy_ids(linked) == text


def test_a_link_keeps_order_and_doubles() -> None:
    for ids in ([*range(1000, 2000), 5], [5, *range(5, 1000)]):
        text = ",".join(map(str, ids))
        assert linked_ids(text) == text


def test_ids_that_are_too_large_are_not_packed() -> None:
    text = ",".join(map(str, range(MAX_PACKED - 20_000, MAX_PACKED + 1)))
    assert len(text) > TOO_LONG
    assert ids_text(parse_ids(text)) == tidy_ids(text) == text


@pytest.mark.parametrize(
    "text", ["", "5,", "5 17", "-1", "1" * 13, "~", "~=", "~AAAA", "~A", "~ä", "~" + "/" * 4, "~Ag=="]
)
def test_texts_that_are_not_lists_of_ids(text: str) -> None:
    assert parse_ids(text) is None
    assert tidy_ids(text) == linked_ids(text) == text


def test_a_packed_list_beyond_all_bounds_is_not_unpacked() -> None:
    assert parse_ids("~" + "_" * (MAX_PACKED // 6 + 8)) is None
    assert len(parse_ids("~" + "_" * 400)) == 2400
