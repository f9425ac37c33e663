"""Reads image ids from a file, for ``index=@FILE`` and the Forget page: .npy, JSON, CSV or text; files are not trusted.

The file holds ids in any order, or a mask with one value per training image, pool included, in the order of ids.
"""

import csv
import json
import re
from io import BytesIO
from typing import Any

import numpy as np

from core.datasets.own.npy import read_header
from core.errors import InvalidSpec
from core.specs import DataInfo, short

MAX_BYTES = 32 << 20
MAX_ID = 10**12
NPY = b"\x93NUMPY"
ID_COLUMNS = ("index", "id", "ids", "idx")
MASK_COLUMNS = ("forget", "mask")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
WORDS = {"true": True, "false": False}
KINDS = 'a .npy array, JSON (a list, or {"forget": [...]}), CSV with a column of ids, or numbers with commas or spaces'


def read_ids(data: bytes, name: str, info: DataInfo) -> list[int]:
    """The sorted distinct ids in a file.

    Args:
        name: name of the file in messages.
        info: the data set, for the length of a mask.

    Raises:
        InvalidSpec: the file is not valid; the message says why.
    """
    if len(data) > MAX_BYTES:
        raise InvalidSpec(f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    values = _values(data, name)
    if _is_mask(values):
        count = sum(info.sizes[:2])
        if len(values) != count:
            raise InvalidSpec(
                f"{name} is a mask of {len(values):,} values, but {info.title} has {count:,} training images, pool "
                "included; a mask needs one value per image"
            )
        values = [number for number, chosen in enumerate(values) if chosen]
    for value in values:
        if not (0 <= value < MAX_ID and value == int(value)):
            raise InvalidSpec(f"{name}: {value} is not an image id; ids are whole numbers from 0")
    if not values:
        raise InvalidSpec(f"{name} has no ids; a file of ids is {KINDS}")
    return sorted({int(value) for value in values})


def _is_mask(values: list[Any]) -> bool:
    """Whether the values are a mask: booleans, or more than two values that are all 0 or 1."""
    return bool(values) and set(values) <= {0, 1} and (isinstance(values[0], bool) or len(values) > 2)


def _values(data: bytes, name: str) -> list[Any]:
    """Numbers or booleans in the order of the file."""
    if data.startswith(NPY):
        return _from_npy(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSpec(f"{name} is not a file of ids; a file of ids is {KINDS}") from None
    return _from_json(text, name) if text.lstrip()[:1] in ("[", "{") else _from_text(text, name)


def _from_npy(data: bytes, name: str) -> list[Any]:
    try:
        shape, kind = read_header(BytesIO(data), len(data), name)
        if kind.kind not in "biuf" or max(shape, default=0) != np.prod(shape, dtype=object):
            raise InvalidSpec(f"{name} is {kind} {shape}; one row of ids or booleans is needed")
        return np.lib.format.read_array(BytesIO(data), allow_pickle=False).reshape(-1).tolist()
    except InvalidSpec:
        raise
    except (ValueError, EOFError, OSError) as error:
        raise InvalidSpec(f"{name} cannot be read as .npy: {error}") from None


def _from_json(text: str, name: str) -> list[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidSpec(f"{name} cannot be read as JSON") from None
    values = found.get("forget") if isinstance(found, dict) else found
    if not isinstance(values, list) or not all(isinstance(value, int | float) for value in values):
        raise InvalidSpec(f'{name} is not a list of numbers, nor {{"forget": [...]}} with such a list')
    return values


def _from_text(text: str, name: str) -> list[Any]:
    """Numbers separated by commas or white space, or the id column of a table; lines that start with # are ignored."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and (lines[0][0] in ",;" or not all(map(_is_value, _words(lines[0])))):  # leading comma: pandas' row names
        cells = _column(lines, name)
    else:
        cells = [word for line in lines for word in _words(line)]
    for cell in cells:
        if not _is_value(cell):
            raise InvalidSpec(f"{name}: {short(cell)!r} is not an image id; a file of ids is {KINDS}")
    return [_value(cell) for cell in cells]


def _words(line: str) -> list[str]:
    return [word for word in re.split(r"[,;\s]+", line) if word]


def _column(lines: list[str], name: str) -> list[str]:
    """The cells of the only column of a table, or of its id column."""
    delimiter = max(",;\t", key=lines[0].count)
    try:
        head, *rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error as error:
        raise InvalidSpec(f"{name} cannot be read as CSV: {error}") from None
    named = [place for place, title in enumerate(head) if title.lower() in ID_COLUMNS]
    if len(head) > 1 and (len(named) != 1 or any(title.lower() in MASK_COLUMNS for title in head)):
        raise InvalidSpec(
            f"{name} has the columns {short(', '.join(head))}; one column of ids is needed, or several with "
            f"one named {' or '.join(ID_COLUMNS)}"
        )
    place = named[0] if len(head) > 1 else 0
    return [row[place] if place < len(row) else "" for row in rows]


def _is_value(word: str) -> bool:
    return word.lower() in WORDS or NUMBER.fullmatch(word) is not None


def _value(word: str) -> float | bool:
    return WORDS[word.lower()] if word.lower() in WORDS else float(word)
