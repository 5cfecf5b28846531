"""How does anybody know? Each behaviour says whether it is documented, was seen live, or is assumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

Known = Literal["documented", "seen live", "assumed"]
F = TypeVar("F", bound=Callable[..., object])


class Behaviour(NamedTuple):
    """A behaviour of the local CJ: where, what, and how it is known."""

    operation: str
    what: str
    known: Known
    source: str


BEHAVIOURS: list[Behaviour] = []
"""Everything that was annotated; `docs/simulator.md` is made from it."""


def behaves(operation: str, what: str, known: Known, source: str = "") -> Callable[[F], F]:
    """Annotates the function that makes something so; it may be annotated more than once.

    Args:
        operation: a name of the API (``orders.delete``), or a word for what concerns many.
        what: what the local CJ does, one sentence.
        known: ``documented``, ``seen live`` or ``assumed``.
        source: the edition and section, or the field note.
    """

    def annotate(function: F) -> F:
        BEHAVIOURS.append(Behaviour(operation, what, known, source))
        return function

    return annotate
