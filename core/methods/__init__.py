"""Unlearning methods. One method = one file with ``unlearn(model, task, spec, *, generator) -> Iterator[Step]``.

A method works in place and leaves the model in eval mode. The step with a ``stop_reason`` is the last one; the model is
final when it is yielded. Before its steps a method may yield the other events of ``core.events``.
"""

from collections.abc import Callable, Iterator
from importlib import import_module

from core.events import Event
from core.specs import MethodSpec


def implementation(spec: MethodSpec) -> Callable[..., Iterator[Event]]:
    """The function ``unlearn`` of the method's file, imported on first use."""
    return import_module(f"core.methods.{spec.name.replace('-', '_')}").unlearn
