"""What does somebody see who looks inside? Accounts, orders and money as values that change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from .._account import Account
from .._money import Charge, Payable, PaymentKind
from ..aftersales.model import Dispute, DisputeStatus
from ..callbacks.model import Delivery, Progress
from ..orders.model import Line, Order, Status
from .accounts import tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account; its points are as they were at its last call.

    Attributes:
        place: 0 for the first account.
        tier: its name, or requests a second.
        rate: requests a second.
        points: points a day, None when they are not counted.
        remaining: points that are left today.
        balance: US dollars.
    """

    number: int
    place: int
    name: str
    api_key: str = field(repr=False)
    open_id: str = field(repr=False)
    tier: str | float
    rate: float
    points: int | None
    remaining: int | None
    used_today: int | None
    balance: Decimal
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of an order; the price is of one piece, US dollars."""

    line_id: str
    store_line_id: str
    vid: str
    sku: str
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order; amounts are US dollars, moments None until they come.

    Attributes:
        code: ``SD…``.
        long_id: the long number that stands for it elsewhere.
        number: the caller's own.
        account: number of its account.
        step: of a sandbox order: 300 to 700.
        fields: the body it was created with.
    """

    code: str
    long_id: str
    number: str
    account: int
    status: Status
    sandbox: bool
    step: int
    parent: str
    merged_into: str
    intercepted: str
    method: str
    origin: str
    destination: str
    track_number: str
    goods: Decimal
    postage: Decimal
    total: Decimal
    lines: Sequence[LineView]
    fields: Mapping[str, object]
    created: datetime
    paid: datetime | None
    shipped: datetime | None
    delivered: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeView:
    """Money that left the balance, US dollars, and which payable it was for."""

    account: int
    amount: Decimal
    payable: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableView:
    """Something that can be paid once, US dollars.

    Attributes:
        id: what a payment names it by.
        pay_id: its payment's own id.
        owner: what it belongs to.
        simulated: whether no money moves.
        expires: until when it can be paid; None: for good.
        paid_at: when it was paid; None while it was not.
    """

    account: int
    id: str
    pay_id: str
    kind: PaymentKind
    amount: Decimal
    owner: str
    simulated: bool
    expires: datetime | None
    paid_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """A complaint about an order, US dollars.

    Attributes:
        business_id: the caller's own id of it.
        most: what is refunded or sent again when CJ agrees.
        refunded: what was refunded.
    """

    account: int
    id: str
    business_id: str
    order: str
    status: DisputeStatus
    message: str
    most: Decimal
    refunded: Decimal
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackView:
    """A message of a webhook and what became of it.

    Attributes:
        progress: ``due``, ``waiting`` for another attempt, ``delivered``, ``given up`` or ``dropped``.
        statuses: HTTP status of each attempt, None where nothing came back in time.
    """

    account: int
    message_id: str
    topic: str
    type: str
    message_type: str
    params: Mapping[str, object]
    at: datetime
    progress: Progress
    statuses: Sequence[int | None]


def account_view(account: Account) -> AccountView:
    """An account as it is now."""
    points = account.points
    return AccountView(
        number=account.number,
        place=account.place,
        name=account.name,
        api_key=account.api_key,
        open_id=str(account.open_id),
        tier=tier_of(account.rate),
        rate=account.rate,
        points=points.total if points else None,
        remaining=points.remaining if points else None,
        used_today=points.used_today if points else None,
        balance=dollars(account.state.money.balance),
        orders=len(account.state.book.orders),
    )


def order_view(account: Account, order: Order) -> OrderView:
    """An order as it is now."""
    return OrderView(
        code=order.code,
        long_id=str(order.long_id),
        number=order.number,
        account=account.number,
        status=order.status,
        sandbox=order.sandbox,
        step=order.step,
        parent=order.parent,
        merged_into=order.merged_into,
        intercepted=order.intercepted,
        method=order.method,
        origin=order.origin,
        destination=order.destination,
        track_number=order.track_number,
        goods=dollars(order.goods),
        postage=dollars(order.postage),
        total=dollars(order.total),
        lines=tuple(map(_line_view, order.lines)),
        fields=dict(order.fields),
        created=moment(order.created),
        paid=_moment(order.paid),
        shipped=_moment(order.shipped),
        delivered=_moment(order.delivered),
    )


def charge_view(account: Account, charge: Charge) -> ChargeView:
    """A charge."""
    return ChargeView(
        account=account.number,
        amount=dollars(charge.amount),
        payable=charge.payable,
        at=moment(charge.at),
    )


def payable_view(account: Account, payable: Payable) -> PayableView:
    """A payable as it is now."""
    return PayableView(
        account=account.number,
        id=payable.id,
        pay_id=payable.pay_id,
        kind=payable.kind,
        amount=dollars(payable.amount),
        owner=payable.owner,
        simulated=payable.simulated,
        expires=_moment(payable.expires),
        paid_at=_moment(payable.paid_at),
    )


def dispute_view(account: Account, dispute: Dispute) -> DisputeView:
    """A dispute as it is now."""
    return DisputeView(
        account=account.number,
        id=dispute.id,
        business_id=dispute.business_id,
        order=dispute.order,
        status=dispute.status,
        message=dispute.message,
        most=dollars(dispute.most),
        refunded=dollars(dispute.money),
        created=moment(dispute.created),
    )


def callback_view(account: Account, delivery: Delivery) -> CallbackView:
    """A message as it is now."""
    event = delivery.event
    return CallbackView(
        account=account.number,
        message_id=delivery.message_id,
        topic=delivery.topic,
        type=event.kind,
        message_type=event.message_type,
        params=dict(event.params),
        at=moment(event.at),
        progress=delivery.progress,
        statuses=tuple(attempt.status for attempt in delivery.attempts),
    )


def dollars(cents: int) -> Decimal:
    """Cents as US dollars."""
    return Decimal(cents).scaleb(-2)


def moment(at: float) -> datetime:
    """Seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(at, UTC)


def _moment(at: float | None) -> datetime | None:
    return None if at is None else moment(at)


def _line_view(line: Line) -> LineView:
    return LineView(
        line_id=line.line_id,
        store_line_id=line.store_line_id,
        vid=line.vid,
        sku=line.sku,
        quantity=line.quantity,
        price=dollars(line.price),
    )
