import pytest
import torch
from torch import nn

from core import InvalidSpec
from core.device import choose_device, in_memory, mixed_precision, on_device, precision
from core.sensitivity import evaluating

CPU = torch.device("cpu")


def fits(most: int, tried: list[int]):
    """Work that needs memory for as many images as it is given."""

    def work(size: int) -> str:
        tried.append(size)
        if size > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return f"done with {size}"

    return work


@pytest.mark.parametrize(
    ("size", "most", "tries"), [(8, 8, [8]), (100, 30, [100, 50, 25]), (5, 1, [5, 2, 1]), (7, 3, [7, 3])]
)
def test_half_as_much_until_it_fits(size: int, most: int, tries: list[int]):
    tried: list[int] = []
    assert in_memory(fits(most, tried), size) == (f"done with {tries[-1]}", tries[-1])
    assert tried == tries


def test_less_than_the_least_is_not_tried():
    tried: list[int] = []
    with pytest.raises(torch.OutOfMemoryError):
        in_memory(fits(1, tried), 9, least=3)
    assert tried == [9, 4, 3]


def test_the_failed_attempt_holds_nothing_when_the_next_begins():
    alive: list[bool] = []

    class Big:
        def __del__(self) -> None:
            alive[0] = False

    def work(size: int) -> None:
        if size == 4:
            big = Big()
            alive.append(big is not None)
            raise torch.OutOfMemoryError("CUDA out of memory")
        assert alive == [False]

    in_memory(work, 4)


def test_other_errors_pass():
    def work(size: int) -> None:
        raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        in_memory(work, 4)


def test_on_the_cpu_nothing_is_rounded():
    model = on_device(nn.Conv2d(3, 4, 3), CPU)
    assert model.weight.is_contiguous()
    with mixed_precision(CPU):
        assert model(torch.rand(1, 3, 8, 8)).dtype == torch.float32
    assert precision(CPU) == "All numbers are made in float32."


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
