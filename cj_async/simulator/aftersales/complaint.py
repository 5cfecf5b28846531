"""What can be complained about, by whom, and for how much? The rules of disputes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .._answers import Refusal, Refused
from .._catalog import Catalog
from .._evidence import behaves
from .._search import image
from .._spelling import dollars
from .._world import Call
from ..orders.model import Line, Order
from . import reading
from .model import REFUND, REISSUE, Disputed

NO_ORDER = Refusal(1603100, "Order not found")
NO_PRODUCTS = Refusal(1607006, "Query dispute product request failed")
NOT_CONFIRMED = Refusal(1607007, "dispute confirm fail")
NOT_CREATED = Refusal(1607008, "dispute create fail")
_OPEN_TO_DISPUTES = frozenset({"UNSHIPPED", "SHIPPED", "DELIVERED"})

CANCELLATION = 1
"""The reason for orders that were not sent yet."""
_CANCELLED: Mapping[int, str] = {CANCELLATION: "Unfulfilled Order Cancellation"}
_COMPLAINTS: Mapping[int, str] = {
    2: "Order Not Received",
    3: "Products Damaged",
    4: "Wrong Products Received",
    5: "Products Missing",
    6: "Poor Quality",
}


class Claim(NamedTuple):
    """Lines of an order with the pieces that a dispute is about, and the most it can bring in cents."""

    lines: Sequence[tuple[Line, int]]
    goods: int
    postage: int

    @property
    def most(self) -> int:
        """Everything together."""
        return self.goods + self.postage

    @property
    def disputed(self) -> list[Disputed]:
        """The pieces, line by line."""
        return [Disputed(line.line_id, pieces) for line, pieces in self.lines]


class Product(NamedTuple):
    """What is shown of a line's product; nothing of one that is none of CJ's."""

    pid: str | None = None
    name: str | None = None
    image: str | None = None
    sku: str | None = None
    supplier: str | None = None

    @classmethod
    def of(cls, catalog: Catalog, line: Line) -> Product:
        """The product of a line."""
        if not line.connected:
            return cls()
        return cls(
            catalog.pid(line.number),
            catalog.name(line.number),
            image(catalog, line.number),
            catalog.sku(line.number),
            catalog.supplier_name(line.number),
        )


@behaves("disputes", "An unknown order, and another account's, is refused with 1603100.", "assumed")
@behaves(
    "disputes",
    "Orders are named by the SD code or by the long id, not by the caller's own number.",
    "assumed",
    "000, 7 shows digits and J with digits",
)
def order_of(call: Call, asked: object) -> Order:
    """The order that is meant.

    Raises:
        Refused: there is none.
    """
    wanted = str(asked).strip()
    order = call.account.state.book.find(wanted)
    if order is None or wanted not in (order.code, str(order.long_id)):
        raise Refused(NO_ORDER)
    return order


@behaves(
    "disputes",
    "Only paid orders that were not cancelled can be complained about; each of the three steps refuses "
    "other orders with its own code (1607006, 1607007, 1607008).",
    "assumed",
    "000, appendix of errors, for the codes",
)
def check_open(order: Order, refusal: Refusal) -> None:
    """Refuse an order that no dispute can be about.

    Raises:
        Refused: as it was told.
    """
    if order.status not in _OPEN_TO_DISPUTES:
        raise Refused(refusal)


def left(order: Order, line: Line) -> int:
    """Pieces of a line that no dispute is about."""
    return line.quantity - order.disputed.get(line.line_id, 0)


@behaves(
    "disputes.confirm_info",
    "Before shipping the only reason is 1, the cancellation, and the only outcome a refund.",
    "documented",
    "000, 7.2, example",
)
@behaves(
    "disputes.confirm_info",
    "After shipping there are the reasons 2 to 6, and a refund or a reissue can be asked for.",
    "assumed",
)
def reasons(order: Order) -> Mapping[int, str]:
    """The reasons that an order's disputes may have."""
    return _CANCELLED if order.shipped is None else _COMPLAINTS


def reason_words(number: int) -> str:
    """A reason in words."""
    return {**_CANCELLED, **_COMPLAINTS}[number]


