"""What is printed on goods made to order? Pictures that can be replaced until the parcel leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from .._answers import Refused
from .._evidence import behaves
from .._world import Call, Operation
from . import refusals
from .messages import tell
from .model import Order

_FAILED, _DONE = 0, 2
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Urls = Annotated[list[Text], Meta(min_length=1)]


class _Edit(msgspec.Struct, rename="camel"):
    order_code: Text
    line_item_id: Text
    effect_img_list: Urls
    production_img_list: Urls


class _Edits(msgspec.Struct):
    rows: list[_Edit] = msgspec.field(name="podPicturesEditParams")


@behaves(
    "orders.edit_pod_pictures",
    "A row without one of its fields is refused with 804, Param error.",
    "documented",
    "002, 5.3.3; for which mistakes is assumed",
)
@behaves(
    "orders.edit_pod_pictures",
    "Every row is told with 2, done, or 0, failed; nothing is ever under way (1).",
    "documented",
    "002, 5.3.3; that nothing is under way is assumed",
)
def _edit(call: Call) -> object:
    try:
        rows = msgspec.convert(dict(call.body), _Edits).rows
    except msgspec.ValidationError:
        raise Refused(refusals.WRONG_PICTURES) from None
    return {"list": [_row(call, each) for each in rows]}


def _row(call: Call, edit: _Edit) -> dict[str, object]:
    problem = _change(call, edit)
    return {
        "orderCode": edit.order_code,
        "lineItemId": edit.line_item_id,
        "result": _FAILED if problem else _DONE,
        "failedMessage": problem,
    }


@behaves(
    "orders.edit_pod_pictures",
    "A row fails where the order is not known; its words are No matching order number found.",
    "documented",
    "002, 5.3.3",
)
@behaves(
    "orders.edit_pod_pictures",
    "A row fails where the order has no such line, the line is not made to order, or the order was "
    "shipped or cancelled.",
    "assumed",
)
def _change(call: Call, edit: _Edit) -> str | None:
    """Replace the pictures of a line; says why it cannot be."""
    order = call.account.state.book.orders.get(edit.order_code)
    if order is None:
        return "No matching order number found"
    line = next((each for each in order.lines if each.line_id == edit.line_item_id), None)
    if line is None:
        return "No matching line item found"
    if not line.pod:
        return "The line item is not a POD product"
    if _is_over(order):
        return f"The order is {order.status}"
    line.pictures = {"effect": edit.effect_img_list, "production": edit.production_img_list}
    tell(call.world, call.account, order)
    return None


def _is_over(order: Order) -> bool:
    return order.status in ("SHIPPED", "DELIVERED", "CANCELLED")


OPERATIONS: Mapping[str, Operation] = {"orders.edit_pod_pictures": _edit}
