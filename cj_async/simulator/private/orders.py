"""Which orders for the private inventory are there? Their list with its filters and its many fields."""

from __future__ import annotations

from collections.abc import Mapping

from .._evidence import behaves
from .._search import image
from .._spelling import dollars
from .._storage import storehouse
from .._variants import key
from .._world import Call, Operation
from .cart import CURRENCY
from .lifecycle import WORDS
from .model import PrivateLine, PrivateOrder
from .reading import choice, text, whole_or, whole_or_none
from .stamps import milliseconds, minute

_MOST_ROWS = 200
_ORDER_TYPE = 2
_BY_HAND = 1
_CANCELLED_BILL = 3


@behaves(
    "private_inventory.orders",
    "10 orders a page; more than 200 are refused as a wrong parameter.",
    "documented",
    "002, 7.10",
)
@behaves("private_inventory.orders", "Newest first.", "assumed")
def _orders(call: Call) -> object:
    page = whole_or(call.body, "pageNum", 1, 1)
    size = whole_or(call.body, "pageSize", 10, 1, _MOST_ROWS)
    newest_first = reversed(call.account.state.private.orders.values())
    rows = [order for order in newest_first if _fits(call, order)]
    first = (page - 1) * size
    return {
        "pageSize": size,
        "pageNumber": page,
        "totalRecords": len(rows),
        "totalPages": -(-len(rows) // size),
        "content": [_row(call, order) for order in rows[first : first + size]],
    }


@behaves(
    "private_inventory.orders",
    "orderContent finds the code of an order, the id of a payment, a SKU or part of a product name; "
    "the dates are after and before, not at, a moment.",
    "documented",
    "002, 7.10",
)
@behaves(
    "private_inventory.orders",
    "No payment is ever incoming: payStatus 0 keeps all orders that await payment, 1 none.",
    "assumed",
)
def _fits(call: Call, order: PrivateOrder) -> bool:
    body = call.body
    status, pay = text(body, "orderStatus", 50), choice(body, "payStatus", (0, 1))
    differs = choice(body, "isAmountDifference", (0, 1))
    start, end = (
        whole_or_none(body, name) for name in ("createOrderDateStart", "createOrderDateEnd")
    )
    created = int(order.created * 1000)
    return (
        status in ("", order.status)
        and not (status == "3" and pay == 1)
        and (differs is None or bool(differs) == bool(_difference(call, order)))
        and (start is None or created > start)
        and (end is None or created < end)
        and _holds(call, order, text(body, "orderContent", 100).strip())
    )


def _holds(call: Call, order: PrivateOrder, wanted: str) -> bool:
    """An empty search finds everything."""
    if wanted in ("", order.code, order.pay_id):
        return True
    return any(
        wanted.lower() in line.sku.lower()
        or wanted.lower() in call.catalog.name(line.number).lower()
        for line in order.lines
    )


@behaves(
    "private_inventory.orders",
    "Make-up bills of an order are the difference in its amount.",
    "assumed",
)
def _difference(call: Call, order: PrivateOrder) -> int:
    bills = call.account.state.private.bills.values()
    return sum(
        bill.amount
        for bill in bills
        if bill.order_code == order.code and bill.status != _CANCELLED_BILL
    )


@behaves(
    "private_inventory.orders",
    "Amounts in the account's currency of display are the same: it is the US dollar.",
    "assumed",
)
def _row(call: Call, order: PrivateOrder) -> dict[str, object]:
    house = storehouse(call.catalog, order.storage)
    return {
        "orderCode": order.code,
        "status": order.status,
        "statusDesc": WORDS[order.status],
        "disputeStatus": None,
        "storageId": order.storage,
        "storageNo2Name": house.name if house else None,
        "logisticName": order.method,
        "logisticsMode": order.method,
        "trackingNumber": order.track_number or None,
        "cjTrackingNumber": f"CJ{order.track_number}" if order.track_number else None,
        **_times(order),
        **_amounts(call, order),
        **_facts(order),
        "supplierList": _suppliers(call, order),
    }


def _times(order: PrivateOrder) -> dict[str, object]:
    waits = order.status == "3"
    return {
        "paymentExpirationTime": milliseconds(order.expires) if waits else None,
        "inventoryReserved": waits,
        "createDate": minute(order.created),
        "createDateTime": milliseconds(order.created),
        "paymentDate": minute(order.paid),
        "paymentDateTime": milliseconds(order.paid),
    }


def _amounts(call: Call, order: PrivateOrder) -> dict[str, object]:
    difference = _difference(call, order)
    cents: dict[str, int | None] = {
        "postage": order.postage,
        "showPostage": order.postage,
        "orderAmount": order.goods,
        "showOrderAmount": order.goods,
        "amount": order.total,
        "showAmount": order.total,
        "payableAmount": None,
        "showPayableAmount": None,
        "discountMoney": 0,
        "productDiscountMoney": 0,
        "postageDiscountMoney": 0,
        "serviceFee": order.service_fee,
        "showServiceFee": order.service_fee,
        "iossTaxes": 0,
        "refundAmount": None,
        "diffAmount": difference or None,
        "showDiffAmount": difference or None,
    }
    amounts = {name: None if each is None else dollars(each) for name, each in cents.items()}
    return {**amounts, "diffType": _BY_HAND if difference else None, "currencyInfo": CURRENCY}


def _facts(order: PrivateOrder) -> dict[str, object]:
    """What is the same for every order of the local CJ, or nearly so."""
    return {
        "stockout": False,
        "iossNumber": None,
        "iossType": 1,
        "taxesFlag": 0,
        "taxesType": 0,
        "orderQuantity": sum(line.quantity for line in order.lines),
        "stockoutRefundStatus": None,
        "impStorageFlag": None,
        "isContainPack": 0,
        "orderSourceType": "API",
        "paymentSign": "0",
        "handlerResult": None,
        "refundStatus": None,
        "refundTime": None,
        "orderType": _ORDER_TYPE,
        "orderCategory": "SY",
        "paymentType": None if order.paid is None else "Balance",
        "variantTypeSum": len(order.lines),
        "openDispute": False,
        "abnormalPerformanceType": 0,
        "paymentOrderCodeList": [order.pay_id],
        "isRepeatPayment": 0,
        "isShowInventoryRecord": int(order.arrived is not None),
        "canPayPostage": None,
        "postagePayStatus": None,
        "postagePayStatusDesc": None,
        "postagePayStatusRemark": None,
        "selfPickAddressInfo": None,
        "selfPickCode": None,
        "isReceipt": int(order.arrived is not None),
        "canViewWarehouseVideo": False,
        "noViewWarehouseVideoReason": 1,
    }


def _suppliers(call: Call, order: PrivateOrder) -> list[dict[str, object]]:
    """The lines by supplier, and by product in them; CJ's own products have no supplier."""
    catalog = call.catalog
    products: dict[int, list[PrivateLine]] = {}
    for line in order.lines:
        products.setdefault(line.number, []).append(line)
    suppliers: dict[object, list[int]] = {}
    for number in products:
        suppliers.setdefault(catalog.supplier_id(number), []).append(number)
    return [
        {
            "supplierId": supplier,
            "supplierName": catalog.supplier_name(numbers[0]),
            "productList": [
                {
                    "productId": catalog.pid(number),
                    "productVariantListList": [
                        _variant(call, order, line) for line in products[number]
                    ],
                }
                for number in numbers
            ],
        }
        for supplier, numbers in suppliers.items()
    ]


def _variant(call: Call, order: PrivateOrder, line: PrivateLine) -> dict[str, object]:
    catalog, price = call.catalog, dollars(line.price)
    return {
        "productCode": line.line_id,
        "orderCode": order.code,
        "stanProductId": line.vid,
        "sku": line.sku,
        "cjProductId": catalog.pid(line.number),
        "cjProductName": catalog.name(line.number),
        "cjImage": image(catalog, line.number),
        "property": "COMMON",
        "variantKey": key(catalog, line.number, line.place),
        "quantity": line.quantity,
        "allocateNum": line.arrived,
        **dict.fromkeys(("originalPrice", "showOriginalPrice", "price", "showPrice"), price),
        "discount": None,
        "weight": float(line.grams),
        "refundStatus": None,
        "productType": str(catalog.kind[line.number]),
        "stockout": False,
        "handlerResult": None,
        "originalSku": None,
        "groupProduct": False,
        "isPod": int(catalog.customization[line.number] > 0),
        "unCertified": 0,
        "productGroupChildList": None,
    }


OPERATIONS: Mapping[str, Operation] = {"private_inventory.orders": _orders}
