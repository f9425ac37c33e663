"""The grammar of forget requests: ``class=3:30%+index=5,17`` and so on.

request := term ("+" term)*
term    := "class=" names [":" share]      whole classes or a share of each; names or ids, "all" for every class
         | "subclass=" names [":" share]
         | "random=" share                 of all training images
         | "index=" ids                    image ids, unique over train, pool and test together
share   := NUMBER "%" | COUNT
"""

import re
from dataclasses import dataclass

from pydantic import Field, field_validator

from core.errors import InvalidSpec
from core.specs.base import Spec
from core.specs.data import DataInfo

GRAMMAR = (
    "class=3, class=3:30%, class=3:100, class=all:30%, subclass=3, random=10%, random=100 or index=5,17, joined by +"
)


@dataclass(frozen=True)
class Share:
    """A part of a group of images: a fraction or a count."""

    amount: float
    percent: bool

    def of(self, total: int) -> int:
        """How many of ``total`` images: shares round half up, and at least one is picked."""
        return max(1, int(self.amount / 100 * total + 0.5)) if self.percent else int(self.amount)


@dataclass(frozen=True)
class Term:
    """One part of a request: ``kind`` is class, subclass, random or index."""

    kind: str
    values: tuple[int, ...] = ()  # class or sub-class ids, or image ids
    share: Share | None = None


class ForgetRequest(Spec):
    """What to forget, as text; ``draw`` chooses which images a percentage or count picks."""

    text: str = Field("class=3", min_length=1, max_length=100_000, description=f"what to forget: {GRAMMAR}")
    draw: int = Field(0, ge=0, lt=2**31, description="seed of the images that a share picks")

    @field_validator("text")
    @classmethod
    def _tidy(cls, text: str) -> str:
        return re.sub(r"\s+", "", text)

    def terms(self, info: DataInfo) -> tuple[Term, ...]:
        """The request's parts, names resolved to ids of the data set ``info``.

        Raises:
            InvalidSpec: a part that the grammar or the data set does not know.
        """
        return tuple(_term(part, info) for part in self.text.split("+"))


def _term(part: str, info: DataInfo) -> Term:
    kind, equals, rest = part.partition("=")
    if not equals or kind not in ("class", "subclass", "random", "index") or not rest:
        raise InvalidSpec(f"forget request {part!r} is not understood; write {GRAMMAR}")
    if kind == "random":
        return Term(kind, share=_share(rest, part))
    names, colon, share = rest.partition(":")
    if kind == "index":
        if not re.fullmatch(r"\d{1,12}(,\d{1,12})*", rest):
            raise InvalidSpec(f"{part!r}: index takes image ids, such as index=5,17,90")
        return Term(kind, tuple(int(name) for name in rest.split(",")))
    if kind == "subclass" and info.subclasses is None:
        raise InvalidSpec(f"{part!r}: {info.title} has no sub-classes; use class=")
    known = info.classes if kind == "class" else info.subclasses or ()
    values = range(len(known)) if names == "all" else [_id(name, known, kind) for name in names.split(",")]
    return Term(kind, tuple(dict.fromkeys(values)), _share(share, part) if colon else None)


def _id(name: str, known: tuple[str, ...], kind: str) -> int:
    if name in known:
        return known.index(name)
    if name.isdecimal() and int(name) < len(known):
        return int(name)
    shown = ", ".join(f"{i} {known}" for i, known in enumerate(known[:12])) + (", ..." if len(known) > 12 else "")
    raise InvalidSpec(f"{kind} {name!r} is not known; choose a name or an id: {shown}")


def _share(text: str, part: str) -> Share:
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)%", text):
        if 0 < float(match[1]) <= 100:
            return Share(float(match[1]), percent=True)
    elif re.fullmatch(r"[1-9]\d{0,8}", text):
        return Share(int(text), percent=False)
    raise InvalidSpec(
        f"{part!r}: a share is a percentage above 0% and up to 100%, or a count from 1, such as 30% or 100"
    )
