import pytest
import torch
from torch import nn

from core import InvalidSpec
from core.device import choose_device, in_bfloat16, mixed_precision, on_device, precision
from core.sensitivity import evaluating

CPU = torch.device("cpu")


def test_on_the_cpu_nothing_is_rounded():
    model = on_device(nn.Conv2d(3, 4, 3), CPU)
    assert model.weight.is_contiguous()
    with mixed_precision(CPU):
        assert model(torch.rand(1, 3, 8, 8)).dtype == torch.float32
    assert precision(CPU) == "All numbers are computed in float32."


@pytest.mark.parametrize("native", [True, False])
def test_a_processor_trains_in_bfloat16_if_it_computes_it(native: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": native})
    assert in_bfloat16(CPU, "bfloat16") is native
    assert not in_bfloat16(CPU, "float32")
    layer, x = nn.Linear(2, 2), torch.rand(1, 2)
    with mixed_precision(CPU, "bfloat16"):
        assert layer(x).dtype == (torch.bfloat16 if native else torch.float32)
    assert precision(CPU, "bfloat16").startswith("Models are trained in bfloat16" if native else "All numbers are")


def test_on_a_gpu_the_record_says_what_is_rounded():
    gpu = torch.device("cuda")
    assert "float32 with TF32 in convolutions." in precision(gpu)  # torch's default
    with evaluating(nn.Linear(1, 1)):
        assert "float32 with no TF32." in precision(gpu)


def test_devices() -> None:
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(InvalidSpec, match="device 'tpu' is not known"):
        choose_device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(InvalidSpec, match="device 'cuda': this machine has no usable GPU"):
            choose_device("cuda")
