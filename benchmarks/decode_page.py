"""Target 3: what the wire types cost on a page of 100 products, against native types and pydantic.

The rows have the fields of ``product/listV2``; the values are made up. All three read the same
bytes into the same shape; only the annotations differ (``PriceRange`` against ``Decimal``,
``EpochTime`` against ``int``), so the first ratio is the price of ranges and of real moments.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, create_model

from cj_async._decode import decode
from cj_async._model import Model
from cj_async._wire import EpochTime, Flag, Id, Integer, Money, PriceRange

PRODUCTS = 100
ROUNDS = 400
WARM_UP = 20

WIRE: dict[str, Any] = {
    "id": Id,
    "text": str,
    "texts": list[str],
    "state": Literal["0", "1", "3", "ORDINARY_PRODUCT"] | str,
    "count": Integer,
    "flag": Flag,
    "amount": Money,
    "price": PriceRange,
    "moment": EpochTime,
}
NATIVE: dict[str, Any] = {**WIRE, "price": Decimal, "moment": int}

FIELDS = """
    id:id nameEn:text sku:text spu:text bigImage:text sellPrice:price nowPrice:price
    listedNum:count categoryId:id threeCategoryName:text twoCategoryId:id twoCategoryName:text
    oneCategoryId:id oneCategoryName:text addMarkStatus:flag isVideo:flag videoList:texts
    productType:state supplierName:text createAt:moment setRecommendedTime:moment
    warehouseInventoryNum:count totalVerifiedInventory:count totalUnVerifiedInventory:count
    verifiedWarehouse:count customization:flag hasCECertification:flag isCollect:flag
    myProduct:flag currency:text discountPrice:price discountPriceRate:amount description:text
    deliveryCycle:text saleStatus:state authorityStatus:state autStatus:text isAut:flag isList:flag
    syncListedProductStatus:state isAd:flag activityId:id directMinOrderNum:count
    zoneRecommendJson:texts variantKeyEn:text propertyKey:text isPersonalized:flag
