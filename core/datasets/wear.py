"""Simulated wear of forms, fixed by a seed: people still read nearly every digit, a small network does not.

Ink is 1 and paper 0. Every digit is off-centre, fades towards one side, is crossed by one or two thin strokes, may have
a blot, and was scanned with noise. Random numbers go through additions, products, comparisons and square roots only:
these are exact, so the images are the same on every machine.

The strengths were chosen so that the small CNN is right on 0.75 to 0.90 of the unseen images of each class. Fading and
noise are weak because they hit eights and nines most; strokes, blots and shifts hit all digits about alike.
"""

import numpy as np

SEED = 28
CHUNK = 100  # images at a time, so that intermediate arrays fit into the cache

SHIFT = 4  # at most, in pixels each way
FADING = (0.7, 1.0)  # share of the ink that is left
FADING_ACROSS = (0.0, 0.3)  # share of that which the faint side loses
STROKES = (1.0, 0.7)  # chance of a first and of a second stroke
STROKE_OFFSET = 9.0  # pixels at most from the middle of the image
STROKE_WIDTH = (0.6, 1.6)  # pixels
STROKE_BEND = 0.02  # at most, in pixels to the side per squared pixel along the stroke
STROKE_INK = (0.6, 1.0)
BLOTS = (0.5,)  # chance of a blot
BLOT_OFFSET = 9.0  # pixels at most from the middle, each way
BLOT_RADIUS = (1.5, 2.6)  # pixels
BLOT_INK = (0.6, 1.0)
PAPER = (0.0, 0.1)  # grey of the scanned paper
NOISE = (0.02, 0.05)  # standard deviation of the scanner's noise

SIDE = 28
ROWS = np.arange(SIDE, dtype=np.float32)[None, :, None] - (SIDE - 1) / 2  # pixels from the middle
COLUMNS = ROWS.transpose(0, 2, 1)


def wear(images: np.ndarray) -> np.ndarray:
    """Worn copies of images uint8 (N, 1, 28, 28)."""
    rng = np.random.default_rng(SEED)
    chunks = [images[n : n + CHUNK, 0] for n in range(0, len(images), CHUNK)]
    return np.concatenate([_worn(chunk, rng) for chunk in chunks])[:, None]


def _worn(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    count = len(images)
    ink = _shifted(images, rng).astype(np.float32) / 255
    ink *= _fading(count, rng)
    for chance in STROKES:
        ink = np.maximum(ink, _some(count, chance, rng) * _stroke(count, rng))
    for chance in BLOTS:
        ink = np.maximum(ink, _some(count, chance, rng) * _blot(count, rng))
    noise = rng.standard_normal(ink.shape, dtype=np.float32)
    scanned = ink + _uniform(count, PAPER, rng) + _uniform(count, NOISE, rng) * noise
    return np.rint(scanned.clip(0, 1) * 255).astype(np.uint8)


def _shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every image shifted by whole pixels; the border is paper."""
    padded = np.pad(images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)))
    down, right = rng.integers(0, 2 * SHIFT + 1, (2, len(images), 1))
    rows, columns = down + np.arange(SIDE), right + np.arange(SIDE)
    return padded[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]


def _fading(count: int, rng: np.random.Generator) -> np.ndarray:
    """Remaining ink, which decreases in a random direction."""
    a, b = _direction(count, rng)
    across = ((a * ROWS + b * COLUMNS) / SIDE + 0.5).clip(0, 1)
    return _uniform(count, FADING, rng) * (1 - _uniform(count, FADING_ACROSS, rng) * across)


def _stroke(count: int, rng: np.random.Generator) -> np.ndarray:
    """Ink of a slightly bent stroke from edge to edge."""
    a, b = _direction(count, rng)
    offset = _uniform(count, (-STROKE_OFFSET, STROKE_OFFSET), rng)
    bend = _uniform(count, (-STROKE_BEND, STROKE_BEND), rng)
    along = b * ROWS - a * COLUMNS
    distance = np.abs(a * ROWS + b * COLUMNS - offset + bend * along * along)
    return _uniform(count, STROKE_INK, rng) * _filled(_uniform(count, STROKE_WIDTH, rng) / 2, distance)


def _blot(count: int, rng: np.random.Generator) -> np.ndarray:
    """Ink of a round blot."""
    down = ROWS - _uniform(count, (-BLOT_OFFSET, BLOT_OFFSET), rng)
    right = COLUMNS - _uniform(count, (-BLOT_OFFSET, BLOT_OFFSET), rng)
    distance = np.sqrt(down * down + right * right)
    return _uniform(count, BLOT_INK, rng) * _filled(_uniform(count, BLOT_RADIUS, rng), distance)


def _filled(reach: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """1 up to ``reach``, 0 beyond, with a linear edge one pixel wide."""
    return (reach - distance + 0.5).clip(0, 1)


def _direction(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A unit vector for every image."""
    a, b = rng.standard_normal((2, count, 1, 1), dtype=np.float32)
    length = np.sqrt(a * a + b * b)
    return a / length, b / length


def _some(count: int, chance: float, rng: np.random.Generator) -> np.ndarray:
    """1 with this probability per image, else 0."""
    return (rng.random((count, 1, 1)) < chance).astype(np.float32)


def _uniform(count: int, between: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """A uniform random number per image: float32 (N, 1, 1)."""
    return rng.uniform(*between, (count, 1, 1)).astype(np.float32)
