"""What can go out of the private stock, and how many pieces? Lots, as an outbound order sees them."""

from __future__ import annotations

from .. import _search, _variants
from .._answers import Refusal, Refused
from .._catalog import Catalog
from .._evidence import behaves
from .._spelling import dollars
from .._state import State
from .._storage import plain_id
from .._world import Call
from ..private import stock
from ..private.model import PrivateStock
from .model import OutboundLine, OutboundOrder
from .requests import GoodsAsked, LineWanted, Refresh, read

NO_ORDER = Refusal(1603100, "The outbound order does not exist")
_NO_LOT = "The private order {} has no {} in this warehouse"


@behaves(
    "outbound",
    "An order that the account does not have is refused with 1603100.",
    "assumed",
    "002, 5.8.9: the stock system refuses in its own words",
)
def order_of(state: State, code: str) -> OutboundOrder:
    """An outbound order of the account.

    Raises:
        Refused: it has no such order.
    """
    order = state.outbound.orders.get(code)
    if order is None:
        raise Refused(NO_ORDER)
    return order


def lot_of(state: State, order: OutboundOrder, line: OutboundLine) -> PrivateStock | None:
    """The lot that a line is taken from."""
    return stock.find(state.private, order.storage, line.private_order, line.vid)


@behaves(
    "outbound.refresh_products",
    "What an order has locked itself counts as available to it, when its orderId is given.",
    "documented",
    "002, 5.8.4; for the other calls it is assumed",
)
def available(lot: PrivateStock | None, locked_here: int) -> int:
    """Pieces of a lot that an order can have, those included that it has locked."""
    return locked_here + (lot.available if lot else 0)


def _locked_in(order: OutboundOrder | None, lot: PrivateStock) -> list[OutboundLine]:
    """The lines of an order that are taken from a lot."""
    if order is None or plain_id(order.storage) != lot.storage:
        return []
    wanted = (lot.private_order, lot.vid)
    return [line for line in order.lines if (line.private_order, line.vid) == wanted]


@behaves(
    "outbound.products",
    "Found by the SKU of a variant or of its product, whole, and by the private order; lots of which "
    "nothing is left are not shown.",
    "assumed",
    "002, 5.8.3",
)
@behaves("outbound.products", "A warehouse that does not exist has no goods.", "assumed")
def products(call: Call) -> object:
    """The lots that match."""
    asked, state = read(call.body, GoodsAsked), call.account.state
    order = order_of(state, asked.order_id) if asked.order_id else None
    found = stock.lots(
        state.private,
        asked.storage_id,
        search=asked.sku_or_spu or "",
        private_order=asked.private_order_id or "",
    )
    return [_row(call.catalog, order, lot) for lot in found if lot.quantity]


def _row(catalog: Catalog, order: OutboundOrder | None, lot: PrivateStock) -> dict[str, object]:
    lines = _locked_in(order, lot)
    locked = sum(line.locked for line in lines)
    first, second = _values(catalog, lot)
    return {
        "id": lines[0].id if lines else None,
        "uid": lot.uid,
        "productId": catalog.pid(lot.number),
        "spu": catalog.sku(lot.number),
        "sku": lot.sku,
        "stanProductId": lot.stan_product_id,
        "productName": catalog.name(lot.number),
        "productImg": _search.image(catalog, lot.number),
        "value1": first,
        "value2": second,
        "value3": None,
        "price": dollars(_variants.price(catalog, lot.number, lot.place)),
        "privateOrderId": lot.private_order,
        "availableQuantity": available(lot, locked),
        "lockQuantity": locked,
    }


def _values(catalog: Catalog, lot: PrivateStock) -> tuple[str, str | None]:
    """What sets a variant apart: its colour, and its size."""
    key = _variants.key(catalog, lot.number, lot.place)
    if _variants.options(catalog, lot.number) != "Color-Size":
        return key, None
    color, _, size = key.rpartition("-")
    return color, size


@behaves("outbound.refresh_products", "Goods that are not there have 0 available.", "assumed")
def refresh(call: Call) -> object:
    """How many of the chosen goods can go out now."""
    asked, state = read(call.body, Refresh), call.account.state
    order = order_of(state, asked.order_id) if asked.order_id else None
    rows: list[dict[str, object]] = []
    for each in asked.products:
        vid, private_order = each.stan_product_id, each.private_order_id
        lot = stock.find(state.private, asked.storage_id, private_order, vid)
        locked = sum(line.locked for line in _locked_in(order, lot)) if lot else 0
        rows.append(
            {
                "privateOrderId": private_order,
                "stanProductId": vid,
                "uid": f"{private_order}-{vid}",
                "availableQuantity": available(lot, locked),
            }
        )
    return rows


@behaves(
    "outbound.create",
    "A line whose goods the private order has not brought to the warehouse, or with another SKU, is "
    "refused with 1603000. Too few pieces are no refusal: the lock fails.",
    "assumed",
    "002, 5.8.5 and 5.8.6",
)
@behaves(
    "outbound.create",
    "The price of a line is today's price of the variant, whatever is sent.",
    "documented",
    "002, 5.8.5",
)
def line(call: Call, storage: str, wanted: LineWanted) -> OutboundLine:
    """A line of an order, nothing of which is locked yet; its id is the one that was given.

    Raises:
        Refused: there are no such goods.
    """
    private_order, vid = wanted.private_order_id, wanted.stan_product_id
    lot = stock.find(call.account.state.private, storage, private_order, vid)
    if lot is None or lot.sku != wanted.sku:
        raise Refused(Refusal(1603000, _NO_LOT.format(private_order, wanted.sku)))
    return OutboundLine(
        id=wanted.id or "",
        sku=lot.sku,
        vid=vid,
        private_order=private_order,
        quantity=wanted.quantity,
        price=_variants.price(call.catalog, lot.number, lot.place),
        number=lot.number,
        place=lot.place,
        grams=lot.grams,
    )
