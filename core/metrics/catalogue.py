"""The catalogue of metrics: name, meaning, unit, and location in a result. No torch.

Tables, figures, tooltips, the command line and the documentation read it. To add a metric, write its function and an
entry here.
"""

from collections.abc import Callable
from functools import partial

from core.metrics.metric import SHARE, Metric

ACTIVATION = "https://arxiv.org/abs/2205.08096"
CKA = "https://arxiv.org/abs/1905.00414"
LIRA = "https://arxiv.org/abs/2112.03570"
MU_MIS = "https://arxiv.org/abs/2402.15109"
RELEARN = "https://arxiv.org/abs/2201.05629"
TMU = "https://arxiv.org/abs/2408.11433"

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
        about="Accuracy on the test images of the forgotten classes or sub-classes; not defined if the request "
        "touches every class.",
        formula="correct predictions on test images of forgotten classes / their number",
        place="accuracy.{role}.FA_test", forgetting=True,
    ),
    _accuracy(
        "RA_test", "Test, other classes",
        about="Accuracy on the test images of all other classes; not defined if the request touches every class.",
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
        about="Kullback-Leibler divergence of the model's class probabilities q from gold's p, mean over forget "
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
        "agreement", "Agreement with gold",
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
        about="Product that is 1 if FA, RA and TA equal the mean gold's; a lost accuracy cannot be compensated by the "
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
        about="Norm of the input gradient of the target logit at one image; for a model, the mean over forget images.",
        formula="‖∇ₓ f_c(x)‖₂", place="sensitivity.{role}.target", short="Target",
    ),
    _norm(
        "irrelevant_norm", "Irrelevant norm",
        about="Norm of the input gradient of an irrelevant logit at one image, mean over these logits; for a model, "
        "the mean over forget images.",
        formula="mean over c' ≠ c of ‖∇ₓ f_c'(x)‖₂", place="sensitivity.{role}.irrelevant", short="Irrelevant",
    ),
    _norm(
        "jacobian_norm", "Jacobian norm",
        about="Norm of the Jacobian (input gradients of all logits) at one image; for a model, the mean over forget "
        "images.",
        formula="(Σ_k ‖∇ₓ f_k(x)‖₂²)^½", place="sensitivity.{role}.jacobian", short="Whole Jacobian",
    ),
    _image("probability", "Probability", about="Softmax probability of the label.",
           formula="p_y", unit=SHARE),
    _image("margin", "Margin", about="The label's logit minus the largest other logit; negative if the prediction "
           "is wrong.", formula="z_y − max over k ≠ y of z_k", unit="logits"),
    _image("loss", "Loss", about="Cross-entropy of one image.", formula="−log p_y", unit="nats"),
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
        about="How well a logistic regression on the features separates test images of the forgotten class from "
        "others; 0.5 is guessing.",
        formula="area under the ROC", place="representation.{role}.probe.auc",
        paper="https://arxiv.org/abs/1610.01644", forgetting=True,
    ),
    _features(
        "probe_balanced_accuracy", "Probe balanced accuracy",
        about="Mean of the probe's accuracies on test images of the forgotten class and on other test images.",
        unit=SHARE, place="representation.{role}.probe.balanced_accuracy",
        paper="https://arxiv.org/abs/1610.01644", forgetting=True,
    ),
    _relearning(
        "relearning_steps", "Steps to relearn",
        about="Steps of fine-tuning on the forget set until 95 % of the original's accuracy on it is reached; fewer "
        "steps than gold needs: the images were hidden, not forgotten.",
        unit="steps", place="relearning.steps.{role}",
    ),
    _relearning(
        "relearning_lead", "Relearning lead",
        about="Mean height of the relearning curve above the mean gold's, over all steps.",
        formula="mean over steps of accuracy − gold's", unit=SHARE, place="relearning.lead.{role}", forgetting=True,
    ),
    _attack(
        "loss threshold", "Loss threshold",
        about="AUC of an attack that predicts membership if the loss of an image is below a threshold.",
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
        about="AUC of separating unlearned models from models that never saw the image, by the outputs of shadow "
        "models of both kinds; 0.5 is perfect unlearning.",
        formula="p(φ | unlearned) / p(φ | never trained) with φ = log p_y − log(1 − p_y)",
        place="privacy.U-LiRA.{role}.auc", paper="https://arxiv.org/abs/2403.01218",
    ),
    _attack(
        "RMIA", "RMIA",
        about="AUC of an attack that tests whether this model raises the image's probability, relative to shadow "
        "models that never saw it, more than that of images outside all training sets.",
        formula="share of images z with p(x) / p_out(x) > p(z) / p_out(z)",
        place="privacy.RMIA.{role}.auc", paper="https://arxiv.org/abs/2312.03262",
    ),
    _rate(
        "auc", "AUC",
        about="Probability that a positive example (a member) has a higher score than a negative one (a non-member); "
        "0.5 is guessing.",
        unit="", place="privacy.{attack}.{role}.auc",
    ),
    _rate(
        "balanced_accuracy", "Balanced accuracy",
        about="Mean of the true positive and true negative rates of the attack at its own threshold.",
        place="privacy.{attack}.{role}.balanced_accuracy",
    ),
    _rate(
        "called_member", "True positive rate",
        about="Share of the members that the attack predicts to be members, at its own threshold.",
        place="privacy.{attack}.{role}.called_member",
    ),
    _rate(
        "called_member_unseen", "False positive rate",
        about="Share of the non-members that the attack predicts to be members, at its own threshold.",
        place="privacy.{attack}.{role}.called_member_unseen",
    ),
    _rate(
        "tpr_at_1", "True positives at 1 %",
        about="True positive rate of the attack at a false positive rate of at most 1 %; 1 % is "
        "guessing.",
        place="privacy.{attack}.{role}.tpr_at_1", paper=LIRA,
    ),
    _easy_hard(
        "easy_hard.auc", "AUC",
        about="Probability that an image that gold gets wrong has a higher p(hard) than an image that it gets right; "
        "0.5 is guessing.",
        place="easy_hard.auc",
    ),
    _easy_hard(
        "easy_hard.balanced_accuracy", "Balanced accuracy",
        about="Mean of the shares of easy images predicted easy and of hard images predicted hard; 50 % is "
        "guessing.",
        unit=SHARE, place="easy_hard.balanced_accuracy",
    ),
    _easy_hard(
        "easy_hard.accuracy", "Accuracy",
        about="Share of the forget images predicted correctly. If few images are hard, predicting all of them to be "
        "easy also scores high.",
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
        about="Forget images predicted easy: a retrained model is expected to classify them right.",
        unit="images", direction="towards gold", place="easy_hard.predicted_easy",
    ),
    _cost("steps", "Steps", about="Optimisation steps of the method.", unit="steps", place="steps"),
    _cost("seconds", "Time", about="Time inside the method, including its guard and stop checks, without "
          "measurements.", unit="s", place="seconds.unlearn"),
    _cost("time_ratio", "Time ratio", about="Time of unlearning relative to one retraining.",
          formula="seconds of unlearning / seconds of one gold", unit="retrainings"),
    _cost("memory", "GPU memory", about="Peak GPU memory during unlearning; not measured on a CPU.",
          unit="bytes", place="memory.unlearn"),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.key: metric for metric in _ALL}


def keys(wanted: Callable[[Metric], bool]) -> tuple[str, ...]:
    """Keys of the metrics for which ``wanted`` is true, in the catalogue's order."""
    return tuple(key for key, metric in METRICS.items() if wanted(metric))


def accuracy_keys() -> tuple[str, ...]:
    """FA, RA, TA, FA_test, RA_test: the keys of ``accuracy`` in a result."""
    return keys(lambda metric: metric.place.startswith("accuracy."))


def signed_keys() -> tuple[str, ...]:
    """Metrics with a signed difference to gold in the method comparison."""
    return keys(lambda metric: metric.compared and metric.signed)


def distance_keys() -> tuple[str, ...]:
    """Metrics with a distance from gold in the method comparison."""
    return keys(lambda metric: metric.compared and not metric.signed)


def share_keys() -> tuple[str, ...]:
    """Metrics that are fractions, shown as percent."""
    return keys(lambda metric: metric.unit == SHARE)
