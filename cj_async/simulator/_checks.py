"""Are the simulator's settings sane? Each check names the argument, its value and the rule."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from math import isfinite

TIERS: Mapping[str, float] = {"free": 1.0, "plus": 2.0, "prime": 4.0, "advanced": 6.0}
LONGEST_WAIT = 600
MOST_PRODUCTS = 5_000_000
_FASTEST = 100_000


def check(name: str, value: object, holds: bool, rule: str) -> None:
    """Refuse a value that breaks a rule.

    Raises:
        ValueError: naming all three.
    """
    if not holds:
        raise ValueError(f"{name} must be {rule}, got {value!r}")


def check_count(name: str, value: int | None, least: int, most: int) -> None:
    """Refuse a count outside its range; None passes.

    Raises:
        ValueError: it is outside.
    """
    check(name, value, value is None or least <= value <= most, f"{least:,} to {most:,}")


def check_positive(name: str, value: float | None) -> None:
    """Refuse a number that is not above 0 and finite; None passes.

    Raises:
        ValueError: it is not.
    """
    check(name, value, value is None or (value > 0 and isfinite(value)), "above 0")


def check_tier(name: str, tier: str | float) -> float:
    """The requests a second of a tier.

    Raises:
        ValueError: an unknown name, or a number that is no rate.
    """
    rule = f"{', '.join(TIERS)}, or requests a second above 0 and up to {_FASTEST:,}"
    rate = TIERS.get(tier, 0.0) if isinstance(tier, str) else float(tier)
    check(name, tier, 0 < rate <= _FASTEST, rule)
    return rate


def check_loopback(name: str, host: str) -> None:
    """Refuse an address that other machines could reach.

    Raises:
        ValueError: it is no loopback address.
    """
    try:
        holds = ip_address(host).is_loopback
    except ValueError:
        holds = False
    check(name, host, holds, "a loopback address such as 127.0.0.1 or ::1")
