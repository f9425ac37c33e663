"""What a run shows before it has ended."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store, execute
from core.events import Accuracy, Table
from core.jobs.recorder import Recorder

PAGE = "pages/1_Forget.py"


@pytest.mark.parametrize("role", ["original", "unlearned", "gold-1"])
def test_accuracies_and_images_appear_as_soon_as_they_are_known(
    role: str,
    quick: Callable[..., RunSpec],
    store: Store,
    open_page: Callable[..., AppTest],
    words: Callable[[AppTest], str],
    accuracies_shown: Callable[[AppTest], list[float | None]],
) -> None:
    spec = quick("gradient-ascent", gold_seeds=(1,))
    run = store.submit(spec)
    store.index.begin(run)
    recorder, known = Recorder(store.run(run)), {}
    with store.run_lock(run):  # as a worker holds it
        for event in execute(spec, models=store.models, device="cpu"):
            recorder.record(event)
            if isinstance(event, Accuracy):
                known[event.role] = event.values
            if role in known and (role != "unlearned" or isinstance(event, Table)):  # its table comes right after
                break
        app = open_page(PAGE, {"run": run})
        assert store.row(run).state == "running"
    if role == "original":
        assert "Accuracy of the" not in words(app)
        return
    assert accuracies_shown(app)[:3] == pytest.approx([known["unlearned"][n] for n in ("FA", "RA", "TA")], abs=6e-4)
    assert "Some of the forget images" in words(app)
    golds = [metric for metric in app.metric if "gold" in str(metric.delta)]
    assert bool(golds) == (role == "gold-1")
