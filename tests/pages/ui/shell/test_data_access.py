from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import DataUnavailable, Store, load_dataset, make_spec
from core.examples import examples, shipped
from core.figures import placeholder
from core.jobs.worker import attempt
from core.store import RunFolder
from pages.ui.gold_comparison import image_outcomes
from pages.ui.shell import data_access, download

OFFER = "To see the images: download"


def test_results_of_a_request_are_the_runs_own_then_by_seed(finished_run: RunFolder, store: Store) -> None:
    spec = finished_run.spec
    seeds = [store.submit(spec.replace(unlearn_seed=seed)) for seed in (2, 1)]
    assert [attempt(store, run, "cpu") for run in seeds] == ["done", "done"]
    store.submit(spec.replace(unlearn_seed=3))  # not finished
    other = store.submit(spec.replace(gold_seeds=(1,)))
    assert attempt(store, other, "cpu") == "done"  # of another request
    found = data_access.results(store.run(seeds[0]))
    assert [result["spec"]["unlearn_seed"] for result in found] == [2, 0, 1]
    assert [row.id for row in data_access.of_request(store.run(other).spec)] == [other]


def test_shipped_runs_of_one_request_stand_side_by_side(store: Store) -> None:
    run = next(run for entry in examples() if (run := shipped(entry.spec)))
    same = {entry.spec.id for entry in examples() if entry.spec.request_key == run.spec.request_key}
    found = data_access.results(run)
    assert found[0] == run.result
    assert {result["run"] for result in found} == same
    assert store.rows() == []


def test_images_by_their_ids() -> None:
    train = load_dataset("digits").train
    some = train.take(slice(5, 8))
    assert np.array_equal(data_access.images(make_spec("digits"), some.index[::-1]), some.images[::-1])


def test_placeholders_stand_for_images_that_are_not_here() -> None:
    pictures = data_access.images(make_spec("cifar10"), [5, 59_999])
    assert pictures.shape == (2, 3, 32, 32)
    assert all(np.array_equal(picture, placeholder((3, 32, 32))) for picture in pictures)


@pytest.fixture
def without_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """The images of every data set are gone; the gallery's runs are still there."""

    def unavailable(*args: Any) -> Any:
        raise DataUnavailable("not on this machine")

    for module in (data_access, image_outcomes):
        monkeypatch.setattr(module, "load_dataset", unavailable)
    for module in (data_access, image_outcomes, download):
        monkeypatch.setattr(module, "is_prepared", lambda name: False)


@pytest.mark.parametrize(
    "page",
    [
        "app.py",
        "pages/3_Sensitivity.py",
        "pages/4_Easy_and_hard.py",
        "pages/5_Gold_comparison.py",
        "pages/6_Privacy.py",
    ],
)
def test_pages_of_a_run_without_its_images_offer_them(
    page: str, without_images: None, open_page: Callable[..., AppTest], words: Callable[[AppTest], str]
) -> None:
    tmu = next(entry.spec for entry in examples() if entry.spec.method.name == "tmu")
    app = open_page(page, {"run": tmu.id})
    assert app.error == []
    assert [expander.label for expander in app.expander if OFFER in expander.label] == [
        "To see the images: download Worn handwriting"
    ]
    assert "Download and prepare" in [button.label for button in app.button]


def test_pages_of_a_run_with_its_images_offer_nothing(open_page: Callable[..., AppTest]) -> None:
    app = open_page("pages/3_Sensitivity.py", {"run": examples()[0].spec.id})
    assert not [expander for expander in app.expander if OFFER in expander.label]


def test_pages_show_a_shipped_run_while_the_store_makes_it_anew(
    open_page: Callable[..., AppTest], store: Store
) -> None:
    spec = examples()[0].spec
    store.submit(spec)
    app = open_page("pages/5_Gold_comparison.py", {"run": spec.id, "img": "0"})
    assert app.error == []
    assert app.metric[0].label == "Forget set"


def test_what_is_computed_from_a_run_is_kept_until_the_run_is_made_anew(finished_run: RunFolder) -> None:
    asked: list[tuple[str, int]] = []

    @data_access.cached(4)
    def one(run: RunFolder, number: int) -> int:
        asked.append(("one", number))
        return number

    @data_access.cached(4)
    def other(run: RunFolder, number: int) -> int:
        asked.append(("other", number))
        return -number

    assert [one(finished_run, 5), one(finished_run, 5), one(finished_run, 6), other(finished_run, 5)] == [5, 5, 6, -5]
    assert asked == [("one", 5), ("one", 6), ("other", 5)]
    (finished_run.folder / "result.json").touch()
    assert one(finished_run, 5) == 5
    assert asked[3:] == [("one", 5)]


def test_queued_runs_are_in_the_store_in_their_order_and_a_supervisor_sees_to_them(
    store: Store, supervised: list[Any]
) -> None:
    specs = [make_spec("digits", unlearn_seed=seed) for seed in (4, 2)]
    assert data_access.queue(*specs) == specs[1].id
    assert {row.id: row.state for row in store.rows()} == dict.fromkeys((spec.id for spec in specs), "queued")
    assert store.index.next() == specs[0].id
    assert supervised == [store.root]
