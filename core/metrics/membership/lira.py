"""Per-image membership attacks: a model's output on an image, compared with shadow models' outputs on it.

Shadow models are trained in pairs on the same random half of the data: one with the forget images of that half, then
unlearned by the method; one without any forget image. Arrays have one row per pair, one column per image.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

MIN_SPREAD = 1e-6  # of a Gaussian, in case that all shadow models agree
POPULATION_SHARE = 0.3  # a in offline RMIA
GAMMA = 1.0  # in RMIA: required ratio to the likelihood ratio of a population image


def logit_confidence(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """phi = log p_y - log(1 - p_y), float64 (N,), which is nearly normal over models, unlike p_y.

    Computed as the label's logit minus the log-sum-exp of the others, which stays finite for confident models.

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
        unlearned: (M, N), of models trained with forget images and then unlearned.
        trained: bool (M, N), whether the image was in their training data.
        never: (M, N), of models that never saw a forget image.
    """

    unlearned: np.ndarray
    trained: np.ndarray
    never: np.ndarray

    def without(self, pair: int) -> "Shadows":
        """All pairs except one."""
        return Shadows(*(np.delete(rows, pair, axis=0) for rows in (self.unlearned, self.trained, self.never)))

    def log_ratio(self, phi: np.ndarray) -> np.ndarray:
        """U-LiRA's score of a model with these phi (N,): log of p(phi | unlearned) / p(phi | never trained).

        Both are Gaussians with a mean per image and one variance for all images, which is more accurate than a
        variance per image for a few dozen shadow models (https://arxiv.org/abs/2112.03570, section VI).
        """
        return _log_normal(phi, self.unlearned, self.trained) - _log_normal(phi, self.never, np.ones_like(self.trained))


def u_lira(shadows: Shadows) -> tuple[np.ndarray, np.ndarray]:
    """U-LiRA scores (https://arxiv.org/abs/2403.01218): unlearned or never trained? AUC 0.5 is perfect unlearning.

    Every pair is scored by Gaussians fitted to all other pairs.

    Returns:
        scores of the unlearned models (NaN if the image was not in their training data) and of the others, both (M, N).
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
    """Offline RMIA (https://arxiv.org/abs/2312.03262): does the image gain more probability than unseen images?

    Args:
        model: the label's probability (N,) under the attacked model. never: its mean (N,) over the never-trained ones.
        model_population, never_population: the same of the population (Z,).

    Returns:
        (N,): share of the population that the image beats, minus one half, so that above 0 predicts "member".
    """

    def likelihood_ratio(own: np.ndarray, out: np.ndarray) -> np.ndarray:
        return own / (((1 + POPULATION_SHARE) * out + (1 - POPULATION_SHARE)) / 2)

    population = np.sort(GAMMA * likelihood_ratio(model_population, never_population))
    beaten = np.searchsorted(population, likelihood_ratio(model, never), side="left")  # strictly smaller ones
    return beaten / len(population) - 0.5


def _log_normal(phi: np.ndarray, values: np.ndarray, use: np.ndarray) -> np.ndarray:
    """Log density of phi (N,) under one Gaussian per column of values (M, N), fitted to the entries in ``use``."""
    mean = values.mean(axis=0, where=use)
    freedom = (use.sum(axis=0) - 1).sum()
    spread = max(np.sqrt(((values - mean) ** 2).sum(where=use) / freedom), MIN_SPREAD)
    return -0.5 * ((phi - mean) / spread) ** 2 - np.log(spread)
