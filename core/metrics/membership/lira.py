"""Per-image membership attacks: how a model treats one image, against how shadow models treat that image.

Shadow models come in pairs that were trained on the same random half of the data: one with the forget images of that
half, then unlearned by the method; one without any forget image. Arrays have one row per pair, one column per image.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

MIN_SPREAD = 1e-6  # of a Gaussian: shadow models that agree to the last digit say nothing of the spread
POPULATION_SHARE = 0.3  # a in offline RMIA
GAMMA = 1.0  # in RMIA: how many times more likely than the population's image


def logit_confidence(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """phi = log p_y - log(1 - p_y), float64 (N,), which is nearly normal over models where p_y is not.

    The label's logit minus the log-sum-exp of all others, so that a sure model does not end at infinity.

    Args:
        logits: (N, K). labels: (N,).
    """
    own = np.arange(logits.shape[1]) == labels[:, None]
    z = logits.astype(np.float64)
    return z[own] - logsumexp(np.where(own, -np.inf, z), axis=1)


@dataclass(frozen=True)
class Shadows:
    """phi of shadow models on the forget images.

    Attributes:
        unlearned: (M, N), of those that were trained with forget images and then unlearned.
        trained: bool (M, N), whether the image was among them.
        never: (M, N), of those that never saw a forget image.
    """

    unlearned: np.ndarray
    trained: np.ndarray
    never: np.ndarray

    def without(self, pair: int) -> "Shadows":
        return Shadows(*(np.delete(rows, pair, axis=0) for rows in (self.unlearned, self.trained, self.never)))

    def log_ratio(self, phi: np.ndarray) -> np.ndarray:
        """U-LiRA's score of a model with these phi (N,): log of p(phi | unlearned) / p(phi | never trained).

        Both are Gaussians with the image's own mean and a spread common to all images: for a few dozen shadow models
        that is more exact than a spread per image (https://arxiv.org/abs/2112.03570, section VI).
        """
        return _log_normal(phi, self.unlearned, self.trained) - _log_normal(phi, self.never, np.ones_like(self.trained))


def u_lira(shadows: Shadows) -> tuple[np.ndarray, np.ndarray]:
    """The game of U-LiRA (https://arxiv.org/abs/2403.01218): unlearned or never trained? AUC 0.5 is perfect unlearning.

    Every pair is scored by Gaussians that were fitted to all other pairs.

    Returns:
        scores of the unlearned models, NaN where the image was not trained on, and of the others, both (M, N).
    """
    scores = [
        [rest.log_ratio(own) for own in (shadows.unlearned[pair], shadows.never[pair])]
        for pair in range(len(shadows.never))
        for rest in (shadows.without(pair),)
    ]
    unlearned, never = np.array(scores).swapaxes(0, 1)
    return np.where(shadows.trained, unlearned, np.nan), never


def rmia(
    model: np.ndarray, never: np.ndarray, model_population: np.ndarray, never_population: np.ndarray
) -> np.ndarray:
    """Offline RMIA (https://arxiv.org/abs/2312.03262): is the image more likely than images nobody trained on?

    Args:
        model: the label's probability (N,) under the attacked model. never: its mean (N,) over the never-trained ones.
        model_population, never_population: the same of the population (Z,).

    Returns:
        (N,): share of the population that the image beats, minus one half, so that above 0 stands for "member".
    """

    def likelihood_ratio(own: np.ndarray, out: np.ndarray) -> np.ndarray:
        return own / (((1 + POPULATION_SHARE) * out + (1 - POPULATION_SHARE)) / 2)

    population = np.sort(GAMMA * likelihood_ratio(model_population, never_population))
    beaten = np.searchsorted(population, likelihood_ratio(model, never), side="left")  # strictly smaller ones
    return beaten / len(population) - 0.5


def _log_normal(phi: np.ndarray, values: np.ndarray, use: np.ndarray) -> np.ndarray:
    """log density of phi (N,) under one Gaussian per column of values (M, N), of which the used ones count."""
    mean = values.mean(axis=0, where=use)
    freedom = (use.sum(axis=0) - 1).sum()
    spread = max(np.sqrt(((values - mean) ** 2).sum(where=use) / freedom), MIN_SPREAD)
    return -0.5 * ((phi - mean) / spread) ** 2 - np.log(spread)
