"""Reads weight files, safetensors or ``torch.save``; files are not trusted.

Tensors are memory-mapped, so shapes are checked before anything large is loaded.
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
# Globals in a checkpoint of weights. torch allows more, such as bytearray(10**12), which needs a terabyte.
HARMLESS = re.compile(
    r"collections (OrderedDict|Counter)|torch\._utils _rebuild_(tensor_v2|parameter)|torch \w+Storage"
)


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """All weights of a file by name, on the CPU.

    Raises:
        InvalidSpec: the file can't be read, or holds something other than weights.
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
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
    except (OSError, SafetensorError) as error:
        raise InvalidSpec(f"{path} cannot be read as safetensors: {error}") from None


def _read_torch(path: Path) -> dict[str, Tensor]:
    try:
        _check_archive(path)
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except InvalidSpec:
        raise
    except Exception as error:  # a crafted pickle can raise anything
        raise InvalidSpec(f"{path} cannot be read as torch weights: {short(str(error))}") from None
    for wrapper in WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(wrapper), dict):
            found = found[wrapper]
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise InvalidSpec(f"{path} has no weights by name; save model.state_dict()")
    if others := [name for name, value in found.items() if not _is_plain(value)]:
        raise InvalidSpec(f"{path}: {short(others[0])} is not a tensor of numbers; save model.state_dict()")
    return dict(found)


def _check_archive(path: Path) -> None:
    """Checks the archive before torch reads it: no compression, no globals except those of weights."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
            raise InvalidSpec(f"{path} is compressed, which torch.save never does")
        pickles = [part for part in parts if part.filename.endswith("data.pkl")]
        if len(pickles) != 1 or pickles[0].file_size > MAX_PICKLE:
            raise InvalidSpec(
                f"{path} is not a file of torch.save, which has one data.pkl of at most {MAX_PICKLE:,} bytes"
            )
        named = [arg for op, arg, _ in pickletools.genops(archive.read(pickles[0])) if op.name.endswith("GLOBAL")]
    if others := [str(name) for name in named if not HARMLESS.fullmatch(str(name))]:
        raise InvalidSpec(
            f"{path} holds Python objects ({short(others[0])}), which are refused; save only model.state_dict()"
        )


def _is_plain(value: Any) -> bool:
    return isinstance(value, Tensor) and value.layout is torch.strided and value.device.type == "cpu"
