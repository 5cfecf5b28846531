"""The private inventory of an account: cart, orders, stock, addresses, make-up bills."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["3", "11", "10", "6", "12", "7", "13", "8"]
"""Where a private order stands, as `private_inventory.orders` says it: 3 awaits payment, 6 awaits
dispatch, 12 is on its way, 7 has arrived, 13 was closed unpaid."""


@dataclass(slots=True)
class CartLine:
    """Pieces of a variant that were put aside; ``number`` and ``place`` find it in the catalog."""

    id: str
    vid: str
    number: int
    place: int
    quantity: int


@dataclass(slots=True)
class PrivateLine:
    """A line of a private order; ``price`` is cents of one piece, ``arrived`` counts pieces."""

    line_id: str
    vid: str
    sku: str
    number: int
    place: int
    quantity: int
    price: int
    grams: int
    arrived: int = 0


@dataclass(slots=True)
class PrivateOrder:
    """An order for the private inventory; amounts are cents, times seconds since 1970.

    Attributes:
        code: ``SY…``; also the id of its ``Payable``.
        storage: id of the warehouse that takes the goods in, 32 lower-case hex digits.
        expires: when it is closed unless it was paid.
        paid, shipped, arrived: None while it was not.
    """

    code: str
    pay_id: str
    status: Status
    storage: str
    method: str
    postage: int
    service_fee: int
    created: float
    expires: float
    lines: list[PrivateLine]
    days: int = 0
    paid: float | None = None
    shipped: float | None = None
    arrived: float | None = None
    track_number: str = ""

    @property
    def goods(self) -> int:
        """Price of all lines."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def total(self) -> int:
        """Goods, freight and service fee."""
        return self.goods + self.postage + self.service_fee


@dataclass(slots=True)
class PrivateStock:
    """A lot: what one private order brought in of one variant, and lies in one warehouse.

    `private.stock` has the functions that find, lock and take it.

    Attributes:
        private_order: code of the order that brought it in (``privateOrderId``).
        vid: of the variant; ``stanProductId`` is the same.
        number, place: find the variant in the catalog.
        storage: id of the warehouse, 32 lower-case hex digits.
        quantity: pieces that lie there, the locked ones too.
        locked: how many of them an outbound order has reserved.
        price: cents paid for one piece.
        grams: of one piece.
        arrived: when it came in, in seconds since 1970.
    """

    private_order: str
    sku: str
    vid: str
    number: int
    place: int
    storage: str
    quantity: int
    price: int
    grams: int
    arrived: float
    locked: int = 0

    @property
    def stan_product_id(self) -> str:
        """The id of the standard variant: that of the variant."""
        return self.vid

    @property
    def uid(self) -> str:
        """Unique name of the lot, as `outbound.products` gives it."""
        return f"{self.private_order}-{self.vid}"

    @property
    def available(self) -> int:
        """Pieces that are not locked."""
        return self.quantity - self.locked


@dataclass(slots=True)
class Address:
    """An address of the book: its fields by CJ's names, and whether it is the default one."""

    id: str
    fields: dict[str, str]
    is_default: bool = False


@dataclass(slots=True)
class Bill:
    """A make-up order: a difference that has to be paid later; ``amount`` is cents.

    Attributes:
        code: ``BK…``, ``orderCode`` of `makeup.list`.
        order_code: CJ's code of the order that it belongs to.
        type: 0 make-up of an order, 1 other make-up.
        use: ``diffUseType``, 0 to 3.
        status: 0 to be submitted, 4 done, 3 cancelled.
        payment: id of the newest payment order that it is in.
    """

    code: str
    order_code: str
    type: int
    use: int
    amount: int
    reason: str
    created: float
    status: int = 0
    payment: str = ""
    paid: float | None = None


@dataclass(slots=True)
class PrivateState:
    """The private inventory of an account: cart, orders, stock, addresses, make-up bills.

    Attributes:
        cart: by variant id.
        orders: by code, in the order in which they were made; so are ``addresses`` and ``bills``.
        stock: lots, oldest first; empty ones stay.
        makeup_payments: codes of the bills that a payment order is for, by its id.
        confirmed: price in cents and weight in grams that a confirmation told last, by variant id.
        made: how many ids were given out.
    """

    cart: dict[str, CartLine] = field(default_factory=dict[str, CartLine])
    orders: dict[str, PrivateOrder] = field(default_factory=dict[str, PrivateOrder])
    stock: list[PrivateStock] = field(default_factory=list[PrivateStock])
    addresses: dict[str, Address] = field(default_factory=dict[str, Address])
    bills: dict[str, Bill] = field(default_factory=dict[str, Bill])
    makeup_payments: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    confirmed: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    made: int = 0

    def next_number(self) -> int:
        """A number that no other id of this account was made of."""
        self.made += 1
        return self.made
