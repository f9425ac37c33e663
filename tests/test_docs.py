"""What the documentation promises about itself: it is short, its links lead somewhere, its examples can be applied."""

import re
import subprocess
from pathlib import Path

import pytest

from core.paths import PROJECT

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")  # to a file of this repository
DIFF = re.compile(r"```diff\n(.*?)```", re.DOTALL)
MAX_FILES = {"A method": 3, "A data set": 1, "A metric": 2, "A page": 2}  # beside tests


def additions() -> dict[str, str]:
    """Heading -> diff of every example in CONTRIBUTING."""
    sections = re.split(r"^## ", (PROJECT / "CONTRIBUTING.md").read_text(), flags=re.MULTILINE)
    found = ((section.partition("\n")[0], DIFF.search(section)) for section in sections)
    return {heading: diff.group(1) for heading, diff in found if diff}


def test_the_readme_is_short() -> None:
    assert len((PROJECT / "README.md").read_text().splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []


def test_the_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (PROJECT / "assets" / "pictures").glob("*.png")}
    assert len(sizes) == 4
    assert max(sizes.values()) < 400_000


def test_every_addition_is_shown() -> None:
    assert additions().keys() == MAX_FILES.keys()


@pytest.mark.parametrize("heading", MAX_FILES)
def test_an_addition_can_be_applied_and_touches_few_files(heading: str) -> None:
    diff = additions()[heading]
    touched = {name for name in re.findall(r"^\+\+\+ b/(\S+)", diff, re.MULTILINE) if not name.startswith("tests/")}
    assert len(touched) <= MAX_FILES[heading]
    done = subprocess.run(["git", "apply", "--check", "-"], input=diff, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
