"""May a submitted group become one order? A code of CJ's for every reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec

from .._answers import PARAM_ERROR, Refused
from .._bodies import Fields
from .._evidence import behaves
from .._world import Call
from ..orders.model import Order
from .groups import (
    address,
    is_abnormal,
    is_on_page,
    known,
    origin,
    quotes,
    ships_from_supplier,
)

ONLY_ONE, ABNORMAL, NO_DATA, OTHER_ADDRESS = 11001, 11002, 11003, 11004
NO_METHOD, FROM_SUPPLIER, CHANGED, OTHER_REASON = 11005, 11006, 11007, 11100


class Group(msgspec.Struct, rename="camel"):
    """A group as it is submitted."""

    logistic_name: Annotated[str, msgspec.Meta(max_length=50)]
    order_code_list: list[str]
    order_number: Annotated[str, msgspec.Meta(max_length=50)]
    order_status: Literal[100, 101]
    pack_type: Literal[0, 1]

    @property
    def codes(self) -> list[str]:
        """The codes of its orders, each once."""
        return list(dict.fromkeys(self.order_code_list))


def groups_of(rows: Sequence[Fields]) -> list[Group]:
    """The groups of a submission.

    Raises:
        Refused: there is none, or a field is not what it must be.
    """
    if not rows:
        raise Refused(PARAM_ERROR)
    try:
        return msgspec.convert(list(rows), list[Group])
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None


class Verdict(NamedTuple):
    """What becomes of a group: its orders, or the code of the reason why they stay as they are."""

    orders: Sequence[Order]
    code: int | None = None


@behaves(
    "merge_orders.submit",
    "Codes 11001 one order only, 11002 abnormal, 11003 no data, 11004 addresses differ, 11005 no "
    "method, 11006 the supplier ships, 11007 the status changed, 11100 another reason.",
    "documented",
    "002, 5.5.6",
)
@behaves(
    "merge_orders.submit",
    "The first that applies of 11001, 11003, 11002, 11007, 11006, 11100, 11004, 11005 is told.",
    "assumed",
)
@behaves(
    "merge_orders.submit",
    "11003 is an order that the account does not have; 11007 one that is on another page than "
    "orderStatus says; 11100 a waybill of the shop's platform, another origin, or sandbox and reality.",
    "assumed",
)
def judge(call: Call, group: Group) -> Verdict:
    """Look whether a group can be merged; nothing changes."""
    if len(group.codes) == 1:
        return Verdict((), ONLY_ONE)
    orders = known(call, group.codes)
    if orders is None:
        return Verdict((), NO_DATA)
    return Verdict(orders, _of_each(call, orders, group.order_status) or _of_all(orders, group))


def _of_each(call: Call, orders: Sequence[Order], page: int) -> int | None:
    """What is wrong with one of the orders."""
    if any(is_abnormal(call, order) for order in orders):
        return ABNORMAL
    if not all(is_on_page(order, page) for order in orders):
        return CHANGED
    if any(ships_from_supplier(call, order) for order in orders):
        return FROM_SUPPLIER
    return OTHER_REASON if any(order.on_platform for order in orders) else None


def _of_all(orders: Sequence[Order], group: Group) -> int | None:
    """What keeps the orders from going together."""
    if len({origin(order) for order in orders}) > 1:
        return OTHER_REASON
    if len({address(order) for order in orders}) > 1:
        return OTHER_ADDRESS
    names = {each.method.name for each in quotes(orders)}
    return None if group.logistic_name in names else NO_METHOD
