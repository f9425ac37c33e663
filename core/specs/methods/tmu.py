"""The spec of TMU: twin problem, features, predictor, unlearning."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import MethodSpec, Needs, used_if

ADAPTED, PAPER = ({"variant": variant} for variant in ("adapted", "paper"))


class Tmu(MethodSpec):
    """Twin machine unlearning: predicts which forget images gold would misclassify, and forgets only those."""

    title: ClassVar[str] = "TMU"
    about: ClassVar[str] = (
        "Predicts from a twin problem which forget images a retrained model would classify right (easy) or wrong "
        "(hard), and forgets only the hard ones."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2408.11433"
    needs: ClassVar[Needs] = Needs("forget", "retain", "pool")

    removed: ClassVar[frozenset[str]] = frozenset({"twin_ratio", "class_weights", "correct_shift", "soft"})

    name: Literal["tmu"] = "tmu"
    variant: Literal["adapted", "paper"] = Field(
        "adapted",
        description="paper: twin images of the forgotten classes, a network as predictor, a threshold of 0.5, and "
        "training on wrong labels, as the paper has it. adapted: a predictor over all classes that also works with few "
        "images, and forgetting with a stop rule",
    )
    twin_classes: Literal["all", "forgotten"] = Field(
        "all",
        description="classes whose pool images become twin images: all classes, or only the forgotten classes as in "
        "the paper, which gives few images to learn from",
        json_schema_extra=used_if(ADAPTED),
    )
    twin_epochs: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="epochs of training that turn the original into the twin, with the original's recipe; default: as "
        "many as the original's",
        json_schema_extra=used_if(ADAPTED),
    )
    attack: float = Field(0.03, gt=0, le=1, description="maximum change per pixel by the attack (range 0 to 1)")
    curriculum_epochs: int = Field(
        5, ge=1, le=100, description="epochs of the briefly trained models on their half of the images",
        json_schema_extra=used_if(ADAPTED),
    )  # fmt: skip
    curriculum_steps: int = Field(
        60, ge=1, le=100_000,
        description="minimum optimiser steps of the briefly trained models; with only ten steps, as two "
        "epochs on few images give, their losses are mostly noise",
        json_schema_extra=used_if(ADAPTED),
    )  # fmt: skip
    curriculum_pairs: int = Field(
        2, ge=2, le=50, description="pairs of briefly trained models; one model of a pair learns a random half of all "
        "images, the other the rest", json_schema_extra=used_if(ADAPTED),
    )  # fmt: skip
    reference: Literal["all", "class"] = Field(
        "all",
        description="retained images that standardise the features: all classes, which keeps differences between "
        "classes, or only the image's own class",
        json_schema_extra=used_if(ADAPTED),
    )
    predictor: Literal["mlp", "logistic"] = Field(
        "logistic",
        description="logistic regression, or the paper's network with 64 and 32 hidden units, which overfits a few "
        "hundred twin images",
        json_schema_extra=used_if(ADAPTED),
    )
    cut: Literal["count", "half"] = Field(
        "count",
        description="threshold between easy and hard. count: as many easy images as the probabilities sum to, the most "
        "probable first. half: easy if the probability is at least 0.5, as in the paper",
        json_schema_extra=used_if(ADAPTED),
    )
    forgetting: Literal["runner-up", "random-label", "negative-gradient"] = Field(
        "runner-up",
        description="how to forget the hard images. runner-up: train on the class that the original finds second most "
        "probable. random-label: on random wrong labels. negative-gradient: raise their loss. The last two need more "
        "steps",
        json_schema_extra=used_if(ADAPTED),
    )
    max_steps: int = Field(
        200, ge=1, le=10_000, description="maximum number of unlearning steps", json_schema_extra=used_if(ADAPTED)
    )
    batch_size: int = Field(
        128, ge=1, le=4096, description="maximum number of forget, retained and pool images each per step",
        json_schema_extra=used_if(ADAPTED),
    )  # fmt: skip
    step: float = Field(
        1e-3, gt=0, le=1, description="length of a step as a fraction of the weights' norm",
        json_schema_extra=used_if(ADAPTED),
    )  # fmt: skip
    epochs: int = Field(
        5, ge=1, le=200, description="passes of unlearning over the forget and the retain set",
        json_schema_extra=used_if(PAPER),
    )  # fmt: skip
    learning_rate: float = Field(
        0.01, gt=0, le=1, description="constant learning rate of the twin's fine-tuning and of unlearning",
        json_schema_extra=used_if(PAPER),
    )  # fmt: skip

    @property
    def as_paper(self) -> bool:
        """Whether this is the paper's own variant."""
        return self.variant == "paper"

    @property
    def network(self) -> bool:
        """Whether the predictor is the paper's network with two hidden layers."""
        return self.as_paper or self.predictor == "mlp"

    @property
    def brief_models(self) -> int:
        """Number of briefly trained models."""
        return 1 if self.as_paper else 2 * self.curriculum_pairs

    @property
    def threshold(self) -> Literal["count", "half"]:
        """The threshold in effect, see ``cut``."""
        return "half" if self.as_paper else self.cut

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        if self.as_paper:
            return PAPER_NOTES
        notes = list(ADAPTED_NOTES)
        if self.twin_classes == "all":
            notes.append(
                "Departure from the paper: twin images of all classes, and one predictor for them; the paper's are of "
                "the forgotten class alone. So the twin problem takes far more pool images than are forgotten."
            )
        if not self.network:
            notes.append(
                "Departure from the paper: logistic regression instead of a network with two hidden layers; it had the "
                "lower loss on held-out twin images of 30% of noisy digits."
            )
        if self.forgetting == "runner-up":
            notes.append(
                "Departure from the paper: hard images are trained on the class that the original finds second most "
                "probable, not on random labels; it takes fewer steps and costs less accuracy on unseen images."
            )
        if self.cut == "count":
            notes.append(
                "Departure from the paper: the number of images predicted easy is the sum of the predicted "
                "probabilities; the paper's threshold is a probability of 0.5."
            )
        return tuple(notes)


