from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.jobs.worker import attempt
from core.specs import from_query
from core.store import RunFolder

PAGE = "pages/1_Forget.py"


def kept(app: AppTest) -> tuple[str, RunSpec]:
    """The link that keeps a step: its label and its spec."""
    (link,) = [link.proto for link in app.page_link if link.proto.label.startswith("Rerun, stopping")]
    return link.label, from_query(dict(parse_qsl(link.query_string)))


def test_a_step_is_kept_as_a_run_of_its_own(finished_run: RunFolder, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    last = finished_run.result["steps"]
    assert kept(app)[0] == f"Rerun, stopping at step {last}"
    app.number_input(key=f"scrub.{finished_run.run}").set_value(1).run()
    label, spec = kept(app)
    assert label == "Rerun, stopping at step 1"
    assert spec == finished_run.spec.replace(method=finished_run.spec.method.replace(max_steps=1))
    app.number_input(key=f"scrub.{finished_run.run}").set_value(last + 5).run()
    assert kept(app)[1].method.max_steps == last  # the run has no more


def test_the_forget_images_are_in_the_playback(
    finished_run: RunFolder, open_page: Callable[..., AppTest], tables: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    (table,) = tables(app, "step", "FA", "target_norm_of_start")
    outcomes = [name for name in table if "gold" in name or "forgotten" in name]
    followed = finished_run.table("forget_steps").query("step == 0")
    assert (table[outcomes].sum(axis=1) == len(followed)).all()


def test_a_run_from_before_images_were_followed(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable
) -> None:
    (finished_run.folder / "forget_steps.parquet").unlink()
    app = open_page(PAGE, {"run": finished_run.run})
    assert "did not store the predictions after each step" in words(app)
    assert kept(app)[0].startswith("Rerun, stopping")


@pytest.mark.parametrize("method", ["l1-sparse", "ssd"])
def test_where_no_setting_stops_it_the_page_says_so(
    method: str, store: Store, quick: Callable[..., RunSpec], open_page: Callable[..., AppTest], words: Callable
) -> None:
    settings = {"max_steps": 2} if method == "l1-sparse" else {}
    run = store.submit(quick(method, gold_seeds=(), settings=settings))
    assert attempt(store, run, "cpu") == "done"
    app = open_page(PAGE, {"run": run})
    assert "cannot stop at a chosen step" in words(app)
    assert not [link for link in app.page_link if link.proto.label.startswith("Rerun, stopping")]
