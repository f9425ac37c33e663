"""Image ids as text: a list, ``5,17,90``, or packed, ``~IAAC...``, which is short enough for links with many ids.

The packed form is a mask in URL-safe base64 without padding, one bit per image: bit ``id % 8`` of byte ``id // 8``.
"""

import base64
import re
from collections.abc import Iterable, Sequence

PACKED = "~"  # first character of the packed form
MAX_PACKED = 1 << 21  # ids in the packed form are below this: it limits the mask's memory
LONG = 1000  # characters; links pack longer lists
TOO_LONG = 100_000  # characters; longer lists are always packed


def parse_ids(text: str) -> tuple[int, ...] | None:
    """Parses a list of ids, plain or packed; None if the text is neither."""
    if text.startswith(PACKED):
        return _unpack(text.removeprefix(PACKED))
    return tuple(map(int, text.split(","))) if re.fullmatch(r"[0-9]{1,12}(,[0-9]{1,12})*", text) else None


def ids_text(ids: Iterable[int], longest: int = TOO_LONG) -> str:
    """Sorted ids as text: packed if the plain list would exceed ``longest`` characters."""
    ordered = sorted(set(ids))
    text = ",".join(map(str, ordered))
    return _pack(ordered) if len(text) > longest and ordered[-1] < MAX_PACKED else text


def tidy_ids(text: str) -> str:
    """The form in which a request keeps a list: packed only if it is too long."""
    if not text.startswith(PACKED) and len(text) <= TOO_LONG:
        return text  # unchanged: order and duplicates are part of older requests' keys
    ids = parse_ids(text)
    return text if not ids else ids_text(ids)


def linked_ids(text: str) -> str:
    """A list for a link: packed if it is long and ``tidy_ids`` restores the same text."""
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
