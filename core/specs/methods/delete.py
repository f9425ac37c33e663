"""The spec of DELETE."""

from typing import ClassVar, Literal

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, passes, rate


class Delete(Iterative):
    """Distils the original's output without the label."""

    title: ClassVar[str] = "DELETE"
    about: ClassVar[str] = (
        "Distils the original's probabilities on the forget images, with the label's probability set to 0 and the "
        "others rescaled to sum to 1."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2503.23751"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "20 passes at a learning rate of 1e-4 with batches of 128"

    name: Literal["delete"] = "delete"
    epochs: int = passes(20)
    learning_rate: float = rate(1e-4)
    batch_size: int = batch(128)
