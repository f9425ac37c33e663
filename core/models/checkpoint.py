"""Files of weights, as safetensors or as ``torch.save`` writes them: hostile until checked.

Tensors are mapped from the file, so nothing large is in memory before its shape was looked at.
"""

import pickletools
import re
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.errors import InvalidSpec
from core.specs import short

WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "rmodel")  # where training scripts keep the weights
MAX_PICKLE = 4 << 20  # bytes of names and shapes; a ResNet-18 with its optimiser has 50,000
ZIP = b"PK\x03\x04"
BEFORE_ZIP = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch before 1.6
# What a checkpoint of weights names. torch allows more, also bytearray(10**12), which needs a terabyte.
HARMLESS = re.compile(
    r"collections (OrderedDict|Counter)|torch\._utils _rebuild_(tensor_v2|parameter)|torch \w+Storage"
)


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """All weights of a file by name, on the CPU.

    Raises:
        InvalidSpec: it can't be read, or holds something else than weights.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(BEFORE_ZIP))
    except OSError as error:
        raise InvalidSpec(f"{path} cannot be read: {error.strerror}") from None
    if start == BEFORE_ZIP:
        raise InvalidSpec(f"{path} was saved by torch before 1.6; load it with torch and save its state_dict() again")
    return _read_torch(path) if start.startswith(ZIP) else _read_safetensors(path)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
    except (OSError, SafetensorError) as error:
        raise InvalidSpec(f"{path} cannot be read as safetensors: {error}") from None


def _read_torch(path: Path) -> dict[str, Tensor]:
    try:
        _check_archive(path)
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except InvalidSpec:
        raise
    except Exception as error:  # a made-up pickle can raise anything
        raise InvalidSpec(f"{path} cannot be read as weights of torch: {short(str(error))}") from None
    for wrapper in WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(wrapper), dict):
            found = found[wrapper]
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise InvalidSpec(f"{path} holds no weights by name; save model.state_dict()")
    if others := [name for name, value in found.items() if not _is_plain(value)]:
        raise InvalidSpec(f"{path}: {short(others[0])} is no array of numbers; save model.state_dict()")
    return dict(found)


def _check_archive(path: Path) -> None:
    """Before torch reads it: nothing is compressed, and nothing is named that could do or cost anything."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
            raise InvalidSpec(f"{path} is compressed, which torch.save never does")
        pickles = [part for part in parts if part.filename.endswith("data.pkl")]
        if len(pickles) != 1 or pickles[0].file_size > MAX_PICKLE:
            raise InvalidSpec(
                f"{path} is no file of torch.save, which has one data.pkl of at most {MAX_PICKLE:,} bytes"
            )
        named = [arg for op, arg, _ in pickletools.genops(archive.read(pickles[0])) if op.name.endswith("GLOBAL")]
    if others := [str(name) for name in named if not HARMLESS.fullmatch(str(name))]:
        raise InvalidSpec(
            f"{path} holds Python objects ({short(others[0])}), which are not loaded; save model.state_dict() alone"
        )


def _is_plain(value: Any) -> bool:
    return isinstance(value, Tensor) and value.layout is torch.strided and value.device.type == "cpu"
