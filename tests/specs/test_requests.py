from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from core.errors import InvalidSpec
from core.specs import DATASETS, ForgetRequest
from core.specs.data import DataInfo
from core.specs.requests import Share, Term, parse_requests, requests_text

DIGITS, FAMILIES = DATASETS["digits"], DATASETS["digits-families"]
THIRTY = Share(fraction=Fraction(3, 10))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("class=3", [Term("class", (3,))]),
        ("class=three", [Term("class", (3,))]),
        ("class=3,five,0", [Term("class", (3, 5, 0))]),
        ("class=3,three,3", [Term("class", (3,))]),
        ("class=all:30%", [Term("class", tuple(range(10)), THIRTY)]),
        ("class=3:30%", [Term("class", (3,), THIRTY)]),
        ("class=3:100", [Term("class", (3,), Share(count=100))]),
        ("class=3:0.5%", [Term("class", (3,), Share(fraction=Fraction(1, 200)))]),
        ("class=3:100%", [Term("class", (3,), Share(fraction=Fraction(1)))]),
        ("random=10%", [Term("random", share=Share(fraction=Fraction(1, 10)))]),
        ("random=100", [Term("random", share=Share(count=100))]),
        ("index=5,17,90", [Term("index", (5, 17, 90))]),
        ("class=3:30%+index=5", [Term("class", (3,), THIRTY), Term("index", (5,))]),
        ("index=~gQAC", [Term("index", (0, 7, 17))]),
        (" class = 3 , five : 30 %\n+ index = 5 , 17 ", [Term("class", (3, 5), THIRTY), Term("index", (5, 17))]),
    ],
)
def test_the_grammar(text: str, terms: list[Term]):
    assert list(ForgetRequest(text=text).terms(DIGITS)) == terms


def test_classes_and_subclasses_have_names_of_their_own():
    assert ForgetRequest(text="class=lines").terms(FAMILIES) == (Term("class", (1,)),)
    assert ForgetRequest(text="subclass=eight,9").terms(FAMILIES) == (Term("subclass", (8, 9)),)
    assert ForgetRequest(text="subclass=all:1").terms(FAMILIES)[0].values == tuple(range(10))


def test_a_name_that_looks_like_an_id_is_a_name():
    info = DataInfo("Folder", "", ("1", "0", "big cat"), (1, 8, 8), (9, 9, 9), (0.5,), (0.5,), "resnet-tiny", "digits")
    assert ForgetRequest(text="class=0, big cat ,2").terms(info)[0].values == (1, 2)


def test_white_space_around_signs_does_not_make_another_request():
    assert ForgetRequest(text=" class = 3 : 30 % ") == ForgetRequest(text="class=3:30%")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "forget request '' is not valid"),
        ("  ", "forget request '' is not valid; write class=3, class=3:30%, .* joined by +"),
        ("three", "forget request 'three' is not valid; write class=3"),
        ("klass=3", "forget request 'klass=3' is not valid"),
        ("class=", "forget request 'class=' is not valid"),
        ("class=3+", "forget request '' is not valid"),
        ("class=3,,5", "class '' is not known; choose a name or an id: 0 zero, 1 one"),
        ("class=10", "class '10' is not known; .* 9 nine"),
        ("class=-1", "class '-1' is not known"),
        ("class=3=4", "class '3=4' is not known"),
        ("class=all,3", "class 'all' is not known"),
        ("class=" + "9" * 5000, r"class '9+\.\.\.' is not known"),
        ("class=3:", "'class=3:': a share is a percentage above 0% and up to 100%, or a count from 1"),
        ("class=3:0%", "'class=3:0%': a share"),
        ("class=3:100.1%", "'class=3:100.1%': a share"),
        ("class=3:0", "'class=3:0': a share"),
        ("class=3:-5", "'class=3:-5': a share"),
        ("class=3:1e3", "'class=3:1e3': a share"),
        ("class=3:30%:2", "'class=3:30%:2': a share"),
        ("random=all", "'random=all': a share"),
        ("random=1 0", "'random=1 0': a share"),
        ("index=5 17", "'index=5 17': index takes image ids, such as index=5,17,90"),
        ("index=5,", "'index=5,': index takes image ids"),
        ("index=~A", "'index=~A': index takes image ids"),
        ("index=@file", "'index=@file': index takes image ids"),
        ("index=" + "1" * 13, "index takes image ids"),
        ("subclass=3", "'subclass=3': Handwritten digits has no sub-classes; use class="),
    ],
)
def test_what_the_grammar_does_not_know_is_refused(text: str, message: str):
    with pytest.raises(InvalidSpec, match=message.replace("+", r"\+") if "joined" in message else message) as caught:
        ForgetRequest(text=text).terms(DIGITS)
    assert len(str(caught.value)) < 250


