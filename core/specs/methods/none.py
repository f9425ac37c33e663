"""The spec of Do nothing."""

from typing import ClassVar, Literal

from core.specs.methods.base import MethodSpec, Needs


class DoNothing(MethodSpec):
    """Keeps the original model: the reference row of every comparison."""

    title: ClassVar[str] = "Do nothing"
    about: ClassVar[str] = "Keeps the original model unchanged: the reference that every method should beat."
    paper: ClassVar[str] = "https://arxiv.org/abs/2406.09073"
    needs: ClassVar[Needs] = Needs()

    name: Literal["none"] = "none"
