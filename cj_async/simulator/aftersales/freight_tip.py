"""What does shipping cost exactly, and what does each method demand? logistics.freight_tip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import _variants
from .._answers import NO_VARIANT, Refusal, Refused
from .._evidence import behaves
from .._ids import IdSpace
from .._shipping import DELIVERED_TO, METHODS, Method
from .._spelling import cents, dollars
from .._world import Call
from . import reading
from .countries import NAMES
from .freight import country, no_route, variant_of, yuan

NO_METHOD = Refusal(1605000, "Logistic not found")
_COMMON = "COMMON"
_ONLY_COMMON = frozenset({"CJPacket Ordinary", "PostNL", "USPS+"})
_UNTRACKED = frozenset({"PostNL"})
_NO_DISPUTES = (
    "Hi, CJ will not accept any disputes when you choose this shipping method, which cannot be "
    "tracked in every country."
)
_MARKUP = 115  # percent of the postage that discountFee is, as in the documented example


class Tip(NamedTuple):
    """A rule about the recipient; ``max`` and ``min`` are lengths."""

    type: str
    words: str
    expression: str | None = None
    code: str | None = None
    strict: bool = True
    min: str | None = None
    max: str | None = None


_PHONE = Tip(
    "phone", "The telephone number must have 6 to 32 digits.", r"^[\s\d+-]{6,32}$", code="1001"
)
_NAME = Tip("recipientName", "The name must have 2 to 35 letters.", strict=False, min="2", max="35")


class Parcel(NamedTuple):
    """A parcel to quote; ``grams`` is the weight that counts."""

    origin: str
    destination: str
    grams: int
    wrapped: int
    volumetric: float | None
    properties: frozenset[str]
    option: str
    uid: str
    zip: str


@behaves("logistics.freight_tip", "Every parcel adds its rows; uid tells them apart.", "assumed")
def freight_tip(call: Call) -> object:
    """One row for each parcel and method, also for those that do not take the parcel."""
    parcels = [_parcel(call, row) for row in reading.rows(call.body["reqDTOS"])]
    rows = [row for parcel in parcels for row in _rows(call, parcel)]
    return rows or no_route(call, parcels[0].origin, parcels[0].destination)


@behaves(
    "logistics.freight_tip",
    "The heaviest of weight, wrapWeight and volumeWeight counts; the weights of the catalog do not.",
    "assumed",
)
@behaves(
    "logistics.freight_tip",
    "optionName leaves only the method of that name; an unknown one is refused with 1605000.",
    "assumed",
)
def _parcel(call: Call, row: reading.Row) -> Parcel:
    origin = country(reading.needed(row, "srcAreaCode"))
    destination = country(reading.needed(row, "destAreaCode"))
    _check_goods(call, row)
    reading.amount(reading.needed(row, "volume"))
    weight, wrapped = reading.pieces(row, "weight", 0), reading.pieces(row, "wrapWeight", 0)
    volumetric = row.get("volumeWeight")
    by_volume = None if volumetric in (None, "") else float(reading.amount(volumetric))
    option = reading.text(row, "optionName")
    if option and option not in {method.name for method in METHODS}:
        raise Refused(NO_METHOD)
    reading.needed(row, "productProp")
    return Parcel(
        origin,
        destination,
        max(weight, wrapped, round(by_volume or 0)),
        wrapped,
        by_volume,
        frozenset(reading.texts(row["productProp"])),
        option,
        reading.text(row, "uid"),
        reading.text(row, "zip"),
    )


@behaves(
    "logistics.freight_tip",
    "Goods are named by vid or sku; one that the catalog does not have is refused with 1602000.",
    "assumed",
)
def _check_goods(call: Call, row: reading.Row) -> None:
    for sku in reading.texts(reading.needed(row, "skuList")):
        _check_sku(call, sku)
    for goods in reading.rows(reading.needed(row, "freightTrialSkuList")):
        vid, sku = reading.text(goods, "vid"), reading.text(goods, "sku")
        if vid:
            variant_of(call, vid)
        if sku:
            _check_sku(call, sku)


def _check_sku(call: Call, sku: str) -> None:
    catalog = call.catalog
    if _variants.find_sku(catalog, sku) is None and catalog.number_of_sku(sku) is None:
        raise Refused(NO_VARIANT)


def _rows(call: Call, parcel: Parcel) -> Iterator[dict[str, object]]:
    if parcel.destination not in DELIVERED_TO:
        return
    fitting = [
        (place, method)
        for place, method in enumerate(METHODS)
        if parcel.origin in method.origins and parcel.option in ("", method.name)
    ]
    for order, (place, method) in enumerate(sorted(fitting, key=lambda each: each[1].base), 1):
        yield _row(call, parcel, method, place, order)


@behaves(
    "logistics.freight_tip",
    "A method that does not take the parcel has its row, with the reason in error and errorEn.",
    "documented",
    "000, 6.1.2 on the fields; which reasons there are is assumed",
)
def _obstacle(parcel: Parcel, method: Method) -> tuple[str, str]:
    """In Chinese and in English; empty when there is none."""
    if parcel.grams > method.heaviest:
        return "包裹超重", f"The parcel is heavier than {method.heaviest} g."
    if method.name in _ONLY_COMMON and parcel.properties - {_COMMON}:
        return "商品属性不支持", "The method does not take goods with these properties."
    return "", ""


@behaves(
    "logistics.freight_tip",
    "discountFee is what orders pay, and 115 percent of postage.",
    "documented",
    "000, 6.1.2, example",
)
def _row(call: Call, parcel: Parcel, method: Method, place: int, order: int) -> dict[str, object]:
    fee = method.price(parcel.grams)
    postage = round(fee * 100 / _MARKUP)
    error, error_en = _obstacle(parcel, method)
    return {
        **_option_and_channel(call, method, place),
        **_prices(fee, postage),
        **_rules(method),
        "arrivalTime": f"{method.fastest}-{method.slowest}",
        "volumeWeight": parcel.volumetric,
        "error": error,
        "errorEn": error_en,
        "priceIncreases": str(_MARKUP),
        "reSort": str(order),
        "tip": "",
        "uid": parcel.uid,
        "orderId": None,
        "unWeightChargeTarget": None,
        "floatMaxPrice": None,
        "floatMinPrice": None,
        "logisticsParamRespDTO": None,
        "message": _NO_DISPUTES if method.name in _UNTRACKED else "",
        "wrapWeight": parcel.wrapped,
        "stopWords": [],
        "destArea": _area(parcel.destination, parcel.zip),
        "srcArea": _area(parcel.origin, ""),
        "dump": False,
        "zonePrice": [],
    }


def _prices(fee: int, postage: int) -> dict[str, object]:
    return {
        "discountFee": dollars(fee),
        "discountFeeCNY": yuan(fee),
        "postage": dollars(postage),
        "postageCNY": yuan(postage),
        "remoteFee": 0,
        "remoteFeeCNY": 0,
        "wrapPostage": dollars(fee),
        "wrapPostageCNY": yuan(fee),
        "taxesFee": 0.0,
        "clearanceOperationFee": 0.0,
        "totalPostageFee": dollars(fee),
        "cjRespDTO": {
            "postage": cents(postage),
            "postageCNY": f"{yuan(postage):.2f}",
            "remoteFee": "0.00",
            "remoteFeeCNY": "0",
        },
    }


def _option_and_channel(call: Call, method: Method, place: int) -> dict[str, object]:
    option = str(IdSpace(call.catalog.seed, "shipping option").long(place))
    channel = str(IdSpace(call.catalog.seed, "shipping channel").long(place))
    return {
        "optionId": option,
        "channelId": channel,
        "option": {
            "arrivalTime": f"{method.fastest}-{method.slowest}",
            "cnName": method.name,
            "enName": method.name,
            "id": option,
        },
        "channel": {"cnName": method.name, "enName": method.name, "id": channel},
    }


@behaves(
    "logistics.freight_tip",
    "Every method has a rule for the telephone number (1001), DHL one for the recipient's name too; "
    "ruleTips are the same as allRuleTips.",
    "documented",
    "000, 6.1.2, example; the rule for names is assumed",
)
def _rules(method: Method) -> dict[str, object]:
    tips: Sequence[Tip] = (_PHONE, _NAME) if method.name == "DHL" else (_PHONE,)
    rows = [
        {
            "expression": tip.expression,
            "interceptType": "0" if tip.strict else "1",
            "max": tip.max,
            "min": tip.min,
            "msgCode": tip.code,
            "msgEn": tip.words,
            "type": tip.type,
        }
        for tip in tips
    ]
    return {"ruleTips": rows, "ruleTipTypes": [tip.type for tip in tips], "allRuleTips": rows}


def _area(code: str, post_code: str) -> dict[str, object]:
    english, chinese = NAMES.get(code, (code, code))
    number = str(100 + sorted(NAMES).index(code)) if code in NAMES else "0"
    return {
        "cnName": chinese,
        "countryId": number,
        "enName": english,
        "id": number,
        "parentId": None,
        "postCode": post_code,
        "shortCode": code,
    }
