"""Device selection and precision: bfloat16 and channels-last.

Training and accuracies use bfloat16 on a GPU; on a CPU, training does where the recipe says so. Input gradients use
exact float32 products (``core.sensitivity.evaluating``). First-order steps of methods use float32 with torch's default
rounding.
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


def mixed_precision(device: torch.device, wanted: str = "float32") -> torch.autocast:
    """Autocast to bfloat16: always on a GPU; on a CPU if it is wanted and the processor computes it."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=in_bfloat16(device, wanted))


def in_bfloat16(device: torch.device, wanted: str) -> bool:
    """Whether ``mixed_precision`` has an effect. A processor without such instructions would be slower with it."""
    return device.type == "cuda" or (wanted == "bfloat16" and bool(torch.cpu.get_capabilities().get("avx512_bf16")))


def precision(device: torch.device, wanted: str = "float32") -> str:
    """The numerical precision on the device, as a sentence; ``wanted`` is that of the recipe."""
    if device.type != "cuda":
        if in_bfloat16(device, wanted):
            return "Models are trained in bfloat16 (autocast); all other numbers are computed in float32."
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
