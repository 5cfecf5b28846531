"""How does CJ spell a value this time? Prices, weights and times in their many documented forms.

Which form is decided by bits of the product (``Catalog.odd``), so an answer is the same every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import msgspec

_BEIJING = timezone(timedelta(hours=8))
_RANGES = ("{} -- {}", "{} -- {}", "{}-{}", "{} -- {}", "{} – {}", "{}--{}", "{}-{}", "{} -- {}")


def cents(amount: int) -> str:
    """An amount of cents as text with two digits."""
    return f"{amount // 100}.{amount % 100:02d}"


def dollars(amount: int) -> float:
    """An amount of cents as a JSON number."""
    return amount / 100


def price(low: int, high: int, bits: int) -> str:
    """A price as text: "11.85", or a range in one of its forms."""
    return cents(low) if low == high else _RANGES[bits & 7].format(cents(low), cents(high))


def price_or_number(low: int, high: int, bits: int) -> str | float:
    """A price as a number where it is single, as text where it is a range."""
    return dollars(low) if low == high else price(low, high, bits)


def grams(low: int, high: int, bits: int) -> str:
    """A weight as text: "1500.0", or the range "1730.00-3200.00"."""
    return f"{low}.0" if low == high or not bits & 1 else f"{low}.00-{high}.00"


def in_json(values: Iterable[str]) -> str:
    """A JSON array inside a string."""
    return msgspec.json.encode(list(values)).decode()


def texts(values: tuple[str, ...], bits: int) -> str:
    """Texts in one string: mostly a JSON array, rarely plain, a comma list or nothing."""
    match bits & 31:
        case 7:
            return ",".join(values)
        case 13:
            return values[0]
        case 21:
            return "[]"
        case 30:
            return ""
        case _:
            return in_json(values)


def beijing(milliseconds: int) -> str:
    """A moment with its offset: 2019-12-24T01:06:37+08:00."""
    return datetime.fromtimestamp(milliseconds // 1000, _BEIJING).isoformat()


def beijing_clock(milliseconds: int) -> str:
    """A moment as a clock in Beijing shows it: 2019-12-24 01:06:37."""
    return f"{datetime.fromtimestamp(milliseconds // 1000, _BEIJING):%Y-%m-%d %H:%M:%S}"


def utc(milliseconds: int) -> str:
    """A moment in UTC: 2019-12-31T11:14:12.000+0000 with a colon in the offset."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}+00:00"
