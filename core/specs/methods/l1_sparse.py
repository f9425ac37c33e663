"""The spec of L1-sparse."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, length, rate


class L1Sparse(Iterative):
    """Go on training on the retain set, with small weights pulled to zero."""

    title: ClassVar[str] = "L1-sparse"
    about: ClassVar[str] = "Goes on training on the retain set while a fading penalty pulls weights to zero."
    paper: ClassVar[str] = "https://arxiv.org/abs/2304.04934"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"forget": ("schedule", "authors")})
    published: ClassVar[str] = "10 passes at a learning rate of 0.01 with alpha 1e-4"

    name: Literal["l1-sparse"] = "l1-sparse"
    alpha: float = Field(0.02, ge=0, le=1, description="weight of the sum of all weights' sizes at the first step; "
                         "it falls to 0 in a straight line")  # fmt: skip
    learning_rate: float = rate(0.01)
    step: float = length(0.01)

    def stopped_at(self, step: int) -> Self | None:
        return None  # its penalty fades until max_steps, so that another limit makes other steps from the first on
