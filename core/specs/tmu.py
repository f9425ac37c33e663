"""TMU on the shelf: which twin, which features, which predictor, which unlearning."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.method_base import MethodSpec, Needs, used_if


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
        description="the twin's forgetting ratio equals the request's (Eq. 3): within every class, or over the data set",
    )
    twin_passes: int = Field(
        25, ge=1, le=1000,
        description="most passes over the twin images; it ends as soon as they are fitted as well as the forget set",
    )  # fmt: skip
    correct_shift: bool = Field(
        False,
        description="correct the predicted share of easy images for the images that gold has not seen but the original "
        "has, from the forget set's own features",
    )
    attack_budget: float = Field(
        0.03, gt=0, le=1, description="largest change of a pixel by the attack, of a range from 0 to 1"
    )
    curriculum_epochs: int = Field(
        2, ge=1, le=100, description="passes of the briefly trained models over their part of the images (the paper's "
        "are one or two)",
    )  # fmt: skip
    curriculum_steps: int = Field(
        60, ge=1, le=100_000, description="but no fewer optimiser steps than this: ten, as two passes over a small part "
        "come to, are near noise",
    )  # fmt: skip
    curriculum_pairs: int = Field(
        2, ge=2, le=50, description="pairs of briefly trained models; one of a pair learns a random half of all images, "
        "the other one the rest",
    )  # fmt: skip
    predictor: Literal["mlp", "logistic"] = Field(
        "mlp", description="the paper's network with 64 and 32 hidden units, or logistic regression"
    )
    class_weights: bool = Field(
        False, description="let easy and hard twin images count alike in the predictor's training"
    )
    cut: Literal["count", "half"] = Field(
        "count",
        description="which images are called easy. count: the most probable ones, as many as the probabilities sum to. "
        "half: all with a probability of at least 0.5, as in the paper",
    )
    forgetting: Literal["random-label", "negative-gradient"] = Field(
        "random-label", description="how hard images are forgotten: wrong labels drawn at random, or a rising loss"
    )
    soft: bool = Field(
        False,
        description="weigh every image by its probability of being hard, and train hard ones on the mean prediction of "
        "their five nearest pool images, not on a wrong label",
        json_schema_extra=used_if({"forgetting": "random-label"}),
    )
    max_steps: int = Field(100, ge=1, le=10_000, description="no more steps of unlearning than this")
    batch_size: int = Field(128, ge=2, le=4096, description="forget images per step, and as many retained ones")
    step: float = Field(1e-3, gt=0, le=1, description="length of a step as a fraction of the weights' norm")
