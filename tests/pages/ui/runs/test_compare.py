from types import SimpleNamespace
from typing import Any

from core import make_spec
from pages.ui.runs.compare import LETTERS, setting_names


def names(**specs: Any) -> dict[str, str]:
    return setting_names({letter: SimpleNamespace(spec=spec) for letter, spec in specs.items()})  # type: ignore[dict-item]


def test_a_legend_names_method_and_settings() -> None:
    steps = make_spec("digits", settings={"max_steps": 5})
    assert names(A=steps, B=make_spec("digits", method="scrub")) == {"A": "MU-Mis, max steps 5", "B": "SCRUB"}


def test_and_the_request_where_these_differ() -> None:
    both = names(A=make_spec("digits", "class=3"), B=make_spec("digits", "class=3:30%"))
    assert both == {"A": "MU-Mis, class=3", "B": "MU-Mis, class=3:30%"}
    long = make_spec("digits", "index=" + ",".join(map(str, range(100))))
    assert max(map(len, names(A=long, B=make_spec("digits")).values())) <= LETTERS
