"""Whose label is on the parcel? That of the shop's platform, handed in once the order is paid."""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import PARAM_ERROR, Refused
from .._evidence import behaves
from .._forms import File
from .._storage import storehouse
from .._world import Call, Operation
from . import moves, refusals
from .messages import tell
from .model import Order

_LONGEST = 200


@behaves(
    "orders.upload_waybill",
    "Handing in a second label replaces the first; the warehouse's two days do not begin anew.",
    "assumed",
)
@behaves(
    "orders.upload_waybill",
    "A success has no code under `answers_without_code`; neither has orders.update_waybill's.",
    "documented",
    "examples of 002, 5.3.1 and 5.3.2",
)
def _upload(call: Call) -> object:
    order = _order(call)
    is_first = not order.waybill
    _take(call, order)
    if is_first and not order.sandbox:
        moves.plan_shipping(call.world, call.account, order)
    return True


@behaves(
    "orders.update_waybill",
    "An order without a label is refused with 1600300: there is nothing to update.",
    "assumed",
)
def _update(call: Call) -> object:
    order = _order(call)
    if not order.waybill:
        raise Refused(refusals.NO_LABEL_YET)
    _take(call, order)
    return True


@behaves(
    "orders.upload_waybill",
    "An order that does not ship with logistics of the shop's platform is refused with 804.",
    "documented",
    "002, 5.3.2",
)
@behaves(
    "orders.upload_waybill",
    "Only after the payment; an order that is unpaid, shipped or cancelled is refused with 819.",
    "documented",
    "002, 5.3.1; the code, and that shipped ones are refused, are assumed",
)
@behaves("orders.upload_waybill", "An unknown order is refused with 1603100.", "assumed")
@behaves(
    "orders.upload_waybill",
    "orderId, the shop's id of the order, is not compared with anything.",
    "assumed",
)
def _order(call: Call) -> Order:
    if any(len(value) > _LONGEST for value in call.body.values() if isinstance(value, str)):
        raise Refused(PARAM_ERROR)
    order = call.account.state.book.orders.get(str(call.body["cjOrderId"]))
    if order is None:
        raise Refused(refusals.NO_ORDER)
    if not order.on_platform:
        raise Refused(refusals.NO_LABEL_TAKEN)
    if order.status != "UNSHIPPED":
        raise Refused(refusals.NOT_PAID)
    return order


@behaves(
    "orders.upload_waybill",
    "A carrier that is not among logisticsBrandList of the order's warehouse is refused with 806.",
    "documented",
    "002, 5.3.1",
)
def _take(call: Call, order: Order) -> None:
    carrier = str(call.body["cjShippingCompanyName"])
    storage = storehouse(call.catalog, order.storage)
    if storage is None or carrier not in storage.carriers:
        raise Refused(refusals.no_carrier(storage.name if storage else "null", carrier))
    file = call.body["waybillFile"]
    order.track_number = str(call.body["trackNumber"])
    order.waybill = {
        "carrier": carrier,
        "track": order.track_number,
        "file": file.name if isinstance(file, File) else "",
    }
    tell(call.world, call.account, order)


OPERATIONS: Mapping[str, Operation] = {
    "orders.upload_waybill": _upload,
    "orders.update_waybill": _update,
}
