"""The lessons of the Learn page: Markdown files with TOML front matter in ``assets/lessons``; and single exhibits.

A lesson's file starts with its facts between two lines of ``+++``; the fields of ``Lesson`` say which. Then comes the
text, and after a line ``---`` the text that is shown once the question has been answered. Numbers are not typed:
``{FA:gold}`` in a text becomes that metric of that model in the lesson's first run, ``{FA:gold@2}`` in its second.
Without a model it is the unlearned one. No torch, no streamlit.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.analysis.metric_values import metric_value
from core.errors import InvalidSpec
from core.metrics.catalogue import METRICS
from core.paths import PROJECT
from core.results import Result
from core.specs import RunSpec, make_spec

LESSONS = PROJECT / "assets" / "lessons"
PAPERS = PROJECT / "assets" / "papers"
FENCE = "+++\n"
REVEAL = "\n---\n"
NUMBER = re.compile(r"\{(\w+)(?::([\w-]+))?(?:@(\d+))?\}")


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Facts):
    """One answer to choose, and what is said about it."""

    text: str
    feedback: str
    right: bool = False


class Try(_Facts):
    """A link that opens a page with everything set."""

    label: str
    page: str
    query: dict[str, str] = {}


class Exhibit(_Facts):
    """A figure of finished runs with one sentence and links.

    Attributes:
        name: short, for URLs and keys.
        title: in lists.
        idea: one sentence.
        runs: what the figure shows, as words of ``make_spec``.
        labels: names of the runs where there are several.
        figure: a key of ``pages.ui.learn.figures.FIGURES``.
    """

    name: str
    title: str
    idea: str
    runs: tuple[dict[str, Any], ...] = ()
    labels: tuple[str, ...] = ()
    figure: str
    links: tuple[Try, ...] = ()

    @property
    def specs(self) -> tuple[RunSpec, ...]:
        """The runs that it shows."""
        return tuple(make_spec(**words) for words in self.runs)


class Lesson(Exhibit):
    """One lesson: one idea, one question, one figure. Its name is the file's name without its number.

    Attributes:
        first: figure beside the question; ``figure`` is beside the answer.
        text, revealed: Markdown before and after the answer.
    """

    runs: tuple[dict[str, Any], ...] = Field(min_length=1)
    first: str
    question: str
    answers: tuple[Answer, ...] = Field(min_length=2)
    references: tuple[str, ...] = ()
    text: str
    revealed: str


def lessons(folder: Path = LESSONS) -> tuple[Lesson, ...]:
    """All lessons, in the order of their files' names.

    Raises:
        InvalidSpec: a file lacks something, or has what no lesson has.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.md")))


def _read(path: Path) -> Lesson:
    before, *parts = path.read_text().split(FENCE, 2)
    if before or len(parts) != 2:
        raise InvalidSpec(f"{path.name} does not start with facts between two lines of +++")
    text, line, revealed = parts[1].partition(REVEAL)
    if not line:
        raise InvalidSpec(f"{path.name} has no line --- before the text that follows the answer")
    with _errors_of(path):
        facts = tomllib.loads(parts[0])
        return Lesson(name=path.stem.partition("-")[2], text=text.strip(), revealed=revealed.strip(), **facts)


def exhibits(path: Path) -> tuple[Exhibit, ...]:
    """The exhibits of a TOML file, in its order: every table is one, and its name is the table's.

    Raises:
        InvalidSpec: the file lacks something, or has what no exhibit has.
    """
    with _errors_of(path):
        return tuple(Exhibit(name=name, **facts) for name, facts in tomllib.loads(path.read_text()).items())


def paper_figures() -> dict[str, tuple[Exhibit, ...]]:
    """The figures of each paper, by the name of its file."""
    return {path.stem: exhibits(path) for path in sorted(PAPERS.glob("*.toml"))}


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Names the file in what is wrong with it."""
    try:
        yield
    except tomllib.TOMLDecodeError as error:
        raise InvalidSpec(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidSpec(f"{path.name}: {where}: {first['msg'].lower()}") from None


def with_numbers(text: str, results: Sequence[Result]) -> str:
    """A lesson's text with its numbers.

    Args:
        results: of the lesson's runs, in their order.

    Raises:
        InvalidSpec: a number that the runs don't have.
    """

    def number(match: re.Match[str]) -> str:
        key, role, run = match[1], match[2] or "unlearned", int(match[3] or 1)
        value = _value(results[run - 1], role, key) if key in METRICS and run <= len(results) else None
        if value is None:
            raise InvalidSpec(f"{match[0]} names a number that the runs of this lesson don't have")
        return f"{value:{METRICS[key].number}}".replace(".0%", "%")

    return NUMBER.sub(number, text)


def _value(result: Result, role: str, key: str) -> float | None:
    if role != "gold":
        return metric_value(result, role, key)
    golds = [value for name in result.golds if (value := metric_value(result, name, key)) is not None]
    return mean(golds) if golds else None


def visible_parts(wanted: str | None, parts: Mapping[str, str]) -> list[str]:
    """Which parts of the page a link shows: those it names, all where it names none that exists."""
    named = [part for part in (wanted or "").split(",") if part in parts]
    return named or list(parts)
