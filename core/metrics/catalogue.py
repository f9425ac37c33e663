"""The catalogue of metrics: what each one is called, what it means, and where a result holds it. No torch.

Tables, figures, tooltips, the command line and the documentation read it. A new metric is a function and an entry here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Direction = Literal["towards gold", "lower", "higher"]
SHARE = "share"  # unit of fractions, shown as percent

ACTIVATION = "https://arxiv.org/abs/2205.08096"
CKA = "https://arxiv.org/abs/1905.00414"
LIRA = "https://arxiv.org/abs/2112.03570"
MU_MIS = "https://arxiv.org/abs/2402.15109"
RELEARN = "https://arxiv.org/abs/2201.05629"
TMU = "https://arxiv.org/abs/2408.11433"


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        key: its name in tables and on the command line.
        name: on screen.
        family: what it belongs to, for lists.
        about: one sentence.
        formula: as plain text; empty where the sentence says it all.
        unit: ``SHARE``, nats, steps and so on; empty for a number from 0 to 1 that is no share.
        direction: what is better.
        place: where a result holds it, names apart by dots, ``{role}`` for a model's role; without a role it is of the
            unlearned model. Empty where it is computed from others or stands in tables only.
        paper: URL of the paper that defines or uses it; empty where there is none.
        short: on axes and in narrow cells; the key where it is empty.
        compared: the method comparison has it, as a signed difference to gold if its direction is "towards gold", else
            as a distance from gold.
        forgetting: a value above gold's means under-forgotten, one below it over-forgotten.
    """

    key: str
    name: str
    family: str
    about: str
    formula: str = ""
    unit: str = ""
    direction: Direction = "towards gold"
    place: str = ""
    paper: str = ""
    short: str = ""
    compared: bool = False
    forgetting: bool = False

    @property
    def label(self) -> str:
        """Its short name."""
        return self.short or self.key

    @property
    def signed(self) -> bool:
        """Whether a difference to gold has a sign: the metric is no distance itself."""
        return self.direction == "towards gold"

    @property
    def number(self) -> str:
        """The format of its values on screen."""
        return ".1%" if self.unit == SHARE else ".3g"

    def value(self, result: Mapping[str, Any], role: str = "unlearned") -> float | None:
        """Its value for one model of a run; None where the result does not have it."""
        if not self.place or ("{role}" not in self.place and role != "unlearned"):
            return None
        found: Any = result
        for name in self.place.split("."):
            found = found.get(role if name == "{role}" else name) if isinstance(found, Mapping) else None
        return found


_accuracy = partial(Metric, family="Accuracy", unit=SHARE, paper=MU_MIS, compared=True)
_distance = partial(Metric, family="Distance to gold", direction="lower", compared=True)
_norm = partial(Metric, family="Sensitivity", unit="logit per pixel unit", paper=MU_MIS)
_image = partial(Metric, family="Single images")
_features = partial(Metric, family="Features")
_relearning = partial(Metric, family="Relearning", paper=RELEARN)
_attack = partial(Metric, family="Membership attacks", forgetting=True)
_rate = partial(Metric, family="Rates of every attack", unit=SHARE)
_easy_hard = partial(Metric, family="Easy and hard", direction="higher", paper=TMU)
_cost = partial(Metric, family="Cost", direction="lower")

