"""The bytes that the benchmarks' server answers with: one small answer, one page of 100 products."""

from __future__ import annotations

import random
from typing import Any

import msgspec

SMALL_PATH = "/product/variant/queryByVid"
PAGE_PATH = "/product/listV2"
SETTINGS_PATH = "/setting/get"


def small() -> bytes:
    """A variant: about as large as an order of one line."""
    variant = {
        "vid": "1371342252697325568",
        "pid": "00006BC5-E1F5-4C65-BE2B-3FE0956DA21C",
        "variantName": None,
        "variantNameEn": "Pacifier chain, grey",
        "variantSku": "CJJSBGDY00002-Grey",
        "variantProperty": "[]",
        "variantKey": "Grey",
        "variantLength": 30,
        "variantWidth": 30,
        "variantHeight": 30,
        "variantVolume": 27000,
        "variantWeight": 30.5,
        "variantSellPrice": 3.25,
        "createTime": "2021-03-15T14:07:26.000+00:00",
    }
    return _enveloped(variant)


def settings() -> bytes:
    """The account's settings: a small answer to a call without a query."""
    return _enveloped(
        {
            "openId": "1049871102551541182",
            "openName": "A shop",
            "openEmail": "shop@example.com",
            "setting": {
                "quotaLimits": [{"quotaUrl": "/product/list", "quotaLimit": 1000, "quotaType": 4}],
                "qpsLimit": 6,
            },
            "callback": {"product": {"type": "CANCEL", "urls": []}},
            "root": "GENERAL",
            "isSandbox": False,
        }
    )


def page(products: int = 100, ranges: float = 0.0) -> bytes:
    """A page of listV2 with descriptions, about 200 kB; a share of its prices can be ranges."""
    chance = random.Random(1)
    rows = [_row(chance, number, ranges) for number in range(products)]
    return _enveloped(
        {
            "pageSize": products,
            "pageNumber": 1,
            "totalRecords": 6000,
            "totalPages": 60,
            "content": [{"productList": rows, "keyWord": "lamp", "keyWordOld": "lamp"}],
        }
    )


def _enveloped(data: Any) -> bytes:
    return msgspec.json.encode(
        {
            "code": 200,
            "result": True,
            "message": "Success",
            "data": data,
            "requestId": "8b3d9ea1-00c3-4d10-9e2b-d18041d98080",
        }
    )


def _row(chance: random.Random, number: int, ranges: float) -> dict[str, Any]:
    low = chance.randrange(100, 9000)
    price = f"{low / 100:.2f}"
    is_range = chance.random() < ranges
    return {
        "id": f"{chance.getrandbits(64):016X}-{number}",
        "nameEn": "Desk lamp with a bendable neck and a name of usual length " + str(number),
        "sku": f"CJDS{number:07d}",
        "spu": f"CJDS{number:07d}",
        "bigImage": f"https://images.example.com/20210129/{chance.getrandbits(48)}.png",
        "sellPrice": f"{price} -- {(low + 500) / 100:.2f}" if is_range else price,
        "nowPrice": price,
        "listedNum": chance.randrange(500),
        "categoryId": "5E656DFB-9BAE-44DD-A755-40AFA2E0E686",
        "threeCategoryName": "Desk lamps",
        "twoCategoryId": "5E656DFB-9BAE-44DD-A755-40AFA2E0E685",
        "twoCategoryName": "Lighting",
        "oneCategoryId": "5E656DFB-9BAE-44DD-A755-40AFA2E0E684",
        "oneCategoryName": "Home",
        "addMarkStatus": chance.randrange(2),
        "isVideo": 0,
        "videoList": [],
        "productType": "ORDINARY_PRODUCT",
        "supplierName": "",
        "createAt": 1609228800000 + number,
        "warehouseInventoryNum": chance.randrange(10000),
        "totalVerifiedInventory": 500,
        "totalUnVerifiedInventory": 0,
        "verifiedWarehouse": 1,
        "customization": 0,
        "hasCECertification": 0,
        "isCollect": 0,
        "myProduct": False,
        "discountPrice": price,
        "discountPriceRate": "20",
        "description": "<p>" + "A seller's words about a lamp. " * 30 + "</p>",
        "deliveryCycle": "3-5",
        "saleStatus": "3",
        "authorityStatus": "1",
        "isPersonalized": 0,
    }
