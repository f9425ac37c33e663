"""Device selection and GPU precision: bfloat16 and channels-last.

Training and accuracies use bfloat16 on a GPU. Input gradients use exact float32 products
(``core.sensitivity.evaluating``). First-order steps of methods use float32 with torch's default rounding.
"""

import torch
from torch import nn

from core.errors import InvalidSpec


def choose_device(name: str) -> torch.device:
    """The torch device of a name; ``auto`` uses a GPU if there is one.

    Raises:
        InvalidSpec: the name is unknown, or there is no GPU.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InvalidSpec(f"device {name!r} is not known; choose auto, cpu or cuda")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InvalidSpec("device 'cuda': this machine has no usable GPU; choose auto or cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def on_device(model: nn.Module, device: torch.device) -> nn.Module:
    """Moves the model to the device; on a GPU weights and activations are channels-last."""
    model = model.to(device)
    return model.to(memory_format=torch.channels_last) if device.type == "cuda" else model


def mixed_precision(device: torch.device) -> torch.autocast:
    """Autocast to bfloat16 on a GPU; no effect on other devices."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def precision(device: torch.device) -> str:
    """The numerical precision on the device, as a sentence."""
    if device.type != "cuda":
        return "All numbers are computed in float32."
    backends = {
        "convolutions": torch.backends.cudnn.conv,  # type: ignore[attr-defined]  # torch adds it at run time
        "products": torch.backends.cuda.matmul,
    }
    rounded = " and ".join(name for name, backend in backends.items() if backend.fp32_precision == "tf32")
    return (
        "Training and accuracies are in bfloat16 (autocast, channels-last), input gradients in float32, steps of "
        f"methods without input gradients in float32 with {f'TF32 in {rounded}' if rounded else 'no TF32'}."
    )
