"""What would an order be, and cost? Confirmation, shipping methods and costs before an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._catalog import Catalog
from .._evidence import behaves
from .._spelling import dollars
from .._storage import Storehouse, storehouse, storehouses
from .._world import Call, Operation
from .cart import CURRENCY, cart_goods
from .freight import Freight, freight_rows, freights, logistic_rows, named, service_fee
from .goods import Goods, check_on_shelf, in_stock, read_lines, read_variants, sku, total
from .reading import required_text, text

_NO_HOUSE = "No warehouse was selected"
_UNKNOWN_HOUSE = "The warehouse is not available"
_NO_METHOD = "No shipping method is available for this warehouse"


@behaves(
    "private_inventory.confirmation",
    "Without variants it confirms the cart.",
    "assumed",
    "002, 7.4: variants are optional there",
)
def _confirmation(call: Call) -> object:
    lines = read_lines(call, "variants") if call.body.get("variants") else cart_goods(call)
    check_on_shelf(call.world, lines)
    _remember(call, lines)
    return confirmation(call.catalog, lines, None)


def _remember(call: Call, lines: Sequence[Goods]) -> None:
    """What was told now is what an order is checked against."""
    confirmed = call.account.state.private.confirmed
    confirmed.update({line.vid: (line.price, line.grams) for line in lines})


@behaves(
    "private_inventory.confirmation",
    "Every warehouse that is not closed can take private inventory.",
    "assumed",
)
def open_house(catalog: Catalog, storage_id: str) -> Storehouse | None:
    """The warehouse of an id, if it takes private inventory."""
    house = storehouse(catalog, storage_id)
    return house if house and house.open else None


def confirmation(
    catalog: Catalog, lines: Sequence[Goods], chosen: Storehouse | None
) -> dict[str, object]:
    """The answer of a confirmation: one group for each product."""
    logistics = logistic_rows(freights(catalog, lines, chosen)) if chosen and lines else []
    return {
        "orders": [
            {
                "logisticList": logistics,
                "products": [_product(catalog, line) for line in lines if line.number == number],
            }
            for number in dict.fromkeys(line.number for line in lines)
        ],
        **_houses(catalog, chosen),
        "totalProductPrice": dollars(total(lines)),
        "currencyInfo": CURRENCY,
    }


def _houses(catalog: Catalog, chosen: Storehouse | None) -> dict[str, object]:
    return {
        "availableStorehouseList": [
            _house(each, each == chosen) for each in storehouses(catalog) if each.open
        ],
        "selectedStorageId": chosen.id if chosen else "",
        "selectedStorehouse": _house(chosen, selected=True) if chosen else None,
    }


def _house(house: Storehouse, selected: bool) -> dict[str, object]:
    return {
        "storageId": house.id,
        "displayName": house.name,
        "countryCode": house.country,
        "areaId": house.area + 1,
        "addresses": house.address,
        "address": house.address,
        "zipCode": house.zip_code,
        "selected": selected,
    }


def _product(catalog: Catalog, line: Goods) -> dict[str, object]:
    return {
        "id": line.vid,
        "variantId": line.vid,
        "productId": catalog.pid(line.number),
        "sku": sku(catalog, line),
        "quantity": line.quantity,
        "count": line.quantity,
        "itemCount": line.quantity,
        "price": dollars(line.price),
        "nowPrice": dollars(line.price),
    }


@behaves(
    "private_inventory.logistics",
    "Without a shipping method the list is empty and logisticInfoMessage says why.",
    "documented",
    "002, 7.5",
)
@behaves(
    "private_inventory.logistics",
    "A warehouse that is unknown or closed has no shipping method; it is no refusal.",
    "assumed",
)
def _logistics(call: Call) -> object:
    lines = read_variants(call, "variantInfoList")
    check_on_shelf(call.world, lines)
    asked = required_text(call.body, "storageId")
    house = open_house(call.catalog, asked)
    found = freights(call.catalog, lines, house) if house else []
    message = "" if found else _NO_METHOD if house else _UNKNOWN_HOUSE
    return {
        "storageId": house.id if house else asked,
        "availableLogisticList": logistic_rows(found),
        "selectedLogisticName": found[0].method.name if found else "",
        "logisticInfoMessage": message,
    }


@behaves(
    "private_inventory.cost",
    "A logisticName that matches no method has no freight, and is not replaced by the default one.",
    "documented",
    "002, 7.6",
)
def _cost(call: Call) -> object:
    lines = read_variants(call, "variantInfoList")
    check_on_shelf(call.world, lines)
    house = open_house(call.catalog, required_text(call.body, "storageId"))
    if house is None:
        return cost(call.catalog, lines, [], None, _UNKNOWN_HOUSE)
    found = freights(call.catalog, lines, house)
    asked = text(call.body, "logisticName")
    return cost(call.catalog, lines, found, selected(found, asked), _complaint(found, asked))


def selected(found: Sequence[Freight], asked: str) -> Freight | None:
    """The method that was named or, where none was, the one selected by default."""
    if asked:
        return named(found, asked)
    return found[0] if found else None


def _complaint(found: Sequence[Freight], asked: str) -> str:
    if not found:
        return _NO_METHOD
    unfit = asked and named(found, asked) is None
    return f"The shipping method {asked} is not available" if unfit else ""


@behaves(
    "private_inventory.cost",
    "Lines that cannot be bought in full are named in errorEnList.",
    "assumed",
    "002, 7.6 names the list",
)
def cost(
    catalog: Catalog,
    lines: Sequence[Goods],
    found: Sequence[Freight],
    chosen: Freight | None,
    complaint: str,
) -> dict[str, object]:
    """The answer about costs; each under all the names it has."""
    short = [line for line in lines if in_stock(catalog, line) < line.quantity]
    errors = [f"{sku(catalog, line)}: insufficient stock" for line in short]
    suggestions = ["Lower the quantity"] if short else []
    if complaint:
        errors.append(complaint)
        suggestions.append("Choose another warehouse or shipping method")
    freight = dollars(chosen.cents) if chosen else None
    fee = service_fee(total(lines))
    return {
        **dict.fromkeys(("freightAmount", "logisticsCost", "shippingCost"), freight),
        **dict.fromkeys(("warehouseFee", "storehouseCost"), 0.0),
        "serviceFee": dollars(fee),
        "freightTrialList": freight_rows(found),
        "costDetails": [
            {"name": "freight", "amount": freight},
            {"name": "service", "amount": dollars(fee)},
        ],
        "errorEnList": errors,
        "errorSuggestionList": suggestions,
    }


@behaves(
    "private_inventory.confirmation_with_cost",
    "Variants give the warehouses, with storageId come shipping methods and costs, with logisticName "
    "the final amount; costs are reckoned with a warehouse that is available only.",
    "documented",
    "002, 7.7",
)
def _confirmation_with_cost(call: Call) -> object:
    catalog, lines = call.catalog, read_lines(call, "variants")
    check_on_shelf(call.world, lines)
    _remember(call, lines)
    storage, asked = text(call.body, "storageId"), text(call.body, "logisticName")
    house = open_house(catalog, storage) if storage else None
    found = freights(catalog, lines, house) if house else []
    chosen = selected(found, asked)
    confirmed = confirmation(catalog, lines, house)
    return {
        "confirmation": confirmed,
        **{name: confirmed[name] for name in _houses(catalog, house)},
        "costInfo": cost(catalog, lines, found, chosen, _complaint(found, asked))
        if house
        else None,
        "amountDetail": _amounts(catalog, lines, house, asked, chosen, found),
        "costInfoMessage": "" if house else _UNKNOWN_HOUSE if storage else _NO_HOUSE,
    }


@behaves(
    "private_inventory.confirmation_with_cost",
    "Where no shipping method is named, the default one is reckoned with; one that is named and "
    "not found is not replaced, and there is no total.",
    "documented",
    "002, 7.7",
)
@behaves(
    "private_inventory.confirmation_with_cost",
    "Without a warehouse serviceFee and selectedFreight are missing.",
    "assumed",
    "002, 7.7 names selectedFreight",
)
def _amounts(
    catalog: Catalog,
    lines: Sequence[Goods],
    house: Storehouse | None,
    asked: str,
    chosen: Freight | None,
    found: Sequence[Freight],
) -> dict[str, object]:
    goods = total(lines)
    fee = service_fee(goods)
    missing = ([] if house else ["serviceFee"]) + ([] if chosen else ["selectedFreight"])
    row = freight_rows(found)[found.index(chosen)] if chosen else None
    whole = goods + fee + (chosen.cents if chosen else 0)
    return {
        "productAmountList": [_amount(catalog, line) for line in lines],
        "productAmount": dollars(goods),
        "serviceFee": dollars(fee) if house else None,
        "requestedLogisticName": asked,
        "selectedFreight": row,
        "shippingCost": dollars(chosen.cents) if chosen else None,
        "totalAmount": None if missing else dollars(whole),
        "totalAmountCalculated": not missing,
        "missingAmountItems": missing,
    }


def _amount(catalog: Catalog, line: Goods) -> dict[str, object]:
    return {
        "variantId": line.vid,
        "productId": catalog.pid(line.number),
        "sku": sku(catalog, line),
        "quantity": line.quantity,
        "unitPrice": dollars(line.price),
        "productAmount": dollars(line.amount),
    }


OPERATIONS: Mapping[str, Operation] = {
    "private_inventory.confirmation": _confirmation,
    "private_inventory.logistics": _logistics,
    "private_inventory.cost": _cost,
    "private_inventory.confirmation_with_cost": _confirmation_with_cost,
}