def test_a_long_list_of_ids_is_packed_in_links_and_counted_for_people():
    ids = ",".join(map(str, range(2000)))
    request = ForgetRequest(text=f"class=3+index={ids}")
    assert request.text == f"class=3+index={ids}"
    assert request.linked == "class=3+index=~" + "_" * 333 + "w"
    assert ForgetRequest(text=request.linked) == request
    assert request.title == "class=3+index=0,1,2,... (2,000 ids)"
    assert requests_text([request, request]) == f"{request.linked};{request.linked}"
    short = ForgetRequest(text="index=5,17,90+class=3:30%")
    assert short.linked == short.title == short.text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("class=" + ",".join(map(str, range(300))) + ":30%", "class=0,1,2,... (300 classes):30%"),
        ("subclass=" + "a,b," * 20 + "c+class=3", "subclass=a,b,a,... (41 sub-classes)+class=3"),
        ("class=" + ",".join("abc" * 20 + f" {n}" for n in range(3)), None),  # three names are not counted
        ("random=" + "9" * 70, None),
    ],
)
def test_a_title_counts_long_lists_of_classes(text: str, title: str | None) -> None:
    assert ForgetRequest.parse({"text": text}).title == (title or text)


def test_a_list_that_is_too_long_is_packed_everywhere():
    ids = range(0, 50_000, 2)
    request = ForgetRequest(text="index=" + ",".join(map(str, reversed(ids))))
    assert request == ForgetRequest(text="index=" + ",".join(map(str, ids)))
    assert len(request.text) < 8400
    assert request.linked == request.text
    assert request.title == "index=0,2,4,... (25,000 ids)"
    assert request.terms(DIGITS) == (Term("index", tuple(ids)),)


@pytest.mark.parametrize("values", [{"text": "x" * 1_000_001}, {"draw": -1}, {"draw": 2**31}])
def test_bounds(values):
    with pytest.raises(InvalidSpec, match=next(iter(values))):
        ForgetRequest.parse(values)


def test_shares_round_half_up_and_pick_at_least_one():
    def by_hand(percent: str, total: int) -> int:
        return max(1, int((Decimal(percent) * total / 100).quantize(Decimal(1), ROUND_HALF_UP)))

    for percent in ("0.000001", "0.5", "12.5", "29", "30", "33.3", "50", "99.9", "100"):
        share = ForgetRequest(text=f"random={percent}%").terms(DIGITS)[0].share
        for total in range(1, 300):
            assert share.resolve(total) == by_hand(percent, total), (percent, total)


def test_a_half_is_rounded_up_where_binary_fractions_would_miss_it():
    assert int(29 / 100 * 50 + 0.5) == 14  # the trap: 14.5 in decimal
    assert Share(fraction=Fraction(29, 100)).resolve(50) == 15


def test_a_count_is_taken_as_it_is():
    assert Share(count=100).resolve(10) == 100  # more than there are is refused where the images are known


def test_requests_of_a_sequence_are_separated_by_semicolons():
    requests = parse_requests(" class = 1 ; class=3:30%+index=5,17;random=10%")
    assert [request.text for request in requests] == ["class=1", "class=3:30%+index=5,17", "random=10%"]
    assert parse_requests(requests_text(requests)) == requests


@pytest.mark.parametrize("text", ["", "class=1;", ";class=1", "class=1; ;class=2"])
def test_an_empty_request_is_refused(text: str):
    with pytest.raises(InvalidSpec, match="has an empty request; write them as class=1;class=3;class=5"):
        parse_requests(text)
