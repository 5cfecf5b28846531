"""What can be asked of the simulator over HTTP, below ``/__sim__``? One table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from . import handlers as do
from .asks import Ask

if TYPE_CHECKING:
    from .control import Control

Handler = Callable[["Control", Ask], object]


class Route(NamedTuple):
    """A method of a path, who answers it, and in words what it does; {…} is any part of a path."""

    method: str
    path: str
    handler: Handler
    what: str


def _directory(_: Control, __: Ask) -> object:
    return [{"method": each.method, "path": each.path, "what": each.what} for each in ROUTES]


ROUTES: Sequence[Route] = (
    Route("GET", "/", _directory, "this table"),
    Route("POST", "/reset", do.reset, "everything as when it was first started"),
    Route("GET", "/snapshots", do.list_snapshots, "the snapshots that are kept"),
    Route("POST", "/snapshots", do.take_snapshot, "keep how it is now: {name}"),
    Route("POST", "/snapshots/{name}/restore", do.restore_snapshot, "have it again as it was"),
    Route("DELETE", "/snapshots/{name}", do.forget_snapshot, "keep it no longer"),
    Route("GET", "/accounts", do.list_accounts, "every account: key, tier, points, balance"),
    Route("POST", "/accounts", do.add_account, "one more: {tier, points, balance}"),
    Route("GET", "/accounts/{account}", do.show_account, "one: by number, place from 0, or key"),
    Route(
        "PATCH",
        "/accounts/{account}",
        do.change_account,
        "set {tier, points, remaining, balance}; what is left out stays",
    ),
    Route("GET", "/clock", do.show_clock, "the time, whether it is frozen, how fast it runs"),
    Route("POST", "/clock/freeze", do.freeze_clock, "stand still"),
    Route("POST", "/clock/thaw", do.thaw_clock, "run again"),
    Route("POST", "/clock/advance", do.advance_clock, "{seconds} forward; what is due happens"),
    Route("POST", "/clock/speed", do.speed_clock, "{factor} seconds pass in a real one"),
    Route(
        "GET",
        "/requests",
        do.list_requests,
        "the log, oldest first: ?operation&account&status&code&since&limit; since is the number of a "
        "record, or a moment; limit is 100 when left out",
    ),
    Route("DELETE", "/requests", do.clear_requests, "forget all records and counts"),
    Route("GET", "/orders", do.list_orders, "orders: ?account&status"),
    Route("GET", "/orders/{order}", do.show_order, "one: by code, long id, or your own number"),
    Route("POST", "/orders/{order}/advance", do.advance_order, "confirm, pay, ship, deliver it"),
    Route("POST", "/orders/{order}/move", do.move_order, "until it has a {status}; or CANCELLED"),
    Route("GET", "/balance", do.show_balance, "the balance: ?account (the first when left out)"),
    Route("GET", "/charges", do.list_charges, "what left the balance: ?account"),
    Route("GET", "/payables", do.list_payables, "what can be paid, or has been: ?account"),
    Route("GET", "/disputes", do.list_disputes, "complaints: ?account"),
    Route("GET", "/callbacks", do.list_callbacks, "messages of webhooks, newest last: ?account"),
    Route("GET", "/agenda", do.list_agenda, "what will happen by itself, and when"),
    Route(
        "GET",
        "/state/{room}",
        do.show_room,
        "book, money, private, outbound, merging, aftersales or callbacks as it is: ?account",
    ),
    Route("GET", "/faults", do.list_faults, "what goes wrong, and how often it has"),
    Route("POST", "/faults", do.add_fault, "one more: the fields of a fault"),
    Route("PUT", "/faults", do.load_faults, "a schedule instead: {faults: [...], seed}"),
    Route("POST", "/faults/rewind", do.rewind_faults, "let all begin again"),
    Route("DELETE", "/faults", do.clear_faults, "nothing goes wrong any more"),
    Route("POST", "/events", do.fire_event, "send a webhook: {type, messageType, params, account}"),
    Route("GET", "/catalog", do.show_catalog, "how many products there are, and what changed"),
    Route(
        "POST",
        "/catalog/churn",
        do.churn,
        "many at once: {seed, inserted, deleted, repriced, restocked}, which are numbers of products",
    ),
    Route("POST", "/catalog/products", do.add_product, "a new product"),
    Route(
        "PATCH",
        "/catalog/products/{pid}",
        do.change_product,
        "another price ({factor} or {cents}), or {pieces} in a {country}",
    ),
    Route("DELETE", "/catalog/products/{pid}", do.remove_product, "take it off the shelves"),
)


def found(path: str) -> dict[str, tuple[Route, dict[str, str]]]:
    """The routes of a path by their method, with the variable parts of the path."""
    return {
        route.method: (route, match.groupdict())
        for pattern, route in _PATTERNS
        if (match := pattern.fullmatch(path))
    }


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))


_PATTERNS = tuple((_pattern(route.path), route) for route in ROUTES)
