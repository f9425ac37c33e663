"""A closer look at images: asked of the inspector, and drawn as far as it has answered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.access import is_read_only
from core.jobs.inspector import ensure_inspector
from core.specs.inspection import InspectSpec
from core.store import RunFolder
from core.store.inspections import MAPS, PARTS
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, fragment, plain

EVERY = 0.3  # seconds between two looks at an answer that is not whole


@dataclass(frozen=True)
class Looked:
    """What is known of one image.

    Attributes:
        answers: role, class, logit, norm, probability; None before they are there.
        maps: by kind, then by role; kinds that are not there yet are missing.
    """

    answers: pd.DataFrame | None
    maps: dict[str, dict[str, np.ndarray]]


def look(run: RunFolder, names: Sequence[str]) -> list[Looked]:
    """What is known of these images so far; the rest is asked for, and the page drawn again as it comes."""
    specs = [InspectSpec(run=run.run, image=name) for name in names]
    store = data_access.store().inspections
    for spec in specs:
        if error := store.error(spec):
            st.error(plain(error), icon=":material/error:")
            st.button(
                "Ask again", key=f"again.{spec.key}", icon=":material/replay:", on_click=callback(store.ask, spec)
            )
        elif store.known(spec) != PARTS and not store.is_open(spec) and not is_read_only():
            store.ask(spec)
    known = [store.known(spec) for spec in specs]
    if is_read_only() and any(parts != PARTS for parts in known):
        st.info("This read-only server asks the models nothing new about single images.", icon=":material/lock:")
    elif any(store.is_open(spec) for spec in specs):
        fragment(_wait, EVERY)(specs, known)
    return [_looked(str(store.folder), spec, parts) for spec, parts in zip(specs, known, strict=True)]


def _wait(specs: list[InspectSpec], known: list[tuple[str, ...]]) -> None:
    store = data_access.store()
    ensure_inspector(store)  # it may have gone idle
    if [store.inspections.known(spec) for spec in specs] != known:
        st.rerun()
    if not any(store.inspections.is_open(spec) for spec in specs):
        st.rerun()
    done, total = sum(map(len, known)), len(specs) * len(PARTS)
    first = " The first answer takes a moment: a process has to load the models." if not done else ""
    st.progress(done / total, f"Asking the models: {done} of {total} answers.{first}")


@st.cache_data(max_entries=64, show_spinner=False)
def _looked(folder: str, spec: InspectSpec, known: tuple[str, ...]) -> Looked:
    store = data_access.store().inspections
    answers = store.answers(spec) if "answers" in known else None
    return Looked(answers, {kind: store.maps(spec, kind) for kind in MAPS if kind in known})
