"""What every operation of this room is called with, so that it succeeds."""

from __future__ import annotations

from typing import Any

from cj_async.simulator import Simulator
from cj_async.simulator._storage import storehouses
from cj_async.simulator._world import World
from tests.simulator.plain import Caller, Fields

ORDER = "/shopping/order"
ADDRESS = {
    "shippingCountryCode": "US",
    "shippingCountry": "United States",
    "shippingProvince": "New York",
    "shippingCity": "Exampletown",
    "shippingCustomerName": "Ada Example",
    "shippingAddress": "1 Example Road",
    "logisticName": "CJPacket Ordinary",
    "fromCountryCode": "CN",
}


async def ordered(cj: Simulator, caller: Caller, vid: str) -> dict[str, Fields]:
    """Orders in every state that an operation wants, and the calls about them."""
    world = vars(cj)["_world"]
    assert isinstance(world, World)
    storage = next(each.id for each in storehouses(world.catalog) if each.country == "US")
    pod = '{"links": ["https://example.com/p"], "effectImgs": ["https://example.com/e"]}'
    products = [{"vid": vid, "quantity": 1, "podProperties": pod}]

    def order(number: str, **more: object) -> Fields:
        return {"orderNumber": number, "products": products, **ADDRESS, **more}

    async def create(number: str, **more: object) -> Any:
        answer = await caller.post(f"{ORDER}/createOrderV2", **order(number, **more))
        return answer.body["data"]

    new = {name: (await create(name, payType=3))["orderId"] for name in ("A", "B", "C", "D")}
    carted, shipped = await create("E", payType=3), await create("F", payType=1)
    await caller.post(f"{ORDER}/addCart", cjOrderIdList=[carted["orderId"]])
    platform = {"shopLogisticsType": 1, "storageId": storage}
    labelled = [await create(n, payType=2, isSandbox=1, **platform) for n in ("G", "H")]
    for each in labelled:
        cj.account.state.book.orders[each["orderId"]].waybill = {"carrier": "UPS"}
    paid = labelled[0]["orderId"]
    line = labelled[0]["productInfoList"][0]["lineItemId"]
    label = {
        "orderId": "G",
        "cjOrderId": paid,
        "cjShippingCompanyName": "USPS",
        "trackNumber": "9000",
        "waybillFile": b"%PDF",
    }
    pictures = {name: ["https://example.com/x"] for name in ("effectImgList", "productionImgList")}
    return {
        "orders.create_v2": order("X", payType=1),
        "orders.create_v3": order("Y", platform="shopify"),
        "orders.add_to_cart": {"cjOrderIdList": [new["A"]]},
        "orders.confirm_cart": {"cjOrderIdList": [carted["orderId"]]},
        "orders.create_parent_order": {"shipmentOrderId": shipped["shipmentOrderId"]},
        "orders.get": {"orderId": paid, "features": "LOGISTICS_TIMELINESS"},
        "orders.delete": {"orderId": new["C"]},
        "orders.confirm": {"orderId": new["D"]},
        "orders.change_warehouse": {"orderCode": paid, "storageId": storage},
        "orders.upload_waybill": label,
        "orders.update_waybill": label,
        "orders.edit_pod_pictures": {
            "podPicturesEditParams": [{"orderCode": paid, "lineItemId": line, **pictures}]
        },
        "orders.cogs": {"orderCodesList": [paid]},
    }
