"""The grammar of forget requests: ``class=3:30%+index=5,17`` and so on.

request := term ("+" term)*
term    := "class=" names [":" share]      whole classes or a share of each; names or ids, "all" for every class
         | "subclass=" names [":" share]
         | "random=" share                 of all training images
         | "index=" ids                    image ids, unique over train, pool and test together; see ``core.specs.ids``
share   := NUMBER "%" | COUNT

Requests of a sequence are separated by semicolons: ``class=1;class=3;class=5``.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field, field_validator

from core.errors import InvalidSpec
from core.specs.base import Spec, short
from core.specs.datasets import DataInfo
from core.specs.ids import linked_ids, parse_ids, tidy_ids

GRAMMAR = (
    "class=3, class=3:30%, class=3:100, class=all:30%, subclass=3, random=10%, random=100 or index=5,17, joined by +"
)

SHOWN_LIST = 60  # characters
LISTED = {"index": "ids", "class": "classes", "subclass": "sub-classes"}


@dataclass(frozen=True)
class Share:
    """Part of a group of images: a fraction or a count."""

    fraction: Fraction | None = None
    count: int = 0

    def resolve(self, total: int) -> int:
        """How many of ``total`` images: fractions round half up, and at least one image is picked."""
        if self.fraction is None:
            return self.count
        return max(1, math.floor(self.fraction * total + Fraction(1, 2)))


@dataclass(frozen=True)
class Term:
    """One part of a request: ``kind`` is class, subclass, random or index."""

    kind: str
    values: tuple[int, ...] = ()  # class or sub-class ids, or image ids
    share: Share | None = None


class ForgetRequest(Spec):
    """What to forget, as text; ``draw`` seeds the choice of images for a percentage or count."""

    text: str = Field("class=3", max_length=1_000_000, description=f"what to forget: {GRAMMAR}")
    draw: int = Field(0, ge=0, lt=2**31, description="seed that selects the images of a percentage or count")

    @field_validator("text")
    @classmethod
    def _tidy(cls, text: str) -> str:
        tidy = re.sub(r"\s*([=:,+%])\s*", r"\1", text.strip())  # spaces inside names are kept
        return _map_ids(tidy, tidy_ids)

    @property
    def linked(self) -> str:
        """The same request for links and commands, with long lists of ids packed."""
        return _map_ids(self.text, linked_ids)

    @property
    def title(self) -> str:
        """The text for display: long lists are replaced by the number of ids or classes."""
        return "+".join(_counted(part) for part in self.text.split("+"))

    def terms(self, info: DataInfo) -> tuple[Term, ...]:
        """The request's parts, with names resolved to ids of the data set.

        Raises:
            InvalidSpec: a part is not in the grammar, or a name is not in the data set.
        """
        return tuple(_term(part, info) for part in self.text.split("+"))

    def names_subclass(self, info: DataInfo) -> bool:
        """Whether any part of the request names a sub-class."""
        return any(term.kind == "subclass" for term in self.terms(info))


def parse_requests(text: str) -> tuple[ForgetRequest, ...]:
    """Parses the requests of a sequence, in order; all with draw 0.

    Raises:
        InvalidSpec: a request is empty.
    """
    parts = [part.strip() for part in text.split(";")]
    if "" in parts:
        raise InvalidSpec(f"the sequence {short(text)!r} has an empty request; write them as class=1;class=3;class=5")
    return tuple(ForgetRequest.parse({"text": part}) for part in parts)


def requests_text(requests: Sequence[ForgetRequest]) -> str:
    """The requests of a sequence as one text for ``parse_requests``; without their draws."""
    return ";".join(request.linked for request in requests)


def _map_ids(text: str, change: Callable[[str], str]) -> str:
    """A request's text with ``change`` applied to its lists of ids."""
    index = "index="
    parts = text.split("+")
    return "+".join(index + change(part[len(index) :]) if part.startswith(index) else part for part in parts)


def _counted(part: str) -> str:
    kind, _, rest = part.partition("=")
    listed, colon, share = rest.partition(":")
    names = (parse_ids(listed) or ()) if kind == "index" else listed.split(",")
    if kind not in LISTED or len(listed) <= SHOWN_LIST or len(names) <= 3:
        return part
    return f"{kind}={','.join(map(str, names[:3]))},... ({len(names):,} {LISTED[kind]}){colon}{share}"


def _term(part: str, info: DataInfo) -> Term:
    kind, equals, rest = part.partition("=")
    if not equals or kind not in ("class", "subclass", "random", "index") or not rest:
        raise InvalidSpec(f"forget request {short(part)!r} is not valid; write {GRAMMAR}")
    if kind == "random":
        return Term(kind, share=_share(rest, part))
    if kind == "index":
        if not (ids := parse_ids(rest)):
            raise InvalidSpec(f"{short(part)!r}: index takes image ids, such as index=5,17,90")
        return Term(kind, ids)
    known = info.classes if kind == "class" else info.subclasses
    if known is None:
        raise InvalidSpec(f"{short(part)!r}: {info.title} has no sub-classes; use class=")
    names, colon, share = rest.partition(":")
    numbers: Iterable[int] = range(len(known)) if names == "all" else _ids(names.split(","), known, kind)
    return Term(kind, tuple(dict.fromkeys(numbers)), _share(share, part) if colon else None)


def _ids(names: Sequence[str], known: tuple[str, ...], kind: str) -> list[int]:
    ids = {str(i): i for i in range(len(known))} | {label: i for i, label in enumerate(known)}  # a name wins over an id
    if unknown := [name for name in names if name not in ids]:
        shown = ", ".join(f"{i} {label}" for i, label in enumerate(known[:12])) + (", ..." if len(known) > 12 else "")
        raise InvalidSpec(f"{kind} {short(unknown[0])!r} is not known; choose a name or an id: {shown}")
    return [ids[name] for name in names]


def _share(text: str, part: str) -> Share:
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)%", text):
        fraction = Fraction(match[1]) / 100
        if 0 < fraction <= 1:
            return Share(fraction=fraction)
    elif re.fullmatch(r"[1-9]\d{0,8}", text):
        return Share(count=int(text))
    raise InvalidSpec(
        f"{short(part)!r}: a share is a percentage above 0% and up to 100%, or a count from 1, such as 30% or 100"
    )
