"""The spec of L1-sparse."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, length, rate


class L1Sparse(Iterative):
    """Continues training on the retain set with an L1 penalty."""

    title: ClassVar[str] = "L1-sparse"
    about: ClassVar[str] = "Continues training on the retain set with an L1 penalty that decays to 0."
    paper: ClassVar[str] = "https://arxiv.org/abs/2304.04934"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"forget": ("schedule", "authors")})
    published: ClassVar[str] = "10 passes at a learning rate of 0.01 with alpha 1e-4"

    name: Literal["l1-sparse"] = "l1-sparse"
    alpha: float = Field(0.02, ge=0, le=1, description="weight of the L1 penalty at the first step; it decays "
                         "linearly to 0")  # fmt: skip
    learning_rate: float = rate(0.01)
    step: float = length(0.01)

    def stopped_at(self, step: int) -> Self | None:
        return None  # the penalty's decay depends on max_steps: another limit changes every step
