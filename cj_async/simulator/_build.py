"""What is a simulator made of? Its settings, checked, become a world."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from ipaddress import ip_address

from ._account import Accounts, Lives
from ._catalog import Catalog
from ._checks import LONGEST_WAIT, MOST_PRODUCTS, check, check_count, check_loopback, check_positive
from ._clock import Clock
from ._listing import Listing
from ._operations import ACTIONS, SETTLED
from ._quirks import chosen
from ._spec import routes
from ._world import World

_LISTS = ("products.search", "products.list")


def check_address(host: str, port: int, allow_remote: bool) -> None:
    """Refuse to listen where others could come by, unless that is wanted.

    Raises:
        ValueError: naming host or port.
    """
    check_count("port", port, 0, 65_535)
    if allow_remote:
        check("host", host, _is_address(host), "an IP address")
    elif _is_address(host) and not ip_address(host).is_loopback:
        rule = "a loopback address such as 127.0.0.1 or ::1 (unless allow_remote=True)"
        check("host", host, False, rule)
    else:
        check_loopback("host", host)


def check_waits(latency: float, per_ip: float | None) -> None:
    """Refuse a latency or a rate that makes no sense.

    Raises:
        ValueError: naming it.
    """
    check("latency", latency, 0 <= latency <= LONGEST_WAIT, f"0 to {LONGEST_WAIT} seconds")
    check_positive("per_ip", per_ip)


def visible(host: str) -> str:
    """Where this machine reaches a server that listens on a host, as part of a URL."""
    address = ip_address(host)
    if address.is_unspecified:
        return "[::1]" if address.version == 6 else "127.0.0.1"
    return f"[{host}]" if address.version == 6 else host


def lives_of(token: timedelta, refresh: timedelta, reuse: bool) -> Lives:
    """How long tokens last.

    Raises:
        ValueError: naming the span that makes no sense.
    """
    check_positive("token_life", token.total_seconds())
    check_positive("refresh_life", refresh.total_seconds())
    return Lives(token.total_seconds(), refresh.total_seconds(), reuse)


def ignored(names: Collection[str]) -> frozenset[str]:
    """Query parameters of the product lists, by name.

    Raises:
        ValueError: a name is none of theirs.
    """
    lists = [each for verbs in routes().values() for each in verbs.values()]
    known = {
        parameter.name
        for route in lists
        if route.operation in _LISTS
        for parameter in route.parameters
    }
    unknown = sorted(set(names) - known)
    if unknown:
        raise ValueError(
            f"ignores must be among {', '.join(sorted(known))}, got {', '.join(unknown)}"
        )
    return frozenset(names)


def world_of(
    products: int,
    seed: int,
    page_cap: int | None,
    clock: Clock,
    quirks: bool | Collection[str],
    token_limits: bool,
    ignores: Collection[str],
) -> World:
    """A world without accounts.

    Raises:
        ValueError: naming the setting that makes no sense.
    """
    check_count("products", products, 0, MOST_PRODUCTS)
    check_count("page_cap", page_cap, 1, MOST_PRODUCTS)
    catalog, on = Catalog(products, seed), chosen(quirks)
    return World(
        catalog=catalog,
        accounts=Accounts(),
        clock=clock,
        listing=Listing(
            catalog, page_cap, capped_totals="capped_totals" in on, ignores=ignored(ignores)
        ),
        quirks=on,
        token_limits=token_limits,
        actions=ACTIONS,
        settled=SETTLED,
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
