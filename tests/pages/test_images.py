from collections.abc import Callable
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.slices import SLICE_METRICS, Slice, images_of, metrics, slice_mask, training_ids
from core.metrics.catalogue import METRICS
from core.specs import from_query
from core.store import RunFolder
from pages.ui.images import slices

PAGE = "pages/2_Images.py"


@pytest.fixture
def shown(tables: Callable) -> Callable[[AppTest], dict[str, pd.DataFrame]]:
    """``shown(app)``: the tables of the numbers, the gallery and the map."""
    columns = {"numbers": ("metric", "slice"), "gallery": ("predicted", "outcome"), "map": ("x", "y", "kind")}
    return lambda app: {name: tables(app, *wanted)[0] for name, wanted in columns.items() if tables(app, *wanted)}


def requests(app: AppTest) -> dict[str, list[int]]:
    """Label -> ids of the requests that are offered."""
    links = {link.proto.label: dict(parse_qsl(link.proto.query_string)) for link in app.page_link}
    asked = {label: from_query(query) for label, query in links.items() if label.startswith("Forget ")}
    return {label: [int(one) for one in spec.forget.text.removeprefix("index=").split(",")]
            for label, spec in asked.items()}  # fmt: skip


def test_everything_at_first(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, shown
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    images = images_of(finished_run.samples())
    size = len(images.about)
    assert f"**{size:,}** of {size:,} images" in words(app)
    found = shown(app)
    own = found["numbers"].query("role == 'Unlearned'").set_index("metric")
    accuracies = finished_run.result["accuracy"]["unlearned"]
    assert [own.loc[name, "slice"] for name in ("FA", "RA", "TA")] == [accuracies[n] for n in ("FA", "RA", "TA")]
    assert (own["difference"] == 0).all()
    assert [metric.label for metric in app.metric] == [METRICS[name].name for name in SLICE_METRICS]
    assert found["gallery"]["index"].tolist() == images.about["index"].tolist()[:48]
    places = finished_run.table("map")
    assert len(found["map"]) == places["role"].isin(["original", "unlearned"]).sum()


def test_the_url_holds_the_filters(finished_run: RunFolder, open_page: Callable[..., AppTest], shown) -> None:
    query = {
        "run": finished_run.run,
        "images.split": "Forget set",
        "images.order": "hardest first",
        "images.model": "Gold 2",
    }
    app = open_page(PAGE, query)
    images = images_of(finished_run.samples())
    held = slice_mask(images, Slice(splits=("forget",)))
    expected = metrics(images, held).set_index("role").loc["gold-2"]
    own = shown(app)["numbers"].query("role == 'Gold 2'").set_index("metric")["slice"]
    assert own[list(SLICE_METRICS)].to_numpy(float) == pytest.approx(
        expected[list(SLICE_METRICS)].to_numpy(float), nan_ok=True
    )
    assert shown(app)["gallery"]["index"].tolist() == training_ids(images, held, "hardness")[:48]
    app.multiselect(key="images.class").set_value([4]).run()
    assert shown(app)["gallery"].empty  # only threes are forgotten
    assert "This selection has no training image to forget." in [c.value for c in app.caption]


def test_a_range_of_norms(finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    app.select_slider(key="images.range").set_range(50, 100).run()
    norms = images_of(finished_run.samples()).values["target_norm"]["unlearned"]
    above = int((norms >= norms.median()).sum())
    assert (
        f"**{above:,}** of {len(norms):,} images · {METRICS['target_norm'].name.lower()} {norms.median():.3g} to any"
        in (words(app))
    )


def test_the_last_pages_and_fewer_than_before(
    finished_run: RunFolder, open_page: Callable[..., AppTest], shown
) -> None:
    app = open_page(PAGE, {"run": finished_run.run, "images.page": "3"})
    images = images_of(finished_run.samples()).about
    assert shown(app)["gallery"]["index"].tolist() == images["index"].tolist()[96:144]
    app.multiselect(key="images.split").set_value(["forget"]).run()
    assert shown(app)["gallery"]["split"].unique().tolist() == ["Forget set"]


def test_an_image_is_opened_and_a_lasso_is_kept(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, shown
) -> None:
    app = open_page(PAGE, {"run": finished_run.run, "ids": "3-5-9-x", "img": "5"})
    assert "**3** of " in words(app)
    assert shown(app)["gallery"]["index"].tolist() == [3, 5, 9]
    assert "**Image 5** · " in words(app)
    (off,) = [button for button in app.button if "Clear selection" in button.label]
    off.click().run()
    assert "ids" not in app.query_params
    assert "Clear selection" not in " ".join(button.label for button in app.button)


@pytest.mark.parametrize("image", ["nope", "999999", "²"])
def test_an_image_that_is_not_there_is_passed_over(
    image: str, finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable
) -> None:
    assert "**Image " not in words(open_page(PAGE, {"run": finished_run.run, "img": image}))


def test_requests_for_the_next_run(finished_run: RunFolder, open_page: Callable[..., AppTest], monkeypatch) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    images = images_of(finished_run.samples())
    held = np.ones(len(images.about), dtype=bool)
    asked = requests(app)
    assert list(asked) == [
        "Forget the 200 training images of this selection", "Forget its 100 hardest", "Forget its 100 most changed",
    ]  # fmt: skip
    assert asked["Forget its 100 hardest"] == sorted(training_ids(images, held, "hardness", 100))
    assert asked["Forget its 100 most changed"] == sorted(training_ids(images, held, "change", 100))
    monkeypatch.setattr(slices, "MAX_ASKED", 150)
    app.run()
    assert list(requests(app)) == ["Forget its 100 hardest", "Forget its 100 most changed"]
    assert any("200 training images are too many" in caption.value for caption in app.caption)


def test_a_run_from_before_there_were_maps(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, shown
) -> None:
    (finished_run.folder / "map.parquet").unlink()
    app = open_page(PAGE, {"run": finished_run.run})
    assert "This run has no map. Run it again to get one." in words(app)
    assert "gallery" in shown(app)
