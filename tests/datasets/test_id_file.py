"""Files as numpy, json, pandas and people write them."""

import json
from collections.abc import Callable
from io import BytesIO, StringIO

import numpy as np
import pandas as pd
import pytest

from core.datasets import id_file
from core.datasets.id_file import read_ids
from core.errors import InvalidSpec
from core.specs import DATASETS

DIGITS = DATASETS["digits"]
COUNT = 1350  # training images and pool
IDS = [5, 17, 90, 1200]


def npy(array: np.ndarray, **words: object) -> bytes:
    file = BytesIO()
    np.save(file, array, **words)
    return file.getvalue()


def written(write: Callable[[StringIO], object]) -> bytes:
    file = StringIO()
    write(file)
    return file.getvalue().encode()


def mask() -> np.ndarray:
    return np.isin(np.arange(COUNT), IDS)


@pytest.mark.parametrize(
    "data",
    [
        b"5\n17, 90 1200\n",
        b"1200;90;17;5;5",
        b"\xef\xbb\xbf5\r\n17\r\n90\r\n1200\r\n",  # from a spreadsheet
        written(lambda file: np.savetxt(file, IDS)),  # 5.000000000000000000e+00
        written(lambda file: np.savetxt(file, IDS, fmt="%d", header="forget ids")),
        written(lambda file: pd.DataFrame({"index": IDS}).to_csv(file, index=False)),
        written(lambda file: pd.DataFrame({"image": IDS}).to_csv(file, index=False)),
        written(lambda file: pd.DataFrame({"index": IDS, "label": 3, "name": "a, b"}).to_csv(file)),
        written(lambda file: pd.DataFrame({"id": IDS, "label": 3}).to_csv(file, sep=";", index=False)),
        written(lambda file: pd.Series(mask(), name="forget").to_csv(file, index=False)),
        written(lambda file: np.savetxt(file, mask())),
        json.dumps(IDS).encode(),
        json.dumps({"forget": IDS, "retain": [1, 2]}, indent=1).encode(),
        json.dumps(mask().tolist()).encode(),
        npy(np.array(IDS)),
        npy(np.array(IDS, np.uint16)[:, None]),
        npy(np.array(IDS, np.float64)),
        npy(mask()),
        npy(mask().astype(np.uint8)),
    ],
)
def test_ids_and_masks(data: bytes) -> None:
    assert read_ids(data, "ids", DIGITS) == IDS


def test_zero_and_one_are_two_ids_and_more_of_them_a_mask() -> None:
    assert read_ids(b"0 1", "ids", DIGITS) == [0, 1]
    assert read_ids(b"1", "ids", DIGITS) == [1]
    with pytest.raises(InvalidSpec, match="ids is a mask of 3 values, but Handwritten digits has 1,350"):
        read_ids(b"0 1 1", "ids", DIGITS)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ids has no ids; a file of ids is a .npy array, JSON"),
        (npy(np.zeros(COUNT, bool)), "ids has no ids"),
        (npy(np.ones(900, bool)), "ids is a mask of 900 values, but Handwritten digits has 1,350 training images"),
        (b"5\nseventeen", "ids: 'seventeen' is not an image id"),
        (b"five", "ids has no ids"),
        (b"5\n17.5\n", "ids: 17.5 is not an image id; ids are whole numbers from 0"),
        (b"5 -1", "ids: -1.0 is not an image id"),
        (b"5 1e30", r"ids: 1e\+30 is not an image id"),
        (npy(np.array([1, np.nan])), "ids: nan is not an image id"),
        (b"index,forget\n0,True\n1,False\n", "ids has the columns index, forget; one column of ids is needed"),
        (b",0\n0,5\n1,17\n", "ids has the columns , 0; one column of ids is needed"),
        (b"label,name\n3,a\n", "ids has the columns label, name; one column of ids is needed, or several with one"),
        (b"label,index\n5\n", "ids: '' is not an image id"),
        (b"[5, 17", "ids cannot be read as JSON"),
        (b"[" * 100_000, "ids cannot be read as JSON"),
        (b'{"ids": [5]}', r'ids is not a list of numbers, nor {"forget": \[...\]}'),
        (b'["5"]', "ids is not a list of numbers"),
        (b"PK\x03\x04\xff\xfe", "ids is not a file of ids; a file of ids is a .npy array"),
        (npy(np.array(["5"])), r"ids is <U1 \(1,\); one row of ids or booleans is needed"),
        (npy(np.zeros((2, 3), int)), r"ids is int64 \(2, 3\); one row"),
        (npy(np.array([None]), allow_pickle=True), "ids holds Python objects"),
        (npy(np.array(IDS))[:-1], "ids does not have the length in its header"),
        (npy(np.array(IDS)).replace(b"(4,)", b"(9**9**9,)"), "ids cannot be read as .npy"),
        (npy(np.array(IDS)).replace(b"(4,),", b"(99999999999,),")[:-10], "ids does not have the length in its header"),
    ],
)
def test_bad_files_are_refused_by_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(InvalidSpec, match=message) as refused:
        read_ids(data, "ids", DIGITS)
    assert "\n" not in str(refused.value)


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(id_file, "MAX_BYTES", 3)
    with pytest.raises(InvalidSpec, match="ids has 4 bytes; at most 3 are read"):
        read_ids(b"5 17", "ids", DIGITS)