def outcomes(order: Order) -> Sequence[int]:
    """What may be asked for."""
    return (REFUND,) if order.shipped is None else (REFUND, REISSUE)


@behaves(
    "disputes",
    "Never more pieces than were ordered and are in no other dispute.",
    "assumed",
)
@behaves(
    "disputes.confirm_info",
    "The postage is refunded too when all of an order is called off before shipping.",
    "assumed",
)
def claim(order: Order, rows: Sequence[reading.Row], refusal: Refusal) -> Claim:
    """What some rows of a request are about.

    Raises:
        Refused: a row has no line, comes twice, or has too many pieces.
    """
    wanted: dict[str, tuple[Line, int]] = {}
    for row in rows:
        line, pieces = line_of(order, row), reading.pieces(row, "quantity")
        if line is None or line.line_id in wanted or pieces > left(order, line):
            raise Refused(refusal)
        wanted[line.line_id] = (line, pieces)
    goods = sum(line.price * pieces for line, pieces in wanted.values())
    whole = len(wanted) == len(order.lines) and all(
        pieces == line.quantity for line, pieces in wanted.values()
    )
    return Claim(
        list(wanted.values()), goods, order.postage if whole and order.shipped is None else 0
    )


@behaves(
    "disputes",
    "A row without lineItemId is found by its variant, or is the only line of the order.",
    "assumed",
    "000, 7.2 does not require lineItemId",
)
def line_of(order: Order, row: reading.Row) -> Line | None:
    """The line that a row of a request is about; None when there is none."""
    line_id, vid = str(row.get("lineItemId") or ""), str(row.get("cjVariantId") or "")
    if not line_id and not vid:
        return order.lines[0] if len(order.lines) == 1 else None
    return next(
        (line for line in order.lines if line_id in ("", line.line_id) and vid in ("", line.vid)),
        None,
    )


def row_of(call: Call, order: Order, line: Line) -> dict[str, object]:
    """A line as disputes.products shows it."""
    pieces = left(order, line)
    product = Product.of(call.catalog, line)
    return {
        "lineItemId": line.line_id,
        "cjProductId": product.pid,
        "cjVariantId": line.vid or None,
        "canChoose": pieces > 0,
        "price": dollars(line.price),
        "quantity": pieces,
        "cjProductName": product.name,
        "cjImage": product.image,
        "sku": product.sku,
        "supplierName": product.supplier,
    }


@behaves(
    "disputes.confirm_info",
    "A row that has other fields than the row of disputes.products, or other values, is refused with "
    "HTTP 400; fewer pieces pass. The code 1607007 is assumed.",
    "seen live",
    "field note 44; quirks whole_dispute_rows and two_refusal_shapes",
)
def check_unchanged(call: Call, order: Order, rows: Sequence[reading.Row]) -> None:
    """Refuse rows that are not those of disputes.products.

    Raises:
        Refused: with HTTP 400, while some refusals come so.
    """
    if not call.world.has("whole_dispute_rows"):
        return
    for row in rows:
        line = line_of(order, row)
        if line is None or not _is_same(row, row_of(call, order, line)):
            status = 400 if call.world.has("two_refusal_shapes") else 200
            raise Refused(Refusal(NOT_CONFIRMED.code, NOT_CONFIRMED.message, status=status))


def check_price(rows: Sequence[reading.Row], order: Order, refusal: Refusal) -> None:
    """Refuse a price that is given and is not that of the line.

    Raises:
        Refused: as it was told.
    """
    for row in rows:
        line, given = line_of(order, row), row.get("price")
        if line is None or (given not in (None, "") and reading.amount(given) * 100 != line.price):
            raise Refused(refusal)


def _is_same(given: reading.Row, shown: reading.Row) -> bool:
    """Whether nothing but the quantity differs; null, empty and missing are the same."""
    names = (set(given) | set(shown)) - {"quantity"}
    return all(_plain(given.get(name)) == _plain(shown.get(name)) for name in names)


def _plain(value: object) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.2f}"
    return str(value).lower() if isinstance(value, bool) else str(value)