"""
ROW = dict(field.split(":") for field in FIELDS.split())


def page(seed: int = 7) -> bytes:
    """A page as the server writes it."""
    chance = random.Random(seed)
    rows = [_row(chance) for _ in range(PRODUCTS)]
    content = [{"productList": rows, "keyWord": "lamp", "keyWordOld": "lamps"}]
    data = {"pageSize": PRODUCTS, "pageNumber": 1, "totalRecords": 6000, "content": content}
    return msgspec.json.encode({"code": 200, "result": True, "message": "Success", "data": data})


def _row(chance: random.Random) -> dict[str, Any]:
    def identifier() -> str:
        return str(chance.randrange(10**18, 2 * 10**18))

    def price(cents: float) -> str:
        return f"{cents / 100:.2f}"

    code = f"CJ{chance.randrange(10**10)}"
    sale, cents = chance.choice((10, 20, 30)), chance.lognormvariate(7.0, 0.9)
    paragraph = (
        f'<p style="font-size:14px">Size: {chance.randrange(90)} x {chance.randrange(90)} cm</p>\n'
        f'<img src="https://img.example.com/{identifier()}.jpg" alt="view"/>\n'
    )
    return {
        "id": identifier(),
        "nameEn": "Foldable desk lamp with three colours and a soft touch switch",
        "sku": code,
        "spu": code,
        "bigImage": f"https://img.example.com/{identifier()}/{identifier()}.jpg",
        "sellPrice": price(cents),
        "nowPrice": price(cents * (100 - sale) / 100),
        "listedNum": chance.randrange(3000),
        "categoryId": identifier(),
        "threeCategoryName": "Desk Lamps",
        "twoCategoryId": identifier(),
        "twoCategoryName": "Lights & Lighting",
        "oneCategoryId": identifier(),
        "oneCategoryName": "Home, Garden & Furniture",
        "addMarkStatus": chance.randrange(2),
        "isVideo": 1,
        "videoList": [identifier()],
        "productType": "ORDINARY_PRODUCT",
        "supplierName": "",
        "createAt": 1_600_000_000_000 + chance.randrange(10**11),
        "setRecommendedTime": None,
        "warehouseInventoryNum": chance.randrange(90000),
        "totalVerifiedInventory": chance.randrange(9000),
        "totalUnVerifiedInventory": chance.randrange(90000),
        "verifiedWarehouse": 1,
        "customization": 0,
        "hasCECertification": 0,
        "isCollect": 0,
        "myProduct": False,
        "currency": "USD",
        "discountPrice": price(cents * (100 - sale) / 100),
        "discountPriceRate": str(sale),
        "description": paragraph * 5,
        "deliveryCycle": "3-5",
        "saleStatus": "3",
        "authorityStatus": "1",
        "autStatus": "1",
        "isAut": "0",
        "isList": 0,
        "syncListedProductStatus": "0",
        "isAd": 0,
        "activityId": None,
        "directMinOrderNum": "1",
        "zoneRecommendJson": None,
        "variantKeyEn": "Colour-Plug",
        "propertyKey": "COMMON",
        "isPersonalized": 0,
    }


def structs(kinds: dict[str, Any]) -> type[msgspec.Struct]:
    """The envelope and what is in it, with these annotations."""
    fields: list[tuple[str, Any] | tuple[str, Any, None]] = [
        (name, kinds[kind]) if name == "id" else (name, kinds[kind] | None, None)
        for name, kind in ROW.items()
    ]
    row = msgspec.defstruct("Row", fields, bases=(Model,))
    group = _struct("Group", productList=list[row], keyWord=str)
    data = _struct("Data", pageSize=int, pageNumber=int, totalRecords=int, content=list[group])
    return _struct("Answer", code=int, result=bool, message=str, data=data)


def _struct(name: str, **fields: Any) -> Any:
    return msgspec.defstruct(
        name, [(field, kind | None, None) for field, kind in fields.items()], bases=(Model,)
    )


def pydantic_model() -> type[BaseModel]:
    """The same for pydantic, with the native types."""
    row = _pydantic("Row", **{name: NATIVE[kind] for name, kind in ROW.items()})
    group = _pydantic("Group", productList=list[row], keyWord=str)
    data = _pydantic("Data", pageSize=int, pageNumber=int, totalRecords=int, content=list[group])
    return _pydantic("Answer", code=int, result=bool, message=str, data=data)


def _pydantic(name: str, **fields: Any) -> Any:
    optional: dict[str, Any] = {field: (kind | None, None) for field, kind in fields.items()}
    return create_model(name, **optional)


def medians(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of each way, measured in turn, so that the machine's moods hit all alike."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for round_number in range(WARM_UP + ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if round_number >= WARM_UP:
                taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def run() -> list[tuple[str, str, float]]:
    """Measure.

    Returns:
        Name, target and what was reached, of each ratio.
    """
    body = page()
    wire, validate = structs(WIRE), pydantic_model().model_validate_json
    native = msgspec.json.Decoder(structs(NATIVE), float_hook=Decimal, strict=False).decode
    mended = body.replace(b'"listedNum":', b'"listedNum":"","was":', 1)
    took = medians(
        {
            "wire": lambda: decode(wire, body),
            "native": lambda: native(body),
            "pydantic": lambda: validate(body),
            "second look": lambda: decode(wire, mended),
        }
    )
    return [
        ("page of 100: wire types / native types", "<= 1.3", took["wire"] / took["native"]),
        ("page of 100: pydantic / wire types", ">= 2.5", took["pydantic"] / took["wire"]),
        ("page with an odd value / clean page", "no target", took["second look"] / took["wire"]),
    ]


if __name__ == "__main__":
    print(f"{len(page())} bytes")
    for name, target, reached in run():
        print(f"{name}: {reached:.2f} (target {target})")
