"""What has been put aside? The private inventory cart, product by product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import _variants
from .._answers import NO_PRODUCT, NO_VARIANT, OFF_SHELF, PARAM_ERROR, Refused
from .._evidence import behaves
from .._search import image
from .._spelling import dollars
from .._world import Call, Operation
from .goods import Goods, goods, joined, total
from .model import CartLine
from .reading import choice, required_text, rows, texts, whole, whole_or
from .stamps import new_id

MOST_PIECES = 100_000
MOST_PRODUCTS = 100
CURRENCY: Mapping[str, object] = {"currencyCode": "USD", "currencySymbol": "$"}


@behaves(
    "private_inventory.add_to_cart",
    "One call is about one product, with 1 to 100,000 pieces of each variant.",
    "documented",
    "002, 7.1",
)
@behaves(
    "private_inventory.add_to_cart",
    "More of a variant that is in the cart already is added to it; a line holds 100,000 at most.",
    "assumed",
)
@behaves(
    "private_inventory.add_to_cart",
    "Answers an object with success and addedCount, never the bare boolean of some environments.",
    "assumed",
    "002, 7.1",
)
def _add(call: Call) -> object:
    number = call.catalog.number(required_text(call.body, "productId"))
    if number is None:
        raise Refused(NO_PRODUCT)
    if number in call.world.removed:
        raise Refused(OFF_SHELF)
    wanted = joined(
        goods(call.catalog, required_text(row, "variantId"), whole(row, "quantity", 1, MOST_PIECES))
        for row in rows(call.body, "variants")
    )
    cart = call.account.state.private.cart
    for each in wanted:
        if each.number != number:
            raise Refused(NO_VARIANT)
        if each.quantity + (cart[each.vid].quantity if each.vid in cart else 0) > MOST_PIECES:
            raise Refused(PARAM_ERROR)
    for each in wanted:
        _put(call, each)
    return {"success": True, "addedCount": len(wanted)}


def _put(call: Call, wanted: Goods) -> None:
    cart = call.account.state.private.cart
    if wanted.vid not in cart:
        line_id = new_id(call.world, call.account, "cart")
        cart[wanted.vid] = CartLine(line_id, wanted.vid, wanted.number, wanted.place, 0)
    cart[wanted.vid].quantity += wanted.quantity


@behaves(
    "private_inventory.cart",
    "The whole cart, unless isAll is 0; pages count products, and more than 100 a page mean 100.",
    "documented",
    "002, 7.2",
)
@behaves(
    "private_inventory.cart",
    "Removed products stand in invalidProductList and count neither as rows nor in the amount.",
    "assumed",
    "002, 7.2 names the list",
)
def _cart(call: Call) -> object:
    page = whole_or(call.body, "pageNum", 1, 1)
    size = min(whole_or(call.body, "pageSize", MOST_PRODUCTS, 1), MOST_PRODUCTS)
    products = _products(call.account.state.private.cart.values())
    removed = call.world.removed
    valid = {number: lines for number, lines in products.items() if number not in removed}
    gone = [number for number in products if number in removed]
    shown = list(valid)
    if choice(call.body, "isAll", (0, 1)) == 0:
        shown = shown[(page - 1) * size : page * size]
    else:
        page, size = 1, max(len(shown), size)
    counted = cart_goods(call)
    return {
        "pageNum": page,
        "pageSize": size,
        "total": len(valid),
        "productList": [_product(call, number, valid[number]) for number in shown],
        "invalidProductList": [_product(call, number, products[number]) for number in gone],
        "totalAmount": dollars(total(counted)),
        "selectVariantCount": len(counted),
        "currencyInfo": CURRENCY,
    }


def cart_goods(call: Call) -> list[Goods]:
    """What is in the cart and can be bought."""
    lines = call.account.state.private.cart.values()
    return [
        goods(call.catalog, line.vid, line.quantity)
        for line in lines
        if line.number not in call.world.removed
    ]


def _products(lines: Iterable[CartLine]) -> dict[int, list[CartLine]]:
    products: dict[int, list[CartLine]] = {}
    for line in lines:
        products.setdefault(line.number, []).append(line)
    return products


def _product(call: Call, number: int, lines: Iterable[CartLine]) -> dict[str, object]:
    catalog = call.catalog
    return {
        "productId": catalog.pid(number),
        "productName": catalog.name(number),
        "productImage": image(catalog, number),
        "variants": [
            {
                "id": line.id,
                "variantId": line.vid,
                "sku": _variants.sku(catalog, number, line.place),
                "quantity": line.quantity,
                "count": line.quantity,
                "price": dollars(_variants.price(catalog, number, line.place)),
            }
            for line in lines
        ],
    }


@behaves(
    "private_inventory.remove_from_cart",
    "Takes variant ids and ids of lines.",
    "documented",
    "002, 7.3",
)
@behaves(
    "private_inventory.remove_from_cart",
    "Answers whether anything was removed; what is not in the cart is passed over.",
    "assumed",
    "002, 7.3: usually a boolean",
)
def _remove(call: Call) -> object:
    wanted = set(texts(call.body, "variantIds"))
    cart = call.account.state.private.cart
    leaving = [line.vid for line in cart.values() if {line.vid, line.id} & wanted]
    for vid in leaving:
        del cart[vid]
    return bool(leaving)


OPERATIONS: Mapping[str, Operation] = {
    "private_inventory.add_to_cart": _add,
    "private_inventory.cart": _cart,
    "private_inventory.remove_from_cart": _remove,
}
