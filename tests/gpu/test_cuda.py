"""What only a GPU can show: bfloat16 and channels-last in training, full precision in gradients, no memory left."""

import numpy as np
import pytest
import torch
from torch import nn

from core.datasets import Split, load_dataset
from core.evaluation.tables import accuracy, predict
from core.models import build_model, model_for
from core.sensitivity import input_gradient_norms, mumis_terms
from core.specs import ARCHITECTURES, ModelSpec, TrainSpec
from core.training import tensors, train

pytestmark = pytest.mark.gpu


def images(count: int, size: int = 32) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0))


def test_digits_are_learned_as_on_the_cpu(cuda: torch.device):
    dataset = load_dataset("digits")
    found = {}
    for device in ("cpu", "cuda"):
        model = model_for(ModelSpec()).to(device)
        for _ in train(model, dataset.train, TrainSpec(epochs=5), generator=torch.Generator().manual_seed(0)):
            pass
        found[device] = accuracy(model, *tensors(dataset.test, torch.device(device)))
    assert found["cuda"] > 0.9
    assert found["cuda"] == pytest.approx(found["cpu"], abs=0.05)


def test_training_is_bfloat16_and_channels_last_with_float32_weights(cuda: torch.device):
    model = build_model("resnet18", 10, 3, 32, 0).to(cuda)
    kinds: list[torch.dtype] = []
    model.features[1].register_forward_hook(lambda module, args, out: kinds.append(out.dtype))
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (128, 3, 32, 32), dtype=np.uint8), np.arange(128) % 10, np.arange(128))
    next(train(model, split, TrainSpec(batch_size=128), generator=torch.Generator().manual_seed(0)))
    assert kinds == [torch.bfloat16]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert model.features[4].conv1.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_logits_and_gradients_are_those_of_the_cpu(cuda: torch.device, arch: str):
    model, x = build_model(arch, 10, 3, 32, 0).eval(), images(4)
    logits, norms = predict(model, x), input_gradient_norms(model, x, [0, 3])
    labels, other = torch.tensor([0, 1, 2, 3]), torch.tensor([4, 5, 6, 7])
    target, _ = mumis_terms(model, x, labels, other)
    model.to(cuda, memory_format=torch.channels_last)
    scale = logits.abs().max().item()
    torch.testing.assert_close(predict(model, x.to(cuda)).cpu(), logits, rtol=0, atol=0.03 * scale)  # 8 bits a product
    torch.testing.assert_close(input_gradient_norms(model, x.to(cuda), [0, 3]).cpu(), norms, rtol=1e-3, atol=1e-4)
    there, _ = mumis_terms(model, x.to(cuda), labels.to(cuda), other.to(cuda))
    torch.testing.assert_close(there.cpu(), target, rtol=1e-3, atol=1e-4)
    there.sum().backward()
    assert model.features[1].training is False
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_memory_that_runs_out_leads_to_parts_of_a_batch(cuda: torch.device):
    model = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                          nn.Linear(64, 10)).to(cuda)  # fmt: skip
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (2048, 3, 64, 64), dtype=np.uint8), np.arange(2048) % 10, np.arange(2048))
    total = torch.cuda.get_device_properties(cuda).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(min(1.0, 1.5e9 / total))  # a whole batch needs more than 2 GB
    try:
        step = next(train(model, split, TrainSpec(batch_size=2048), generator=torch.Generator().manual_seed(0)))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert step.values["batch_parts"] > 1
