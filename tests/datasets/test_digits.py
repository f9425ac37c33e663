import hashlib

import numpy as np
import pytest

from core.datasets.digits import digits_arrays, noisy_images


def test_images_and_labels_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits  # slow to import, so here alone

    theirs = load_digits()  # grey levels 0 to 16 as floats
    images, labels = digits_arrays()
    assert (images.shape, images.dtype, labels.dtype) == ((1797, 1, 8, 8), np.uint8, np.int64)
    np.testing.assert_array_equal(labels, theirs.target)
    np.testing.assert_allclose(images[:, 0] / 255, theirs.images / 16, atol=0.5 / 255)
    assert (images.min(), images.max()) == (0, 255)


def test_the_noise_is_gaussian_with_the_sigma_of_the_design():
    clean = digits_arrays()[0] / 255
    noise = noisy_images() / 255 - clean
    middle = noise[(clean > 0.45) & (clean < 0.55)]  # clipping begins 1.5 sigma away and leaves the quartiles alone
    assert len(middle) > 2000
    assert np.median(middle) == pytest.approx(0, abs=0.015)
    # Half of a normal distribution lies within 0.6745 sigma of its centre.
    assert np.median(np.abs(middle)) == pytest.approx(0.6745 * 0.3, rel=0.04)


def test_the_noise_is_clipped_and_differs_from_pixel_to_pixel():
    clean, noisy = digits_arrays()[0], noisy_images()
    assert (noisy.dtype, noisy.shape) == (np.uint8, clean.shape)
    black, lit = clean == 0, noisy > 0
    assert lit[black].mean() == pytest.approx(0.5, abs=0.01)  # half of the noise is below 0
    both = black[..., :-1] & black[..., 1:]
    left, right = lit[..., :-1][both], lit[..., 1:][both]
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(0, abs=0.02)


def test_the_noise_is_part_of_the_data():
    # sha256 of noisy_images() as first made. Another value is another data set, and gives other numbers in every run.
    made = "6bf91fa266e50a7e5f0b7b7737740552b8d32955f85eb0b524d9d2f1aff5fa4b"
    assert hashlib.sha256(noisy_images().tobytes()).hexdigest() == made
