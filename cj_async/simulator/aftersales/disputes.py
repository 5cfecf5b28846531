"""How is a dispute opened, withdrawn and decided? The five operations of the chapter Disputes."""

from __future__ import annotations

from .._account import Account
from .._answers import PARAM_ERROR, Refusal, Refused
from .._evidence import behaves
from .._ids import IdSpace
from .._money import Charge
from .._spelling import dollars
from .._world import Call, World
from ..orders import ids, moves
from ..orders.model import Line, Order
from . import complaint, reading
from .complaint import CANCELLATION, NOT_CONFIRMED, NOT_CREATED, Claim, Product
from .model import REFUND, REISSUE, REJECT, Dispute
from .tracking import clock

DECIDE = "aftersales.decide"
"""The agenda's name of CJ's decision on a dispute."""
NOT_CANCELLED = Refusal(1607009, "dispute cancel fail")
_DONE = "true"
_LONGEST_MESSAGE = 500
_DECIDED_AFTER = 3 * 86_400.0
_CANCELLED_AFTER = 3_600.0
_BALANCE, _PLATFORM = 1, 2
_ACCOUNT_SHIFT = 20


@behaves(
    "disputes.products",
    "quantity is what can still be complained about; where it is 0, canChoose is false.",
    "assumed",
)
def products(call: Call) -> object:
    """The lines of a paid order."""
    order = complaint.order_of(call, call.query.text("orderId"))
    complaint.check_open(order, complaint.NO_PRODUCTS)
    return {
        **_names(call, order),
        "productInfoList": [complaint.row_of(call, order, line) for line in order.lines],
    }


def confirm_info(call: Call) -> object:
    """What can be asked for; nothing changes."""
    order = complaint.order_of(call, call.body["orderId"])
    complaint.check_open(order, NOT_CONFIRMED)
    rows = reading.rows(call.body["productInfoList"])
    complaint.check_unchanged(call, order, rows)
    wanted = complaint.claim(order, rows, NOT_CONFIRMED)
    complaint.check_price(rows, order, NOT_CONFIRMED)
    return {
        **_names(call, order),
        "maxProductPrice": dollars(wanted.goods),
        "maxPostage": dollars(wanted.postage),
        "maxIossTaxAmount": 0,
        "maxIossHandTaxAmount": 0,
        "maxAmount": dollars(wanted.most),
        "expectResultOptionList": [str(each) for each in complaint.outcomes(order)],
        "productInfoList": _confirmed(call, order, wanted),
        "disputeReasonList": [
            {"disputeReasonId": number, "reasonName": words}
            for number, words in complaint.reasons(order).items()
        ],
    }


@behaves(
    "disputes.confirm_info",
    "Its rows name the SKU of the variant, and canChoose is false.",
    "documented",
    "000, 7.2, example",
)
def _confirmed(call: Call, order: Order, wanted: Claim) -> list[dict[str, object]]:
    return [
        {
            **complaint.row_of(call, order, line),
            "canChoose": False,
            "quantity": pieces,
            "sku": line.sku,
        }
        for line, pieces in wanted.lines
    ]


def _names(call: Call, order: Order) -> dict[str, object]:
    return {"orderId": str(ids.shown(call.world, order)), "orderNumber": order.number}


@behaves(
    "disputes.create",
    "The same businessDisputeId again answers as the first time and opens nothing; with another order "
    "it is refused with 1607008.",
    "assumed",
    "000, 7.3 calls it unique",
)
def create(call: Call) -> object:
    """Open a dispute, once for each ``businessDisputeId``."""
    order = complaint.order_of(call, call.body["orderId"])
    business_id = reading.text(call.body, "businessDisputeId", 100)
    known = call.account.state.aftersales.of_business_id(business_id)
    if known is not None:
        if known.order != order.code:
            raise Refused(NOT_CREATED)
        return _DONE
    complaint.check_open(order, NOT_CREATED)
    dispute = _opened(call, order, business_id)
    state = call.account.state.aftersales
    state.made += 1
    state.disputes[dispute.id] = dispute
    order.dispute = dispute.id
    for line in dispute.lines:
        order.disputed[line.line_id] = order.disputed.get(line.line_id, 0) + line.pieces
    wait = _CANCELLED_AFTER if dispute.reason == CANCELLATION else _DECIDED_AFTER
    call.world.agenda.add(dispute.created + wait, DECIDE, call.account.number, dispute.id)
    return _DONE


@behaves(
    "disputes.create",
    "A reason or an outcome that disputes.confirm_info does not offer is refused with 1607008, numbers "
    "outside the documented lists with 1600300.",
    "assumed",
)
def _opened(call: Call, order: Order, business_id: str) -> Dispute:
    body = call.body
    reason = reading.pieces(body, "disputeReasonId")
    expects, refund_to = reading.pieces(body, "expectType"), reading.pieces(body, "refundType")
    if expects not in (REFUND, REISSUE) or refund_to not in (_BALANCE, _PLATFORM):
        raise Refused(PARAM_ERROR)
    message = reading.text(body, "messageText", _LONGEST_MESSAGE)
    pictures, videos = reading.texts(body.get("imageUrl")), reading.texts(body.get("videoUrl"))
    rows = reading.rows(body["productInfoList"])
    if reason not in complaint.reasons(order) or expects not in complaint.outcomes(order):
        raise Refused(NOT_CREATED)
    wanted = complaint.claim(order, rows, NOT_CREATED)
    complaint.check_price(rows, order, NOT_CREATED)
    return Dispute(
        id=_new_id(call),
        business_id=business_id,
        order=order.code,
        reason=reason,
        expects=expects,
        refund_to=refund_to,
        message=message,
        most=wanted.most,
        lines=wanted.disputed,
        created=call.world.clock.time(),
        pictures=list(pictures),
        videos=list(videos),
    )