ADAPTED_NOTES = (
    "Departure from the paper: twin images come from the pool; the paper uses test images.",
    "Departure from the paper: the twin is the original trained on all training and twin images with the whole recipe; "
    "the paper fine-tunes it on the twin images.",
    "Departure from the paper: if the pool has too few images of a class, the twin problem is smaller; the paper "
    "augments them.",
    "Departure from the paper: CF is a mean over several briefly trained models, and each learns at least a minimum of "
    "steps; the paper has one model of one or two epochs.",
    "Departure from the paper: activations are normalised to length 1, and features are logarithms standardised by "
    "retained images; the paper states no scale.",
    "Departure from the paper's code: unlearning starts from the original, not from the twin.",
    "Departure from the paper: it stops when the forget set's accuracy has fallen to the predicted fraction of easy "
    "images; the paper states no stop rule.",
    "Departure from the paper's code: easy, retained and pool images keep the original's output; the code trains easy "
    "and retained images on their labels.",
    "The paper does not say how BatchNorm is treated; its statistics are frozen during unlearning.",
    "Chosen with gold models in view, on 30% of a class, draw 0: the images that keep their output, and the attack "
    "(noisy digits 0 to 6 and 8); the features' scale and the predictor (all noisy digits, on twin images); the epochs "
    "of the brief models and how hard images are forgotten (worn digits 2 to 5 and 7 to 9).",
)
PAPER_NOTES = (
    "Departure from the paper: twin images come from the pool; the paper uses test images.",
    "Eq. 3 is read over the whole data set. Twin images that the pool lacks are replaced by augmented copies, which "
    "train the twin only; the predictor learns from real images.",
    "The paper does not say how long the twin is fine-tuned: here until its mean loss on the twin images is the "
    "original's on the forget images, with the recipe's optimiser at a constant rate.",
    "The share of the images that trains the CF model is missing in the text we have; here it is a half.",
    "The paper states no attack budget in the text we have, no batch size and no weight decay of the predictor; ours "
    "were not tuned.",
    "Steps, rate and the treatment of retained images are not in the paper. As in its code: random wrong labels drawn "
    "once for hard images, true labels for easy and retained ones, five passes at 0.01, BatchNorm in training mode. "
    "Unlike its code, unlearning starts from the original, as the paper says.",
)
