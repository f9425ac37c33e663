"""The registry of methods: every unlearning method's name, paper, data needs and settings, without torch.

One method is one file here with one spec class; the registry finds it by itself. A setting's bounds and description are
only in its ``Field``: the form, the command line and the validation read them from there. A field marked
``used_if({"variant": "paper"})`` applies to that choice only. With another choice it is an error to set it, and the
spec's JSON and key leave it out.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from core.specs.methods.base import MethodSpec

FIRST = ("mu-mis", "tmu", "none")  # in lists; then the baselines in alphabetical order


def _registered() -> dict[str, type[MethodSpec]]:
    """Name -> spec class, for every class in this folder with a ``name`` field."""
    found: dict[str, type[MethodSpec]] = {}
    for module in iter_modules(__path__, f"{__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, MethodSpec) and "name" in value.model_fields:
                found[value.model_fields["name"].default] = value
    return {name: found[name] for name in (*FIRST, *sorted(found.keys() - FIRST))}


METHODS = _registered()

if TYPE_CHECKING:
    AnyMethod = MethodSpec
else:
    AnyMethod = Annotated[Union[*METHODS.values()], Field(discriminator="name")]

__all__ = ["METHODS", "AnyMethod", "MethodSpec"]
