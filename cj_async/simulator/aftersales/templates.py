"""What do suppliers ask for sending goods themselves? logistics.supplier_templates."""

from __future__ import annotations

from collections.abc import Iterator

from .._evidence import behaves
from .._ids import IdSpace
from .._spelling import cents
from .._vocabulary import PRODUCT_TYPES
from .._world import Call
from . import reading

_SENT_BY_SUPPLIER = PRODUCT_TYPES.index("SUPPLIER_SHIPPED_PRODUCT")
_ROUTES = (("CN", "US", 540), ("CN", "GB", 610), ("CN", "DE", 640))
_MOST_ROUTES = 8


@behaves(
    "logistics.supplier_templates",
    "One row for each supplier, with those of the asked products that it sends itself; other products "
    "are passed over.",
    "assumed",
    "000, 6.1.3 says only that the call is for such products",
)
def supplier_templates(call: Call) -> object:
    """The methods of the suppliers, by supplier in the order in which they come up."""
    groups: dict[int, list[str]] = {}
    for sku in reading.texts(call.body["skuList"]):
        number = call.catalog.number_of_sku(sku)
        if number is None or number in call.world.removed:
            continue
        if call.catalog.kind[number] == _SENT_BY_SUPPLIER:
            groups.setdefault(call.catalog.supplier[number], []).append(sku)
    return [
        {"skuList": skus, "logisticsInfoList": list(_templates(call, supplier))}
        for supplier, skus in groups.items()
    ]


def _templates(call: Call, supplier: int) -> Iterator[dict[str, object]]:
    ids = IdSpace(call.catalog.seed, "supplier template")
    for place, (origin, destination, price) in enumerate(_ROUTES):
        yield {
            "id": str(ids.long(supplier * _MOST_ROUTES + place)),
            "logisticsName": f"Supplier Post {destination}",
            "postage": cents(price + 15 * supplier),
            "startCountryCode": origin,
            "destCountryCode": destination,
        }
