"""Which requests, by which methods, against which golds: the form of the Sequences page, mirrored in the URL."""

from collections.abc import Mapping

import streamlit as st

from core import METHODS, RunSpec, Store
from core.datasets import is_prepared
from core.figures import LINES
from core.specs import DATASETS, data_info, from_query, make_method, own_datasets, parse_spec, to_query
from core.specs.requests import parse_requests, requests_text
from core.specs.sequence import sequence_runs
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.fields import Fields
from pages.ui.shell.links import link
from pages.ui.shell.url_state import rest_of_url, write

PRESETS = {  # the last two are the MU-Mis paper's
    "Five digits": ("mnist-5k", "class=1;class=3;class=5;class=7;class=9"),
    "Parts of five worn digits": ("mnist-5k-worn", "class=1:30%;class=3:30%;class=5:30%;class=7:30%;class=9:30%"),
    "Three digits of a family": ("mnist-5k-families", "subclass=six;subclass=eight;subclass=nine"),
    "Five classes of CIFAR-100": ("cifar100", "class=apple;class=aquarium_fish;class=baby;class=bear;class=beaver"),
    "Five flowers of CIFAR-20": (
        "cifar20", "subclass=orchid;subclass=poppy;subclass=rose;subclass=sunflower;subclass=tulip",
    ),
}  # fmt: skip
EVERY, LAST = "every", "last"
START = {"dataset": PRESETS["Five digits"][0], "sequence": PRESETS["Five digits"][1], "methods": "mu-mis,random-label"}
OWN = (*START, "gold_seeds", "golds")


_fields = Fields("sequence.")
key, get, put = _fields.key, _fields.get, _fields.put


def prepare() -> None:
    """Fills the form: from the URL where it names another view than before, else as it was left, else with the newest
    sequence, else with the start."""
    url = _own_part_of_url()
    if url and url != st.session_state.get("sequence_url"):
        st.session_state["sequence_url"] = url
        fill(START)  # shown where the URL is refused
        fill(START | url)
    elif not _fields.has("dataset"):
        fill(st.session_state.get("sequence_url") or _newest_sequence() or START)
    _fields.resend()


def _newest_sequence() -> dict[str, str] | None:
    """The view of the sequence that was queued last and of which a step is finished."""
    rows = Store().rows()
    done = {row.id for row in rows if row.state == "done"}
    specs = [spec for row in rows if _can_be_described(spec := parse_spec(row.spec))]
    for last in (spec for spec in specs if spec.after):
        for golds in (EVERY, LAST):
            if any(step.id in done for step in sequence_runs(last, golds_between=golds == EVERY)):
                methods = [spec.method.name for spec in specs if spec.replace(method=last.method) == last]
                return _words_of(last) | {"methods": ",".join(dict.fromkeys(methods)), "golds": golds}
    return None


def _can_be_described(spec: RunSpec) -> bool:
    """By this form, which knows methods by their names only and requests by their texts."""
    drawn = any(request.draw for request in (*spec.after, spec.forget))
    return not drawn and spec.method == make_method(spec.method.name)


def _words_of(last: RunSpec) -> dict[str, str]:
    """What the last run of a sequence says of the whole."""
    query = to_query(last)
    words = {name: value for name, value in query.items() if name in ("dataset", "gold_seeds") or _further(name)}
    return words | {"sequence": requests_text((*last.after, last.forget))}


def fill(words: Mapping[str, str]) -> None:
    """Makes the form describe a view.

    Raises:
        InvalidSpec: an unknown data set or method, or an empty request.
    """
    data_info(words["dataset"])
    methods = words["methods"].split(",")
    for name in methods:
        make_method(name)
    put("dataset", words["dataset"])
    put("sequence", requests_text(parse_requests(words["sequence"])))
    put("methods", methods[: len(LINES)])
    put("gold_seeds", words.get("gold_seeds", "3"))
    put("between", words.get("golds", EVERY) != LAST)
    put("further", {name: value for name, value in words.items() if _further(name)})


def words() -> dict[str, str]:
    """The view as parameters of the URL."""
    return {
        "dataset": get("dataset"),
        "sequence": get("sequence"),
        "methods": ",".join(get("methods")),
        "gold_seeds": get("gold_seeds"),
        "golds": EVERY if get("between") else LAST,
        **get("further"),
    }


def remember() -> None:
    """Mirrors the view in the URL, so that a reload or a copied link brings it back."""
    view = words()
    st.session_state["sequence_url"] = view
    write(dict.fromkeys(_own_part_of_url()) | view)


def runs() -> dict[str, tuple[RunSpec, ...]]:
    """The run of every step, by method.

    Raises:
        InvalidSpec: the form describes none.
    """
    *before, last = (request.text for request in parse_requests(get("sequence")))
    query = {**get("further"), "dataset": get("dataset"), "forget": last, "gold_seeds": get("gold_seeds")}
    if before:
        query["after"] = ";".join(before)
    return {
        name: sequence_runs(from_query(query | {"method": name}), golds_between=get("between"))
        for name in get("methods")
    }


def form() -> bool:
    """The widgets; False, and a way to the download, where the images are not on this machine."""
    with st.container(horizontal=True):
        for title, (dataset, sequence) in PRESETS.items():
            st.button(title, key=f"preset.{title}", on_click=callback(_preset, dataset, sequence))
    what, how = st.columns([3, 2], gap="large")
    with what:
        known = DATASETS | own_datasets()
        st.selectbox("Data set", known, format_func=lambda name: known[name].title, key=key("dataset"))
        st.text_input(
            "Requests, in turn", key=key("sequence"),
            help="Apart by semicolons: class=1;class=3;class=5. Each is as on the Forget page: class=3:30%, "
            "subclass=rocket, random=10%, index=5,17,90, parts joined by +.",
        )  # fmt: skip
    with how:
        st.multiselect(
            "Methods", METHODS, format_func=lambda name: METHODS[name].title, key=key("methods"),
            max_selections=len(LINES), help=f"Up to {len(LINES)} side by side, with their default settings.",
        )  # fmt: skip
        left, right = st.columns([2, 3], vertical_alignment="bottom")
        left.text_input("Gold models", key=key("gold_seeds"), help="How many, or their seeds: 3, or 4,7.")
        right.toggle(
            "For every step", key=key("between"),
            help="Golds of a step are retrained without everything forgotten so far. Off: for the last step only.",
        )  # fmt: skip
        for name, value in get("further").items():
            st.caption(f"Also: {plain(name.removeprefix('set.'))} = {plain(value)}")
    if is_prepared(get("dataset")):
        return True
    st.info(
        f"{plain(known[get('dataset')].title)} is not on this machine; the Forget page offers it.",
        icon=":material/download:",
    )
    link("Forget", "To the download", {"dataset": get("dataset")}, icon=":material/download:")
    return False


def _preset(dataset: str, sequence: str) -> None:
    put("dataset", dataset)
    put("sequence", sequence)
    put("further", {})


def _own_part_of_url() -> dict[str, str]:
    """Without what belongs to all pages, or to the widgets below the form."""
    return {name: value for name, value in rest_of_url().items() if name in OWN or _further(name)}


def _further(name: str) -> bool:
    """Whether a parameter is another word of a run, which then holds for every step."""
    return name.startswith("set.") or name in ("arch", "recipe", "seed", "unlearn_seed")