def _new_id(call: Call) -> str:
    number = (call.account.number << _ACCOUNT_SHIFT) + call.account.state.aftersales.made
    return f"SH{IdSpace(call.catalog.seed, 'dispute').long(number)}"


@behaves(
    "disputes.cancel",
    "Only an open dispute of this order can be withdrawn, everything else is refused with 1607009; its "
    "pieces can be complained about again.",
    "assumed",
)
def cancel(call: Call) -> object:
    """Withdraw a dispute."""
    order = complaint.order_of(call, call.body["orderId"])
    wanted = reading.text(call.body, "disputeId", 100)
    dispute = call.account.state.aftersales.disputes.get(wanted)
    if dispute is None or dispute.order != order.code or dispute.status != "PROCESSING":
        raise Refused(NOT_CANCELLED)
    dispute.status = "CANCELLED"
    _release(order, dispute)
    return _DONE


def _release(order: Order, dispute: Dispute) -> None:
    for line in dispute.lines:
        order.disputed[line.line_id] -= line.pieces
        if not order.disputed[line.line_id]:
            del order.disputed[line.line_id]


@behaves(
    "disputes",
    "CJ agrees by itself: to a cancellation after an hour, to everything else after three days. A "
    "cancellation of an order that was sent meanwhile is rejected.",
    "assumed",
)
def decide(world: World, account: Account, dispute_id: str) -> None:
    """What becomes of a dispute when its time has come."""
    dispute = account.state.aftersales.disputes.get(dispute_id)
    order = account.state.book.orders.get(dispute.order) if dispute else None
    if dispute is None or order is None or dispute.status != "PROCESSING":
        return
    too_late = dispute.reason == CANCELLATION and order.shipped is not None
    end(world, account, dispute, REJECT if too_late else dispute.expects)


@behaves(
    "disputes",
    "A refund goes to the balance unless it was asked for on the platform or the order is a sandbox "
    "order; a whole order that was called off becomes CANCELLED. A rejection sets the pieces free.",
    "assumed",
)
def end(world: World, account: Account, dispute: Dispute, deal: int) -> None:
    """End an open dispute: REFUND, REISSUE or REJECT."""
    order = account.state.book.orders[dispute.order]
    dispute.status, dispute.deal = "COMPLETED", deal
    if deal == REJECT:
        _release(order, dispute)
    if deal != REFUND:
        return
    dispute.money = dispute.most
    if dispute.refund_to == _BALANCE and not order.sandbox:
        money = account.state.money
        money.balance += dispute.most
        money.charges.append(Charge(-dispute.most, dispute.id, world.clock.time()))
    all_gone = all(complaint.left(order, line) == 0 for line in order.lines)
    if all_gone and moves.can_become(order, "CANCELLED"):
        moves.cancel(world, account, order)


@behaves("disputes.list", "Newest first; pages of any size from 1 on.", "assumed")
def listing(call: Call) -> object:
    """The disputes of the account that fit the filters, one page of them."""
    query = call.query
    page, size = query.integer("pageNum", 1), query.integer("pageSize", 10)
    found = [
        each
        for each in reversed(call.account.state.aftersales.disputes.values())
        if _is_wanted(call, each)
    ]
    first = (page - 1) * size
    return {
        "pageNum": page,
        "pageSize": size,
        "total": len(found),
        "list": [_row(call, each) for each in found[first : first + size]],
    }


def _is_wanted(call: Call, dispute: Dispute) -> bool:
    query, order = call.query, call.account.state.book.orders[dispute.order]
    return (
        query.text("orderId") in ("", order.code, str(order.long_id))
        and query.text("orderNumber") in ("", order.number)
        and query.text("disputeId") in ("", dispute.id, dispute.id[2:])
    )


@behaves(
    "disputes.list",
    "status is PROCESSING, COMPLETED or CANCELLED; disputeReason comes in words, createDate in UTC.",
    "assumed",
)
@behaves(
    "disputes.list",
    "A reissue has no order of its own: resendOrderCode is null.",
    "assumed",
)
def _row(call: Call, dispute: Dispute) -> dict[str, object]:
    order = call.account.state.book.orders[dispute.order]
    disputed = {each.line_id for each in dispute.lines}
    return {
        "status": dispute.status,
        "id": dispute.id,
        "disputeReason": complaint.reason_words(dispute.reason),
        "replacementAmount": dollars(dispute.most if dispute.deal == REISSUE else 0),
        "resendOrderCode": None,
        "money": dollars(dispute.money),
        "finallyDeal": dispute.deal,
        "createDate": clock(dispute.created),
        "productList": [_product(call, line) for line in order.lines if line.line_id in disputed],
    }


def _product(call: Call, line: Line) -> dict[str, object]:
    product = Product.of(call.catalog, line)
    return {
        "image": product.image,
        "price": dollars(line.price),
        "lineItemId": line.line_id,
        "cjProductId": product.pid,
        "cjVariantId": line.vid or None,
        "productName": product.name,
        "supplierName": product.supplier,
    }
