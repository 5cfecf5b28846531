"""What is an order? The one model that orders, payments, waybills, merging and disputes share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["CREATED", "IN_CART", "UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED", "CANCELLED"]
THROUGH_CJ = 2
"""The ``shop_logistics`` of orders that CJ ships."""


@dataclass(slots=True)
class Line:
    """A line of an order; ``number`` and ``place`` find its variant in the catalog, prices are cents.

    Attributes:
        number: -1 while the line is not connected with a variant of CJ.
        pod: what is printed on it, as JSON text; "" for goods that are not made to order.
        pictures: of goods made to order, the URLs under ``effect`` and ``production``.
    """

    line_id: str
    vid: str
    sku: str
    number: int
    place: int
    quantity: int
    price: int
    grams: int
    store_line_id: str = ""
    pod: str = ""
    pictures: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def connected(self) -> bool:
        """Whether it is a variant of CJ."""
        return self.number >= 0


@dataclass(slots=True)
class Order:
    """An order; amounts are cents, times seconds since 1970 (None: not yet).

    Attributes:
        code: ``SD…``, what every other call wants.
        long_id: the long number that lists and details call orderId.
        number: the caller's own order number.
        fields: the body it was created with, by CJ's names.
        step: of a sandbox order: 300 to 700.
        shop_logistics: who ships: 2 CJ, 1 and 3 the shop's platform.
        storage: id of the warehouse that sends it, 32 lower-case hex digits; "" where none is chosen.
        parent: the shipment (parent) order it belongs to once its cart was confirmed.
        intercepted: why CJ has stopped it, in words; "" where it has not.
        logistics_missing: whether no shipping method takes it.
        updated: when it changed last.
        due: when it moves on by itself; None when it does not.
        waybill: ``carrier``, ``track`` and ``file`` of the label of the shop's platform.
        dispute: id of its newest dispute.
        disputed: pieces that a dispute has been opened about, by line id.
    """

    code: str
    long_id: int
    number: str
    status: Status
    fields: dict[str, object]
    lines: list[Line]
    origin: str
    destination: str
    method: str
    postage: int
    created: float
    sandbox: bool = False
    step: int = 0
    shop_logistics: int = 2
    storage: str = ""
    parent: str = ""
    intercepted: str = ""
    logistics_missing: bool = False
    updated: float = 0.0
    due: float | None = None
    waybill: dict[str, str] = field(default_factory=dict[str, str])
    paid: float | None = None
    shipped: float | None = None
    delivered: float | None = None
    track_number: str = ""
    merged_into: str = ""
    dispute: str = ""
    disputed: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def goods(self) -> int:
        """Price of all lines."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def total(self) -> int:
        """Goods and postage."""
        return self.goods + self.postage

    @property
    def grams(self) -> int:
        """Weight of the parcel."""
        return sum(line.grams * line.quantity for line in self.lines)

    @property
    def complete(self) -> bool:
        """Whether every line is a variant of CJ."""
        return all(line.connected for line in self.lines)

    @property
    def on_platform(self) -> bool:
        """Whether the shop's platform ships it, with a label that the shop hands in."""
        return self.shop_logistics != THROUGH_CJ

    @property
    def held(self) -> bool:
        """Whether it does not go on as it is: stopped, without a method, or not all goods are CJ's."""
        return bool(self.intercepted) or self.logistics_missing or not self.complete


@dataclass(slots=True)
class Parent:
    """A shipment (parent) order: several orders that are paid together.

    Attributes:
        id: ``shipmentsId``, ``shipmentOrderId``.
        orders: codes of its orders.
        pay_id: of its payment, once `orders.create_parent_order` was called.
    """

    id: str
    orders: list[str]
    created: float
    pay_id: str = ""


@dataclass(slots=True)
class OrderBook:
    """All orders of an account, by code, in the order in which they were made.

    Attributes:
        made, lines_made, parents_made, payments_made: how many ids of each kind were given out.
    """

    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    parents: dict[str, Parent] = field(default_factory=dict[str, Parent])
    made: int = 0
    lines_made: int = 0
    parents_made: int = 0
    payments_made: int = 0

    def find(self, asked: str) -> Order | None:
        """An order by its code, its long id, or the caller's own number (the newest of those)."""
        if asked in self.orders:
            return self.orders[asked]
        newest_first = reversed(self.orders.values())
        return next(
            (each for each in newest_first if asked in (str(each.long_id), each.number)), None
        )
