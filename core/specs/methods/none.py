"""Doing nothing, on the shelf."""

from typing import ClassVar, Literal

from core.specs.methods.base import MethodSpec, Needs


class DoNothing(MethodSpec):
    """The row that every comparison needs."""

    title: ClassVar[str] = "Do nothing"
    about: ClassVar[str] = "Keeps the original model as it is: the row that every method has to beat."
    paper: ClassVar[str] = "https://arxiv.org/abs/2406.09073"
    needs: ClassVar[Needs] = Needs()

    name: Literal["none"] = "none"
