"""How is a fact of every product drawn from the seed, without a loop over the products?

A column is a stream of SHAKE-128 bytes named after the fact, so product 7 is the same product in a
catalog of ten and of a million. Bytes are turned into codes by ``bytes.translate``, in C.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Iterable, Sequence

_SIZES = {"H": 2, "Q": 8}


def shares(weights: Sequence[int]) -> bytes:
    """The table that turns an even byte into code 0, 1, 2 … in proportion to the weights."""
    total, table, below = sum(weights), bytearray(), 0
    for code, weight in enumerate(weights):
        below += weight
        table += bytes([code]) * (256 * below // total - len(table))
    return bytes(table)


def evenly(codes: int) -> bytes:
    """The table that turns an even byte into one of so many codes, all about as likely."""
    return bytes(byte % codes for byte in range(256))


def hits(codes: Iterable[int]) -> bytes:
    """The table that turns the given codes into 1 and all others into 0."""
    wanted = set(codes)
    return bytes(byte in wanted for byte in range(256))


class Stream:
    """Draws of the seed: one for each name, as many values as asked for.

    Args:
        count: products that were there from the start; they come first.
        added: which of the products that were added later follow them. Each has draws of its own.
    """

    def __init__(self, seed: int, count: int, added: range = range(0)) -> None:
        self._seed = seed
        self._count = count
        self.added = added

    def octets(self, name: str, table: bytes | None = None) -> bytes:
        """One byte for each product, through a table of 256 codes if there is one."""
        drawn = self._digest(name, 1)
        return drawn if table is None else drawn.translate(table)

    def shorts(self, name: str) -> array[int]:
        """One number below 2**16 for each product."""
        return self._words(name, "H")

    def longs(self, name: str) -> array[int]:
        """One number below 2**64 for each product."""
        return self._words(name, "Q")

    def _words(self, name: str, code: str) -> array[int]:
        words: array[int] = array(code)
        words.frombytes(self._digest(name, _SIZES[code]))
        if sys.byteorder == "big":
            words.byteswap()
        return words

    def _digest(self, name: str, size: int) -> bytes:
        """So many bytes for each product."""
        first = _shake(f"{self._seed}:{name}", self._count * size)
        if not self.added:
            return first
        later = (_shake(f"{self._seed}:{name}:added:{number}", size) for number in self.added)
        return b"".join((first, *later))


def _shake(text: str, size: int) -> bytes:
    return hashlib.shake_128(text.encode()).digest(size)
