"""Lists of image ids as text: one by one, ``5,17,90``, or packed, ``~IAAC...``, which thousands of them need in a link.

Packed is the URL-safe base64, without padding, of a mask with one bit per image: bit ``id % 8`` of byte ``id // 8``.
"""

import base64
import re
from collections.abc import Iterable, Sequence

PACKED = "~"  # how a packed list begins
MAX_PACKED = 1 << 21  # ids in a packed list lie below: what a mask takes stays small
LONG = 1000  # characters of ids one by one, above which a link has them packed
TOO_LONG = 100_000  # above which they are packed everywhere


def parse_ids(text: str) -> tuple[int, ...] | None:
    """The ids that a text lists, one by one or packed; None where it is no such list."""
    if text.startswith(PACKED):
        return _unpack(text.removeprefix(PACKED))
    return tuple(map(int, text.split(","))) if re.fullmatch(r"[0-9]{1,12}(,[0-9]{1,12})*", text) else None


def ids_text(ids: Iterable[int], longest: int = TOO_LONG) -> str:
    """Sorted ids as text: packed where one by one they would take more than ``longest`` characters."""
    ordered = sorted(set(ids))
    text = ",".join(map(str, ordered))
    return _pack(ordered) if len(text) > longest and ordered[-1] < MAX_PACKED else text


def tidy_ids(text: str) -> str:
    """The one form of a list that a request keeps: packed only where it is too long."""
    if not text.startswith(PACKED) and len(text) <= TOO_LONG:
        return text  # as it was given: order and doubles are part of older requests
    ids = parse_ids(text)
    return text if not ids else ids_text(ids)


def linked_ids(text: str) -> str:
    """A list for a link: packed where it is long and ``tidy_ids`` gives the same text back."""
    if len(text) <= LONG or not (ids := parse_ids(text)):
        return text
    packed = ids_text(ids, LONG)
    return packed if len(packed) < len(text) and tidy_ids(packed) == text else text


def _pack(ids: Sequence[int]) -> str:
    mask = bytearray(ids[-1] // 8 + 1)
    for number in ids:
        mask[number // 8] |= 1 << number % 8
    return PACKED + base64.urlsafe_b64encode(mask).decode().rstrip("=")


def _unpack(text: str) -> tuple[int, ...] | None:
    if len(text) > MAX_PACKED // 6 + 4 or not re.fullmatch(r"[A-Za-z0-9_-]+", text) or len(text) % 4 == 1:
        return None
    mask = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return tuple(8 * place + bit for place, byte in enumerate(mask) for bit in range(8) if byte >> bit & 1) or None
