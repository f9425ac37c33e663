"""The choice of a device, and what a GPU is given that a CPU is not: bfloat16 and channels-last.

bfloat16 is for training and for accuracies. Wherever an input gradient is taken ``core.sensitivity.evaluating`` keeps
float32 products exact, and the first-order steps of a method are in float32 with what torch rounds by default.
"""

import torch
from torch import nn

from core.errors import InvalidSpec


def choose_device(name: str) -> torch.device:
    """``auto`` is the GPU where there is one.

    Raises:
        InvalidSpec: an unknown name, or ``cuda`` where there is none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InvalidSpec(f"device {name!r} is not known; choose auto, cpu or cuda")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InvalidSpec("device 'cuda': this machine has no usable GPU; choose auto or cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def on_device(model: nn.Module, device: torch.device) -> nn.Module:
    """The model moved to the device; on a GPU its weights lie channels-last, and the activations follow them."""
    return model.to(device, memory_format=torch.channels_last if device.type == "cuda" else torch.preserve_format)


def mixed_precision(device: torch.device) -> torch.autocast:
    """A context in which a GPU multiplies in bfloat16; on other devices nothing changes."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def precision(device: torch.device) -> str:
    """In which precision numbers are made on the device, as a sentence."""
    if device.type != "cuda":
        return "All numbers are made in float32."
    rounded = " and ".join(
        name
        for name, place in (("convolutions", torch.backends.cudnn.conv), ("products", torch.backends.cuda.matmul))
        if place.fp32_precision == "tf32"
    )
    return (
        "Training and accuracies are in bfloat16 (autocast, channels-last), input gradients in float32, steps of "
        f"methods without input gradients in float32 with {f'TF32 in {rounded}' if rounded else 'no TF32'}."
    )
