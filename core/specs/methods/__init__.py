"""The shelf: every unlearning method's name, paper, data needs and settings, without torch.

A setting's bounds and its explanation stand in its ``Field`` and nowhere else: the form, the command line and the
checks read them here. A field marked ``used_if({"variant": "paper"})`` belongs to that choice only: giving it otherwise
is refused, and it is left out of the spec's JSON and key.
"""

from typing import Annotated, get_args

from pydantic import Field

from core.specs.methods.base import MethodSpec
from core.specs.methods.forget_only import BoundaryShrink, Delete, GradientAscent, Jit
from core.specs.methods.iterative import Iterative
from core.specs.methods.mu_mis import MuMis
from core.specs.methods.none import DoNothing
from core.specs.methods.notes import FALLBACK_FRACTION
from core.specs.methods.tmu import Tmu
from core.specs.methods.with_retain import (
    BadTeacher,
    FineTune,
    L1Sparse,
    NegGradPlus,
    RandomLabel,
    Salun,
    Scrub,
    Ssd,
)

__all__ = [
    "FALLBACK_FRACTION",
    "METHODS",
    "AnyMethod",
    "BadTeacher",
    "BoundaryShrink",
    "Delete",
    "DoNothing",
    "FineTune",
    "GradientAscent",
    "Iterative",
    "Jit",
    "L1Sparse",
    "MethodSpec",
    "MuMis",
    "NegGradPlus",
    "RandomLabel",
    "Salun",
    "Scrub",
    "Ssd",
    "Tmu",
]

AnyMethod = Annotated[
    MuMis
    | Tmu
    | DoNothing
    | FineTune
    | GradientAscent
    | NegGradPlus
    | RandomLabel
    | BadTeacher
    | Scrub
    | Salun
    | Ssd
    | L1Sparse
    | BoundaryShrink
    | Delete
    | Jit,
    Field(discriminator="name"),
]

METHODS: dict[str, type[MethodSpec]] = {
    spec.model_fields["name"].default: spec for spec in get_args(get_args(AnyMethod)[0])
}
