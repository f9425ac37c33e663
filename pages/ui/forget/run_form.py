"""The run that the Forget page's form describes: kept in widget state, mirrored in the URL, filled from links."""

from contextlib import suppress
from typing import Any

import streamlit as st

from core import METHODS, InvalidSpec, NotFound, Store, make_spec
from core.specs import RECIPES, DataInfo, ForgetRequest, RunSpec, data_info, from_query, to_query
from core.specs.codec import gold_seeds
from core.specs.ids import ids_text
from core.specs.methods import MethodSpec
from core.specs.requests import Term
from core.store import open_run
from pages.ui.forget.class_picker import ALL, class_names, picked_classes
from pages.ui.shell.fields import Fields
from pages.ui.shell.url_state import rest_of_url, selected, write

NOTHING: dict[str, Any] = {"classes": [], "subclasses": [], "random_share": 0, "picked": []}  # the builder at rest


_fields = Fields("draft.")  # by names such as dataset, text, set.mu-mis.delta
key, get, put = _fields.key, _fields.get, _fields.put


def prepare() -> None:
    """Fills the draft where its page is opened: from the URL if that describes a run, else ``_as_it_was_left``."""
    url = dict(rest_of_url())
    if url and url != st.session_state.get("draft_url"):
        st.session_state["draft_url"] = url  # once: until its images are here a draft is not mirrored back
        fill(make_spec())  # shown where the URL's spec is refused
        fill(from_query(url))
    elif not _fields.has("dataset"):  # first visit, or back from a page where the widgets were gone
        fill(make_spec())  # shown where the other's images are not here
        fill(_as_it_was_left())
    _fields.resend()


def _as_it_was_left() -> RunSpec:
    """The draft when its page was left. Where nothing is lost by it, that of the run which is shown below instead."""
    left = st.session_state.get("draft_spec")
    if left in (None, st.session_state.get("draft_filled")) or _is_here(left.id):
        with suppress(NotFound):
            return open_run(Store(), selected("run") or "").spec
    return left or make_spec()


def _is_here(run: str) -> bool:
    try:
        open_run(Store(), run)
    except NotFound:
        return False
    return True


def fill(spec: RunSpec) -> None:
    """Makes the form describe a spec.

    Raises:
        DataUnavailable: nothing is known of its images on this machine.
    """
    info = spec.model.data.info
    st.session_state["draft_filled"] = spec
    put("dataset", spec.model.data.name)
    put("pool", spec.model.data.pool)
    put("arch", spec.model.arch)
    put("weights", spec.model.weights or "")
    recipe = next((name for name, recipe in RECIPES.items() if recipe == spec.model.train), None)
    put("recipe", recipe or info.recipe)  # one without a name is told by its differences
    put("seed", spec.model.seed)
    put("text", spec.forget.text)
    put("draw", spec.forget.draw)
    put("method", spec.method.name)
    put("unlearn_seed", spec.unlearn_seed)
    query = to_query(spec)
    put("golds", query.get("gold_seeds", str(len(spec.gold_seeds))))
    for field in type(spec.method).model_fields:
        put(f"set.{spec.method.name}.{field}", getattr(spec.method, field))
    inner = {"model.data.pool", *type(spec.method).model_fields}
    further = {k[4:]: v for k, v in query.items() if k.startswith("set.") and k[4:] not in inner}
    put("further", {k: v for k, v in further.items() if recipe is None or not k.startswith("model.train.")})
    put("after", spec.after)
    show_request()


def chosen(kind: type[MethodSpec]) -> MethodSpec:
    """The method's settings as the form has them, not checked."""
    name = kind.model_fields["name"].default
    return kind.model_construct(**{
        field: get(f"set.{name}.{field}", info.default) for field, info in kind.model_fields.items()
    })  # fmt: skip


def settings(kind: type[MethodSpec]) -> dict[str, Any]:
    """Those of the settings that the choices use."""
    method = chosen(kind)
    return {field: getattr(method, field) for field in kind.model_fields if field != "name" and method.uses(field)}


