"""The lookup that everybody wants, as two functions."""

from __future__ import annotations

from cj_async.reference._data import countries
from cj_async.reference._rows import Country
from cj_async.reference._table import Asked


def country(code: Asked) -> Country:
    """Returns the country with this code or name; the same as ``countries[code]``.

    Args:
        code: two or three letters, a number (as text too, with or without zeros in front), a name in
            English or Chinese, or CJ's spelling of it; capitals, accents and punctuation do not matter.

    Raises:
        LookupError: there is none; the message names what was asked and what is near.
    """
    return countries[code]


def find_country(code: Asked) -> Country | None:
    """Returns the country with this code or name, or ``None``; the same as ``countries.find(code)``."""
    return countries.find(code)
