"""How do goods of the private stock get to a customer? The calls of outbound orders."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .. import _shipping
from .._answers import NO_STORAGE, PARAM_ERROR, Refusal, Refused
from .._evidence import behaves
from .._spelling import dollars
from .._storage import storehouse
from .._world import Action, Call, Operation
from . import events, goods, submission, tasks
from .model import OutboundLine, OutboundOrder
from .progress import not_ready, progress, submit_status
from .requests import OrderWanted, Recipient, read

_NO_COUNTRY = Refusal(1605002, "The country code does not exist")
_TOO_LATE = Refusal(1603000, "The outbound order can no longer be changed")
_NO_LINE = Refusal(1603000, "The outbound order has no such product line")
_NOT_CANCELLED = Refusal(1603002, "The outbound order can no longer be cancelled")
_DONE = ("submitted", "cancelled")


@behaves(
    "outbound.addresses",
    "The addresses of the account's book, under the names of this call.",
    "documented",
    "002, 5.8.1.2 and 5.8.2",
)
def _addresses(call: Call) -> object:
    book = call.account.state.private.addresses
    return [_address(each.id, each.fields) for each in book.values()]


def _address(address_id: str, fields: Mapping[str, str]) -> dict[str, object]:
    names = [fields.get("firstName"), fields.get("lastName")]
    return {
        "id": address_id,
        "name": " ".join(name for name in names if name),
        **{name: fields.get(name) for name in _OF_THE_BOOK},
    }


_RECIPIENT = tuple(each.encode_name for each in msgspec.structs.fields(Recipient))
_OF_THE_BOOK = (
    "firstName",
    "lastName",
    "country",
    "countryCode",
    "province",
    "city",
    "countyTown",
    "address",
    "addressNew",
    "zip",
    "phone",
    "mail",
    "consigneeId",
)


@behaves(
    "outbound.create",
    "Without orderId it makes an order, with orderId its lines become those given, what it had locked is "
    "given back, and it is made anew.",
    "documented",
    "002, 5.8.5 and 5.8.6",
)
@behaves(
    "outbound.create",
    "A warehouse that does not exist is refused with 1608001, a country nobody delivers to with 1605002, "
    "a change of a submitted or cancelled order, or of a line it does not have, with 1603000.",
    "assumed",
)
@behaves("outbound.create", "An order number may be used again.", "assumed")
def _create(call: Call) -> object:
    wanted = read(call.body, OrderWanted)
    if storehouse(call.catalog, wanted.storage_id) is None:
        raise Refused(NO_STORAGE)
    if wanted.address.country_code not in _shipping.DELIVERED_TO:
        raise Refused(_NO_COUNTRY)
    is_new = not wanted.order_id
    order = _new(call, wanted) if is_new else _changed(call, wanted)
    tasks.begin(call.world, call.account, order)
    events.tell(call.world, call.account, order, "INSERT" if is_new else "UPDATE", "CREATED")
    return {
        "orderId": order.code,
        "createTaskStarted": True,
        "submitRequested": order.submits_itself,
        "nextAction": "POLL_CREATE_PROGRESS",
    }


def _new(call: Call, wanted: OrderWanted) -> OutboundOrder:
    lines = [goods.line(call, wanted.storage_id, each) for each in wanted.product_list]
    for line in lines:
        line.id = ""
    code, long_id = events.order_ids(call.world, call.account)
    order = OutboundOrder(code, long_id, call.world.clock.time())
    _fill(call, order, wanted, lines)
    call.account.state.outbound.orders[code] = order
    return order


def _changed(call: Call, wanted: OrderWanted) -> OutboundOrder:
    state = call.account.state
    order = goods.order_of(state, wanted.order_id or "")
    if order.stage in _DONE:
        raise Refused(_TOO_LATE)
    known = {line.id for line in order.lines}
    given = [each.id for each in wanted.product_list if each.id]
    if not known.issuperset(given) or len(given) > len(set(given)):
        raise Refused(_NO_LINE)
    lines = [goods.line(call, wanted.storage_id, each) for each in wanted.product_list]
    tasks.unlock(state, order)
    _fill(call, order, wanted, lines)
    return order


def _fill(call: Call, order: OutboundOrder, wanted: OrderWanted, lines: list[OutboundLine]) -> None:
    """Write down what was asked for; lines that are new get their ids."""
    for line in lines:
        line.id = line.id or events.line_id(call.world, call.account)
    order.number = wanted.order_number
    order.storage = wanted.storage_id
    order.platform = wanted.platform or "API"
    order.store = wanted.store_name or ""
    order.pay_node = wanted.postage_pay_node
    order.reason = wanted.reason or ""
    order.reason_en = wanted.reason_en or ""
    order.address = msgspec.to_builtins(wanted.address)
    order.lines = lines
    order.submits_itself = bool(wanted.submit)


def _progress(call: Call) -> object:
    return progress(call.account.state, _order(call), call.world.clock.time())


@behaves("outbound.submit", "Answers with POLL_SUBMIT_PROGRESS.", "documented", "002, 5.8.7")
@behaves("outbound.submit", "A second submission is refused with 1603001.", "assumed")
def _submit(call: Call) -> object:
    order = _order(call)
    if order.stage != "ready":
        raise Refused(not_ready(call.account.state, order))
    submission.submit(call.world, call.account, order)
    return {
        "orderId": order.code,
        "submitAccepted": True,
        "nextAction": "POLL_SUBMIT_PROGRESS",
    }


@behaves(
    "outbound.get",
    "orderStatus is CREATED until the order is submitted, then that of the order among the orders; or "
    "CANCELLED.",
    "assumed",
    "002, 5.8.8 has no values",
)
def _get(call: Call) -> object:
    order = _order(call)
    return {
        "orderId": order.code,
        "orderNumber": order.number,
        "storageId": order.storage,
        "platform": order.platform,
        "storeName": order.store,
        "postagePayNode": order.pay_node,
        "address": {name: order.address.get(name) for name in _RECIPIENT},
        "productList": [_line(call, order, line) for line in order.lines],
        "orderStatus": _status(call, order),
        "submitStatus": submit_status(order, call.world.clock.time()),
    }


def _line(call: Call, order: OutboundOrder, line: OutboundLine) -> dict[str, object]:
    lot = goods.lot_of(call.account.state, order, line)
    return {
        "id": line.id,
        "uid": f"{line.private_order}-{line.vid}",
        "sku": line.sku,
        "stanProductId": line.vid,
        "price": dollars(line.price),
        "privateOrderId": line.private_order,
        "quantity": line.quantity,
        "availableQuantity": goods.available(lot, line.locked),
        "lockQuantity": line.locked,
    }


def _status(call: Call, order: OutboundOrder) -> str:
    if order.stage == "cancelled":
        return "CANCELLED"
    shown = call.account.state.book.orders.get(order.code)
    return shown.status if shown else "CREATED"


@behaves(
    "outbound.cancel",
    "An order that was not submitted is cancelled, and what it had locked is given back.",
    "documented",
    "002, 5.8.1 and 5.8.9: orders that are not finished",
)
@behaves(
    "outbound.cancel",
    "A submitted order, and one that is cancelled already, is refused with 1603002.",
    "assumed",
)
def _cancel(call: Call) -> object:
    order = _order(call)
    if order.stage in _DONE:
        raise Refused(_NOT_CANCELLED)
    tasks.unlock(call.account.state, order)
    order.stage = "cancelled"
    events.tell(call.world, call.account, order, "UPDATE", "CANCELLED")
    return {"orderId": order.code, "cancelled": True}


def _order(call: Call) -> OutboundOrder:
    asked = call.body["orderId"]
    if not isinstance(asked, str):
        raise Refused(PARAM_ERROR)
    return goods.order_of(call.account.state, asked)


OPERATIONS: Mapping[str, Operation] = {
    "outbound.addresses": _addresses,
    "outbound.products": goods.products,
    "outbound.refresh_products": goods.refresh,
    "outbound.create": _create,
    "outbound.progress": _progress,
    "outbound.submit": _submit,
    "outbound.get": _get,
    "outbound.cancel": _cancel,
}
ACTIONS: Mapping[str, Action] = {**tasks.ACTIONS, **submission.ACTIONS}
