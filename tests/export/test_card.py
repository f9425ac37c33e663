import torch
from safetensors.torch import load_file

from core.escaping import in_markdown
from core.export import card, export
from core.export.card import TRAINED
from core.models import model_for
from core.store import RunFolder


def test_the_card_has_data_method_and_numbers(run: RunFolder) -> None:
    text = card(run)
    result = run.result
    assert text.startswith("# Handwritten digits: class=3 forgotten by Gradient ascent\n")
    assert f"`class=3` ({result['forget']['size']} images)" in text
    assert TRAINED in text
    assert f"| unlearned | {result['accuracy']['unlearned']['FA']:.2%} |" in text
    assert f"| method.name | {run.spec.method.name} |" in text
    assert run.spec.method.paper in text
    assert all(f"- {in_markdown(note)}" in text for note in result["notes"])
    assert "shape (N, 1, 8, 8)" in text


def test_the_code_of_the_card_loads_the_weights(run: RunFolder, tmp_path) -> None:
    export(run, tmp_path)
    model = model_for(run.spec.model)
    weights = load_file(tmp_path / "unlearned.safetensors")
    model.load_state_dict(weights)
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())


def test_hostile_names_stay_text(hostile_run: RunFolder) -> None:
    text = card(hostile_run)
    assert r"# \<own>: class=\</script>\<b onclick> forgotten by" in text
    assert "`class=</script><b onclick>`" in text
