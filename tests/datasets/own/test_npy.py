import io

import numpy as np
import pytest

from core import InvalidSpec
from core.datasets.own.npy import read_header


def saved(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def test_shape_and_type_are_read_without_the_numbers() -> None:
    data = saved(np.zeros((3, 4), np.float32))
    file = io.BytesIO(data)
    assert read_header(file, len(data), "x") == ((3, 4), np.dtype(np.float32))
    assert len(data) - file.tell() == 3 * 4 * 4  # the numbers are still to be read


def test_a_length_that_does_not_fit_is_refused() -> None:
    data = saved(np.zeros(5))
    with pytest.raises(InvalidSpec, match="x does not have the length in its header"):
        read_header(io.BytesIO(data), len(data) - 1, "x")


def test_a_huge_shape_is_refused_before_anything_is_allocated() -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2**40)})
    data = header.getvalue()
    with pytest.raises(InvalidSpec, match="does not have the length"):
        read_header(io.BytesIO(data), len(data), "x")


def test_python_objects_are_refused() -> None:
    data = saved(np.array([{}], dtype=object))
    with pytest.raises(InvalidSpec, match="x holds Python objects, which are refused"):
        read_header(io.BytesIO(data), len(data), "x")
