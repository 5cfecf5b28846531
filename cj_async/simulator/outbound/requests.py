"""What do the outbound calls say? Their bodies, read with the types that are documented."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from .._answers import PARAM_ERROR, Refused
from .._bodies import Fields

Pieces = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""How many go out: one at least."""
Price = float | str | None


class Recipient(msgspec.Struct, rename="camel", omit_defaults=True):
    """Where an order goes."""

    customer_name: str
    shipping_address: str
    city: str
    country_code: str
    shipping_address2: str | None = None
    province: str | None = None
    town: str | None = None
    country: str | None = None
    zip_code: str | None = None
    phone: str | None = None
    email: str | None = None
    tax_id: str | None = None
    consignee_id: str | None = None


class LineWanted(msgspec.Struct, rename="camel"):
    """A line that is asked for."""

    sku: str
    stan_product_id: str
    private_order_id: str
    quantity: Pieces
    id: str | None = None
    uid: str | None = None
    price: Price = None


class OrderWanted(msgspec.Struct, rename="camel"):
    """An order as it shall be made, or changed."""

    order_number: str
    storage_id: str
    postage_pay_node: Literal[4, 5, 6]
    address: Recipient
    product_list: Annotated[list[LineWanted], msgspec.Meta(min_length=1)]
    order_id: str | None = None
    platform: str | None = None
    store_name: str | None = None
    reason: str | None = None
    reason_en: str | None = None
    submit: bool | None = None


class GoodsAsked(msgspec.Struct, rename="camel"):
    """Goods to look for."""

    storage_id: str
    sku_or_spu: str | None = None
    private_order_id: str | None = None
    order_id: str | None = None


class Chosen(msgspec.Struct, rename="camel"):
    """Goods that were chosen."""

    private_order_id: str
    stan_product_id: str
    price: Price = None


class Refresh(msgspec.Struct, rename="camel"):
    """Chosen goods whose stock is asked for."""

    storage_id: str
    products: Annotated[list[Chosen], msgspec.Meta(min_length=1)]
    order_id: str | None = None


R = TypeVar("R", bound=msgspec.Struct)


def read(body: Fields, kind: type[R]) -> R:
    """A body as what it must be.

    Raises:
        Refused: a field is missing or not what it must be.
    """
    try:
        return msgspec.convert(dict(body), kind)
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None
