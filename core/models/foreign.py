"""Translates the weight names of other repositories' checkpoints into ours.

Supported: ResNets and VGGs for small images of torchvision, Unlearn-Saliency, kuangliu/pytorch-cifar, torchunlearn,
weiaicunzai/pytorch-cifar100 and SSD. Names do not show operations without weights: a ResNet whose stem has a max-pool,
or a VGG that ends in a mean pool, has matching names but computes something else. Only the test accuracy shows that.
"""

import re
from collections.abc import Callable, Iterable

PREFIX = re.compile(r"^(?:module\.|_orig_mod\.|model\.|net\.|1\.)+")  # wrappers; 1. follows a normalisation
UNUSED = ("n_classes",)  # torchunlearn's number of classes

_RESIDUAL = {"0": "conv1", "1": "bn1", "3": "conv2", "4": "bn2"}

RULES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^(?:normalize\.|0\.)?(mean|std)$", r"features.0.\1"),
    (r"^features\.(\d+)\.(?!mean|std)", lambda found: f"features.{int(found[1]) + 1}."),  # our first layer normalises
    (r"^conv1\.(?:0\.)?(?=weight)", "features.1."),
    (r"^(?:bn1|conv1\.1)\.", "features.2."),
    (r"^conv(\d)_x\.", r"layer\1."),
    (r"\.residual_function\.([0134])\.", lambda found: f".{_RESIDUAL[found[1]]}."),
    (r"\.downsample\.", ".shortcut."),
    (r"^(?:fc|linear|classifier(?:\.0)?)\.(?=weight|bias)", "head."),
)
BLOCK = re.compile(r"^layer(\d+)\.(\d+)\.")
FIRST_BLOCK = 4  # index in our ResNets, after normalisation, convolution, BatchNorm and ReLU


def our_names(names: Iterable[str]) -> dict[str, str]:
    """The file's name -> our name; a name without a rule only loses its wrapper prefix."""
    found = {name: PREFIX.sub("", name) for name in names}
    found = {name: plain for name, plain in found.items() if plain not in UNUSED}
    if "head.weight" in found.values():
        return found  # already our names
    return _numbered({name: _renamed(plain) for name, plain in found.items()})


def _renamed(name: str) -> str:
    for pattern, replacement in RULES:
        name = re.sub(pattern, replacement, name)
    return name


def _numbered(names: dict[str, str]) -> dict[str, str]:
    """Renumbers residual blocks: ours count over all stages, other networks within a stage."""
    blocks = sorted({(int(found[1]), int(found[2])) for name in names.values() if (found := BLOCK.match(name))})
    place = {block: n for n, block in enumerate(blocks, start=FIRST_BLOCK)}
    return {
        name: BLOCK.sub(lambda found: f"features.{place[int(found[1]), int(found[2])]}.", other)
        for name, other in names.items()
    }
