"""The spec of TMU: twin problem, features, predictor, unlearning."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import MethodSpec, Needs, used_if


class Tmu(MethodSpec):
    """Twin machine unlearning: predicts which forget images gold would misclassify, and forgets only those."""

    title: ClassVar[str] = "TMU"
    about: ClassVar[str] = (
        "Predicts from a twin problem which forget images a retrained model would classify right (easy) or wrong "
        "(hard), and forgets only the hard ones."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2408.11433"
    needs: ClassVar[Needs] = Needs("forget", "retain", "pool")

    name: Literal["tmu"] = "tmu"
    twin_classes: Literal["all", "forgotten"] = Field(
        "all",
        description="classes whose pool images become twin images: all classes, or only the forgotten classes as in "
        "the paper, which gives few images to learn from",
    )
    twin_ratio: Literal["class", "dataset"] = Field(
        "class",
        description="match the request's forgetting ratio (Eq. 3) in every class, or over the whole data set",
    )
    twin_epochs: int = Field(
        30,
        ge=1,
        le=1000,
        description="epochs of training that turn the original into the twin, with the original's recipe",
    )
    attack: float = Field(0.03, gt=0, le=1, description="maximum change per pixel by the attack (range 0 to 1)")
    curriculum_epochs: int = Field(
        2, ge=1, le=100, description="epochs of the briefly trained models on their half of the images"
    )
    curriculum_steps: int = Field(
        60, ge=1, le=100_000,
        description="minimum optimiser steps of the briefly trained models; with only ten steps, as two "
        "epochs on few images give, their losses are mostly noise",
    )  # fmt: skip
    curriculum_pairs: int = Field(
        2, ge=2, le=50, description="pairs of briefly trained models; one model of a pair learns a random half of all "
        "images, the other the rest",
    )  # fmt: skip
    reference: Literal["all", "class"] = Field(
        "all",
        description="retained images that standardise the features: all classes, which keeps differences between "
        "classes, or only the image's own class",
    )
    predictor: Literal["mlp", "logistic"] = Field(
        "logistic",
        description="logistic regression, or the paper's network with 64 and 32 hidden units, which overfits a few "
        "hundred twin images",
    )
    class_weights: bool = Field(
        False, description="weight easy and hard twin images equally when fitting the predictor"
    )
    correct_shift: bool = Field(
        False,
        description="correct the predicted fraction of easy images: the original has seen the forget set, gold has "
        "not; estimated from the forget set's features",
    )
    cut: Literal["count", "half"] = Field(
        "count",
        description="threshold between easy and hard. count: as many easy images as the probabilities sum to, the most "
        "probable first. half: easy if the probability is at least 0.5, as in the paper",
    )
    forgetting: Literal["random-label", "negative-gradient"] = Field(
        "random-label",
        description="how to forget the hard images: train on random wrong labels, or raise their loss, which needs "
        "more steps",
    )
    soft: bool = Field(
        False,
        description="weight every forget image by its probability of being hard, with the mean prediction of its five "
        "nearest pool images as target instead of a wrong label",
        json_schema_extra=used_if({"forgetting": "random-label"}),
    )
    max_steps: int = Field(200, ge=1, le=10_000, description="maximum number of unlearning steps")
    batch_size: int = Field(
        128, ge=1, le=4096, description="maximum number of forget, retained and pool images each per step"
    )
    step: float = Field(1e-3, gt=0, le=1, description="length of a step as a fraction of the weights' norm")

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        notes = [
            "Departure from the paper: twin images come from the pool; the paper uses test images.",
            "Departure from the paper's code: unlearning starts from the original, not from the twin.",
            "Departure from the paper: it stops when the forget set's accuracy has fallen to the predicted fraction "
            "of easy images; the paper states no stop rule.",
            "Departure from the paper's code: easy, retained and pool images keep the original's output; the code "
            "trains easy and retained images on their labels.",
            "The paper does not say how BatchNorm is treated; its statistics are frozen during unlearning.",
            "The images that keep their output, and the budgets of twin, attack and brief training, were chosen in a "
            "pilot that looked at gold models: 30% of noisy digits 0 to 6 and 8, one draw. The features' scale and the "
            "predictor were chosen on twin images, with golds of 30% of all noisy digits in view.",
        ]
        if self.twin_classes == "all":
            notes.append("Departure from the paper: the predictor learns from twin images of all classes.")
        if self.predictor == "logistic":
            notes.append(
                "Departure from the paper: logistic regression instead of a network with two hidden layers; it had the "
                "lower loss on held-out twin images of 30% of noisy digits."
            )
        if self.cut == "count":
            notes.append(
                "Departure from the paper: the number of images predicted easy is the sum of the predicted "
                "probabilities; the paper's threshold is a probability of 0.5."
            )
        if self.soft:
            notes.append(
                "Departure from the paper: images are weighted by their probability of being hard, and the target is "
                "the mean prediction of similar pool images."
            )
        return tuple(notes)
