"""How does a number become an id of CJ's shapes, and which number is behind an id?

Nothing is stored: the first 48 bits of an id are a number, shuffled with a key, so a catalog of a
million products needs no dictionary from ids to products.
"""

from __future__ import annotations

import hashlib

_BITS = 48
_HALF = _BITS // 2
_MASK = (1 << _BITS) - 1
_FIRST = 0x9E3779B97F4B
_SECOND = 0xC2B2AE3D27D5
_FIRST_BACK = pow(_FIRST, -1, 1 << _BITS)
_SECOND_BACK = pow(_SECOND, -1, 1 << _BITS)
_LOWEST_LONG = 1_300_000_000_000_000_000
_TAIL_BITS = 10


class IdSpace:
    """The ids of one kind of thing; two kinds, or two seeds, share no ids.

    Numbers must be below 2**48.
    """

    def __init__(self, seed: int, kind: str) -> None:
        digest = hashlib.shake_128(f"ids:{seed}:{kind}".encode()).digest(16)
        self._key = int.from_bytes(digest[:6], "little")
        self._salt = int.from_bytes(digest[6:], "little") | 1

    def uuid(self, number: int) -> str:
        """The id of a number as an upper-case UUID."""
        head = self._shuffled(number)
        tail = head * self._salt >> 20
        return (
            f"{head >> 16:08X}-{head & 0xFFFF:04X}-4{tail & 0xFFF:03X}-"
            f"{8 + (tail >> 12 & 3):X}{tail >> 14 & 0xFFF:03X}-{tail >> 26 & _MASK:012X}"
        )

    def long(self, number: int) -> int:
        """The id of a number as a number of 19 digits, above 2**53."""
        head = self._shuffled(number)
        return _LOWEST_LONG + (head << _TAIL_BITS) + (head * self._salt >> 30 & 0x3FF)

    def number(self, text: str) -> int | None:
        """The number behind an id of either shape; None when no number has this id."""
        if text.isdecimal() and len(text) == 19:
            number = self._unshuffled((int(text) - _LOWEST_LONG >> _TAIL_BITS) & _MASK)
            return number if str(self.long(number)) == text else None
        try:
            number = self._unshuffled(int(text[:8] + text[9:13], 16))
        except ValueError:
            return None
        return number if self.uuid(number) == text else None

    def prefers_uuid(self, number: int) -> bool:
        """Which of the two shapes a number is shown in; about half of them as UUIDs."""
        return bool(self._shuffled(number) >> 11 & 1)

    def _shuffled(self, number: int) -> int:
        value = (number ^ self._key) * _FIRST & _MASK
        return (value ^ value >> _HALF) * _SECOND & _MASK

    def _unshuffled(self, value: int) -> int:
        value = value * _SECOND_BACK & _MASK
        return ((value ^ value >> _HALF) * _FIRST_BACK & _MASK) ^ self._key
