"""Unlearning methods. One method = one file with ``unlearn(model, task, spec, *, generator) -> Iterator[Step]``, in place."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from core.specs import MethodSpec


def implementation(spec: MethodSpec) -> Callable[..., Iterator[Any]]:
    """The function ``unlearn`` of the method's file, imported on first use."""
    return import_module(f"core.methods.{spec.name.replace('-', '_')}").unlearn
