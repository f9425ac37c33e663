"""TMU on the shelf: which twin, which features, which predictor, which unlearning."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import MethodSpec, Needs, used_if


class Tmu(MethodSpec):
    """Twin machine unlearning: predict which forget images gold would get wrong, and forget only those."""

    title: ClassVar[str] = "TMU"
    about: ClassVar[str] = (
        "Predicts from a twin problem which forget images a retrained model would still get right (easy) or wrong "
        "(hard), and forgets only the hard ones."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2408.11433"
    needs: ClassVar[Needs] = Needs("forget", "retain", "pool")

    name: Literal["tmu"] = "tmu"
    twin_classes: Literal["all", "forgotten"] = Field(
        "all",
        description="whose pool images become twin images: those of all classes, or, as in the paper, of the forgotten "
        "ones alone, which leaves few to learn from",
    )
    twin_ratio: Literal["class", "dataset"] = Field(
        "class",
        description="where the twin has the forgetting ratio of the request (Eq. 3): in every class, or over all data",
    )
    twin_epochs: int = Field(
        30,
        ge=1,
        le=1000,
        description="passes over all images that make the original the twin, by the original's recipe",
    )
    attack: float = Field(
        0.03, gt=0, le=1, description="largest change of a pixel by the attack, of a range from 0 to 1"
    )
    curriculum_epochs: int = Field(
        2, ge=1, le=100, description="passes of the briefly trained models over their half of the images"
    )
    curriculum_steps: int = Field(
        60, ge=1, le=100_000, description="but no fewer optimiser steps: ten, as two passes over a few images come to, "
        "are near noise",
    )  # fmt: skip
    curriculum_pairs: int = Field(
        2, ge=2, le=50, description="pairs of briefly trained models; one of a pair learns a random half of all "
        "images, the other one the rest",
    )  # fmt: skip
    reference: Literal["all", "class"] = Field(
        "all",
        description="whose remaining images set the scale of the features: those of all classes, which keeps what "
        "makes whole classes easy or hard, or of the image's own class alone",
    )
    predictor: Literal["mlp", "logistic"] = Field(
        "logistic",
        description="logistic regression, or the paper's network with 64 and 32 hidden units, which learns a few "
        "hundred twin images too well",
    )
    class_weights: bool = Field(False, description="easy and hard twin images count alike when the predictor is fitted")
    correct_shift: bool = Field(
        False,
        description="correct the predicted share of easy images for what the original has seen and gold has not, from "
        "the forget set's own features",
    )
    cut: Literal["count", "half"] = Field(
        "count",
        description="which images are called easy. count: the most probable ones, as many as the probabilities sum to. "
        "half: all with a probability of at least 0.5, as in the paper",
    )
    forgetting: Literal["random-label", "negative-gradient"] = Field(
        "random-label",
        description="how hard images are forgotten: random wrong labels, or a rising loss, which needs more steps",
    )
    soft: bool = Field(
        False,
        description="every image is pulled by its probability of being hard, towards the mean prediction of its five "
        "nearest pool images and not towards a wrong label",
        json_schema_extra=used_if({"forgetting": "random-label"}),
    )
    max_steps: int = Field(200, ge=1, le=10_000, description="no more steps of unlearning than this")
    batch_size: int = Field(
        128, ge=1, le=4096, description="forget, retained and pool images per step, at most of each"
    )
    step: float = Field(1e-3, gt=0, le=1, description="length of a step as a fraction of the weights' norm")

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        notes = [
            "Departure from the paper: twin images come from the pool; the paper takes test images.",
            "Departure from the paper's code: unlearning starts from the original, not from the twin.",
            "Departure from the paper: it stops when the forget set's accuracy is down to the predicted share of easy "
            "images; the paper does not say when.",
            "Departure from the paper's code: easy, retained and pool images keep the original's output; theirs has "
            "labels for easy and retained ones.",
            "The paper does not say how BatchNorm is treated; its statistics are frozen while the model unlearns.",
            "What is kept, and the budgets of the twin, the attack and the brief training, were chosen in a pilot with "
            "gold models in view: 30% of noisy digits 0 to 6 and 8, one draw. The features' scale and the predictor "
            "go by twin images alone, golds of 30% of all noisy digits in view.",
        ]
        if self.twin_classes == "all":
            notes.append("Departure from the paper: the predictor learns from twin images of all classes.")
        if self.predictor == "logistic":
            notes.append(
                "Departure from the paper: logistic regression, not a network with two hidden layers; on twin images "
                "that neither had seen, those of 30% of noisy digits, it had the lower loss."
            )
        if self.cut == "count":
            notes.append(
                "Departure from the paper: as many images are called easy as the predicted probabilities sum to, not "
                "those with a probability of at least 0.5."
            )
        if self.soft:
            notes.append(
                "Departure from the paper: images are pulled by their probability of being hard, towards the "
                "predictions of like images that no model was trained on."
            )
        return tuple(notes)
