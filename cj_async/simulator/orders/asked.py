"""What does a caller want ordered? The body of both create calls, read field by field."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from .._answers import PARAM_ERROR, Refused
from .._bodies import Fields, is_missing

Text20 = Annotated[str, Meta(max_length=20)]
Text50 = Annotated[str, Meta(max_length=50)]
T = TypeVar("T")


class AskedLine(msgspec.Struct, rename="camel"):
    """A line as it was asked for."""

    quantity: Annotated[int, Meta(ge=1, le=9_999_999_999)]
    vid: Text50 = ""
    sku: Text50 = ""
    unit_price: Annotated[float, Meta(ge=0)] | None = None
    store_line_item_id: Annotated[str, Meta(max_length=125)] = ""
    store_product_id: Annotated[str, Meta(max_length=64)] = ""
    store_product_img: Annotated[str, Meta(max_length=500)] = ""
    pod_properties: Annotated[str, Meta(max_length=500)] = ""


class AskedOrder(msgspec.Struct, rename="camel"):
    """An order as it was asked for; whether it is a sandbox order is asked in a way of its own."""

    order_number: Text50
    shipping_country_code: Text20
    shipping_country: Text50
    shipping_province: Text50
    shipping_city: Text50
    shipping_customer_name: Text50
    shipping_address: Annotated[str, Meta(max_length=200)]
    logistic_name: Text50
    from_country_code: Text20
    products: Annotated[list[AskedLine], Meta(min_length=1)]
    shipping_zip: Text20 = ""
    shipping_county: Text50 = ""
    shipping_phone: Text20 = ""
    shipping_address2: Annotated[str, Meta(max_length=200)] = ""
    house_number: Text20 = ""
    email: Text50 = ""
    tax_id: Text20 = ""
    remark: Annotated[str, Meta(max_length=500)] = ""
    consignee_id: Text20 = msgspec.field(name="consigneeID", default="")
    pay_type: Literal[1, 2, 3] = 1
    shop_amount: Annotated[float, Meta(ge=0)] | None = None
    platform: Text20 = ""
    shop_logistics_type: Literal[1, 2, 3] = 2
    storage_id: Annotated[str, Meta(max_length=40)] = ""
    ioss_type: Literal[1, 2, 3] | None = None
    ioss_number: Annotated[str, Meta(max_length=10)] = ""
    store_name: Text50 = ""
    store_order_time: Annotated[int, Meta(ge=0, le=9_999_999_999)] | None = None
    order_flow: Literal[1, 2] = 1


class Codes(msgspec.Struct):
    """The codes of a call that takes many orders."""

    codes: list[str] = msgspec.field(name="cjOrderIdList")

    @property
    def unique(self) -> list[str]:
        """Each code once, in the order in which they came."""
        return list(dict.fromkeys(self.codes))


def read(fields: Fields, kind: type[T]) -> T:
    """The fields of a body; empty ones count as not given, whole numbers may come as text.

    Raises:
        Refused: a field is missing, of another type, too long, or not among its values.
    """
    try:
        given = _given(fields)
        if "products" in given:
            rows = msgspec.convert(given["products"], list[dict[str, object]])
            given["products"] = [_given(row) for row in rows]
        return msgspec.convert(given, kind, strict=False)
    except (msgspec.ValidationError, RecursionError):
        raise Refused(PARAM_ERROR) from None


def _given(fields: Fields) -> dict[str, object]:
    """What is not empty."""
    return {name: value for name, value in fields.items() if not is_missing(value)}