def spec() -> RunSpec:
    """The spec that the form describes.

    Raises:
        InvalidSpec: it describes none.
    """
    made = make_spec(
        get("dataset"), get("text"), get("method"), arch=get("arch"), recipe=get("recipe"),
        weights=get("weights") or None, seed=get("seed"), draw=get("draw"), unlearn_seed=get("unlearn_seed"),
        gold_seeds=gold_seeds(get("golds")), after=get("after"),
        settings=settings(METHODS[get("method")]) | {"model.data.pool": get("pool")} | get("further"),
    )  # fmt: skip
    return made


def remember(made: RunSpec) -> None:
    """Mirrors a spec in the URL, so that a reload or a copied link brings it back."""
    query = to_query(made)
    st.session_state["draft_url"], st.session_state["draft_spec"] = query, made
    write(dict.fromkeys(rest_of_url()) | query)


def last_spec() -> RunSpec | None:
    """What the form described when it last described a run."""
    return st.session_state.get("draft_spec")


def change_data() -> None:
    """After another data set was chosen: what belonged to the old one falls back to the new one's defaults."""
    info = data_info(get("dataset"))
    put("arch", info.arch)
    put("weights", "")
    put("recipe", info.recipe)
    put("further", {})
    put("after", ())
    put("text", _first_request(info))
    show_request()


def _first_request(info: DataInfo) -> str:
    """What the form asks for before its person has chosen: whole classes only where two would remain."""
    if len(info.classes) > 3:
        return "class=3"
    if info.subclasses:
        return "subclass=3"
    return "class=0" if len(info.classes) > 2 else "class=0:30%"


def change_arch() -> None:
    """Weights are of one architecture."""
    put("weights", "")


def show_request() -> None:
    """Sets the builder's widgets to the request's text, as far as they can say it: one part of a kind, percentages."""
    for name, value in (NOTHING | {"class_share": 100, "subclass_share": 100}).items():
        put(name, value)
    info = data_info(get("dataset"))
    terms = _terms(info)
    put("join", len({term.kind for term in terms}) > 1)
    for term in terms:
        fraction = term.share.fraction if term.share else None
        percent = max(1, round(100 * fraction)) if fraction else 100
        match term.kind:
            case "class":
                put("classes", picked_classes(term.values, info.classes))
                put("class_share", percent)
            case "subclass":
                put("subclasses", picked_classes(term.values, info.subclasses or ()))
                put("subclass_share", percent)
            case "random":
                put("random_share", percent if fraction else 0)
            case "index":
                put("picked", list(term.values))


def _terms(info: DataInfo) -> tuple[Term, ...]:
    try:
        return ForgetRequest.parse({"text": get("text")}).terms(info)
    except InvalidSpec:
        return ()  # said where the whole spec is checked


def write_request(kind: str) -> None:
    """From the builder's widgets to the request's text.

    Args:
        kind: of the widgets that were used; unless all are joined, their choice takes the place of the others'.
    """
    if kind in ("classes", "subclasses") and ALL in get(kind):
        put(kind, [ALL])  # the others are among them
    if get(kind) and not get("join"):
        for other in NOTHING.keys() - {kind}:
            put(other, NOTHING[other])
    put("text", "+".join(request_parts().values()))


def request_parts() -> dict[str, str]:
    """What the builder's widgets ask for, by their kind."""
    share = {kind: get(f"{kind}_share", 100) for kind in ("class", "subclass")}
    of_each = {kind: f":{percent}%" if percent < 100 else "" for kind, percent in share.items()}
    chosen = {kind: get(kind) or nothing for kind, nothing in NOTHING.items()}
    parts = {
        "classes": f"class={class_names(chosen['classes'])}{of_each['class']}",
        "subclasses": f"subclass={class_names(chosen['subclasses'])}{of_each['subclass']}",
        "random_share": f"random={chosen['random_share']}%",
        "picked": f"index={ids_text(chosen['picked'])}",
    }
    return {kind: text for kind, text in parts.items() if chosen[kind]}