_ALL = (
    _distance(
        "gap", "Average gap",
        about="Mean of the absolute differences of FA, RA and TA to the mean gold.",
        formula="(|FA − gold FA| + |RA − gold RA| + |TA − gold TA|) / 3",
        unit=SHARE, place="gap.average", paper=MU_MIS, short="Average gap",
    ),
    _accuracy(
        "FA", "Forget set", about="Accuracy on the forget set, the training images to forget.",
        formula="correct predictions on D_f / |D_f|", place="accuracy.{role}.FA", forgetting=True,
    ),
    _accuracy(
        "RA", "Retain set", about="Accuracy on the retain set, the other training images.",
        formula="correct predictions on D_r / |D_r|", place="accuracy.{role}.RA",
    ),
    _accuracy(
        "TA", "Test set", about="Accuracy on the whole test set.",
        formula="correct predictions on the test set / its size", place="accuracy.{role}.TA",
    ),
    _accuracy(
        "FA_test", "Test, forgotten class",
        about="Accuracy on the test images of the forgotten classes or sub-classes; not defined where the request "
        "touches every class.",
        formula="correct predictions on test images of forgotten classes / their number",
        place="accuracy.{role}.FA_test", forgetting=True,
    ),
    _accuracy(
        "RA_test", "Test, other classes",
        about="Accuracy on the test images of all other classes; not defined where the request touches every class.",
        formula="correct predictions on test images of other classes / their number", place="accuracy.{role}.RA_test",
    ),
    _distance(
        "disagreement", "Disagreement with gold",
        about="Share of the forget images on which the model predicts another class than a gold model, as a mean over "
        "golds.",
        formula="1 − agreement", unit=SHARE, short="≠ gold",
    ),
    _distance(
        "kl", "KL from gold",
        about="Kullback-Leibler divergence of the model's class probabilities q from gold's p, as a mean over forget "
        "images and golds.",
        formula="Σ_k p_k · log(p_k / q_k)", unit="nats", place="outputs.{role}.kl",
        paper="https://doi.org/10.1214/aoms/1177729694", short="KL",
    ),
    _distance(
        "activation", "Activation distance",
        about="L2 distance between the class probabilities of the model and of gold, as a mean over forget images and "
        "golds; at most √2.",
        formula="‖p − q‖₂", unit="L2 distance", place="outputs.{role}.activation", paper=ACTIVATION,
        short="Activation distance",
    ),
    _distance(
        "js", "JS from gold",
        about="Jensen-Shannon divergence between the class probabilities of the model and of gold, as a mean over "
        "forget images and golds; at most log 2.",
        formula="KL(p ‖ m) / 2 + KL(q ‖ m) / 2 with m = (p + q) / 2", unit="nats", place="outputs.{role}.js",
        paper="https://doi.org/10.1109/18.61115", short="JS",
    ),
    _distance(
        "agreement", "Agrees with gold",
        about="Share of the forget images on which the model predicts the same class as a gold model, as a mean over "
        "golds.",
        formula="images with argmax p = argmax q / images", unit=SHARE, direction="higher",
        place="outputs.{role}.agreement", compared=False,
    ),
    _distance(
        "gap_test", "Average gap, test images",
        about="Mean of the absolute differences of FA_test, RA_test and TA to the mean gold.",
        formula="(|FA_test − gold FA_test| + |RA_test − gold RA_test| + |TA − gold TA|) / 3",
        unit=SHARE, place="gap_test.average", paper=MU_MIS, compared=False,
    ),
    _distance(
        "tug_of_war", "Tug of war",
        about="Product that is 1 where FA, RA and TA equal the mean gold's; one lost accuracy cannot be made up by the "
        "others.",
        formula="(1 − |FA − gold FA|) · (1 − |RA − gold RA|) · (1 − |TA − gold TA|)", direction="higher",
        place="tug_of_war.{role}", paper="https://arxiv.org/abs/2406.01257", compared=False,
    ),
    _distance(
        "resilience", "Resilience gap",
        about="In a sequence: mean over the earlier requests of the absolute difference to the mean gold's accuracy on "
        "their images.",
        formula="mean over j < k of |accuracy on request j − gold's|", unit=SHARE, paper=MU_MIS, compared=False,
    ),
    _norm(
        "target_norm", "Target norm",
        about="Norm of the input gradient of the target logit at an image; of a model, the mean over forget images.",
        formula="‖∇ₓ f_c(x)‖₂", place="sensitivity.{role}.target", short="Target",
    ),
    _norm(
        "irrelevant_norm", "Irrelevant norm",
        about="Norm of the input gradient of an irrelevant logit at an image, as a mean over these logits; of a model, "
        "the mean over forget images.",
        formula="mean over c' ≠ c of ‖∇ₓ f_c'(x)‖₂", place="sensitivity.{role}.irrelevant", short="Irrelevant",
    ),
    _norm(
        "jacobian_norm", "Jacobian norm",
        about="Norm of the input gradients of all logits together at an image; of a model, the mean over forget "
        "images.",
        formula="(Σ_k ‖∇ₓ f_k(x)‖₂²)^½", place="sensitivity.{role}.jacobian", short="Whole Jacobian",
    ),
    _image("probability", "Probability", about="Softmax probability that the model gives the label.",
           formula="p_y", unit=SHARE),
    _image("margin", "Margin", about="The label's logit minus the largest other logit; negative where the prediction "
           "is wrong.", formula="z_y − max over k ≠ y of z_k", unit="logits"),
    _image("loss", "Loss", about="Cross-entropy of an image.", formula="−log p_y", unit="nats"),
    _features(
        "cka_gold", "CKA to gold",
        about="Similarity of the features on test images to gold's (linear centred kernel alignment), as a mean over "
        "golds; golds among themselves show how high it can get.",
        formula="‖YᵀX‖² / (‖XᵀX‖ · ‖YᵀY‖), X and Y centred", place="representation.{role}.cka_gold", paper=CKA,
    ),
    _features(
        "cka_original", "CKA to original",
        about="Similarity of the features on test images to the original's (linear centred kernel alignment).",
        formula="‖YᵀX‖² / (‖XᵀX‖ · ‖YᵀY‖), X and Y centred", place="representation.{role}.cka_original", paper=CKA,
    ),
    _features(
        "probe", "Probe AUC",
        about="How well a logistic regression on the features tells test images of the forgotten class from others; "
        "0.5 is guessing.",
        formula="area under the ROC", place="representation.{role}.probe.auc",
        paper="https://arxiv.org/abs/1610.01644", forgetting=True,
    ),
    _features(
        "probe_balanced_accuracy", "Probe balanced accuracy",
        about="Mean share of test images of the forgotten class and of others that the probe gets right.",
        unit=SHARE, place="representation.{role}.probe.balanced_accuracy",
        paper="https://arxiv.org/abs/1610.01644", forgetting=True,
    ),
    _relearning(
        "relearning_steps", "Steps to relearn",
        about="Steps of fine-tuning on the forget set until 95 % of the original's accuracy on it is reached; fewer "
        "than gold needs means that the images were hidden, not forgotten.",
        unit="steps", place="relearning.steps.{role}",
    ),
    _relearning(
        "relearning_lead", "Relearning lead",
        about="How far the whole relearning curve lies above the mean gold's, as a mean over its steps.",
        formula="mean over steps of accuracy − gold's", unit=SHARE, place="relearning.lead.{role}", forgetting=True,
    ),
    _attack(
        "loss threshold", "Loss threshold",
        about="AUC of an attack that calls an image a member where its loss is below one threshold.",
        place="privacy.loss threshold.{role}.auc", paper="https://arxiv.org/abs/1709.01604",
    ),
    _attack(
        "entropy regression", "Entropy regression",
        about="AUC of an attack by logistic regression on the entropy of the output.",
        place="privacy.entropy regression.{role}.auc", paper=ACTIVATION,
    ),
    _attack(
        "confidence SVC", "Confidence SVC",
        about="AUC of an attack by a support vector machine on the probability of the label.",
        place="privacy.confidence SVC.{role}.auc", paper="https://arxiv.org/abs/2310.12508",
    ),
    _attack(
        "U-LiRA", "U-LiRA",
        about="AUC of telling unlearned models from models that never saw the image, by how shadow models of both "
        "kinds treat it; 0.5 is perfect unlearning.",
        formula="p(φ | unlearned) / p(φ | never trained) with φ = log p_y − log(1 − p_y)",
        place="privacy.U-LiRA.{role}.auc", paper="https://arxiv.org/abs/2403.01218",
    ),
    _attack(
        "RMIA", "RMIA",
        about="AUC of an attack that asks whether the image gains more under this model, against shadow models that "
        "never saw it, than images that nobody trained on.",
        formula="share of images z with p(x) / p_out(x) > p(z) / p_out(z)",
        place="privacy.RMIA.{role}.auc", paper="https://arxiv.org/abs/2312.03262",
    ),
    _rate(
        "auc", "AUC",
        about="Of a positive and a negative example (a member and a non-member), how often the positive one has the "
        "higher score; 0.5 is guessing.",
        unit="", place="privacy.{attack}.{role}.auc",
    ),
    _rate(
        "balanced_accuracy", "Balanced accuracy",
        about="Mean share of members and of non-members that the attack gets right at its own threshold.",
        place="privacy.{attack}.{role}.balanced_accuracy",
    ),
    _rate(
        "called_member", "Members found",
        about="Share of the members that the attack calls members: the true positive rate at its own threshold.",
        place="privacy.{attack}.{role}.called_member",
    ),
    _rate(
        "called_member_unseen", "False alarms",
        about="Share of the non-members that the attack calls members: the false positive rate at its own threshold.",
        place="privacy.{attack}.{role}.called_member_unseen",
    ),
    _rate(
        "tpr_at_1", "True positives at 1 %",
        about="Share of the members that the attack finds while it accuses at most 1 % of the non-members; 1 % is "
        "guessing.",
        place="privacy.{attack}.{role}.tpr_at_1", paper=LIRA,
    ),
    _easy_hard(
        "easy_hard.auc", "AUC",
        about="Of two forget images, one that gold gets right and one that it gets wrong, how often the wrong one has "
        "the higher predicted probability of being hard; 0.5 is guessing.",
        place="easy_hard.auc",
    ),
    _easy_hard(
        "easy_hard.balanced_accuracy", "Balanced accuracy",
        about="Mean share of easy images that are called easy and of hard images that are called hard; 50 % is "
        "guessing.",
        unit=SHARE, place="easy_hard.balanced_accuracy",
    ),
    _easy_hard(
        "easy_hard.accuracy", "Accuracy",
        about="Share of the forget images that are called what gold says. Where few are hard, calling all of them easy "
        "does well, too.",
        unit=SHARE, place="easy_hard.accuracy",
    ),
    _easy_hard(
        "easy_hard.brier", "Brier score",
        about="Mean squared difference between the predicted probability of being hard and the share of golds that "
        "are wrong.",
        formula="mean over images of (p(hard) − share of golds wrong)²", direction="lower", place="easy_hard.brier",
        paper="",
    ),
    _easy_hard(
        "easy_hard.predicted_easy", "Easy, predicted",
        about="Forget images that are called easy: a retrained model is expected to get them right.",
        unit="images", direction="towards gold", place="easy_hard.predicted_easy",
    ),
    _cost("steps", "Steps", about="Steps that the method made.", unit="steps", place="steps"),
    _cost("seconds", "Time", about="Time inside the method, its guard and stop checks included, measuring excluded.",
          unit="s", place="seconds.unlearn"),
    _cost("time_ratio", "Time ratio", about="Time of unlearning relative to one retraining.",
          formula="seconds of unlearning / seconds of one gold", unit="retrainings"),
    _cost("memory", "GPU memory", about="Peak of the GPU memory while unlearning; not measured on a CPU.",
          unit="bytes", place="memory.unlearn"),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.key: metric for metric in _ALL}


def keys(wanted: Callable[[Metric], bool]) -> tuple[str, ...]:
    """Keys of the metrics that are wanted, in the catalogue's order."""
    return tuple(key for key, metric in METRICS.items() if wanted(metric))


def accuracy_keys() -> tuple[str, ...]:
    """FA, RA, TA, FA_test, RA_test: what a result holds under ``accuracy``."""
    return keys(lambda metric: metric.place.startswith("accuracy."))


def signed_keys() -> tuple[str, ...]:
    """Metrics that the method comparison has as a signed difference to gold."""
    return keys(lambda metric: metric.compared and metric.signed)


def distance_keys() -> tuple[str, ...]:
    """Metrics that the method comparison has as a distance from gold."""
    return keys(lambda metric: metric.compared and not metric.signed)


def share_keys() -> tuple[str, ...]:
    """Metrics that are fractions, shown as percent."""
    return keys(lambda metric: metric.unit == SHARE)
