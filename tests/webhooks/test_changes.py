"""Null in an UPDATE means two things: emptied, or as it was. The list of changed fields tells which."""

from __future__ import annotations

import pytest

from cj_async.models.webhook import ProductMessage, VariantMessage
from cj_async.webhooks import changed_fields, is_changed, parse
from tests.webhooks.examples import EXAMPLES, as_json


def product(**params: object) -> ProductMessage:
    body = {"type": "PRODUCT", "messageType": "UPDATE", "params": {"pid": "p1", **params}}
    message = parse(as_json(body))
    assert isinstance(message, ProductMessage)
    return message


def test_the_documented_update_is_about_one_field() -> None:
    message = parse(as_json(EXAMPLES["PRODUCT.update"]))
    assert isinstance(message, ProductMessage)
    assert changed_fields(message) == {"product_description"}


def test_a_variant_tells_its_changes_too() -> None:
    message = parse(as_json(EXAMPLES["VARIANT.update"]))
    assert isinstance(message, VariantMessage)
    assert changed_fields(message) == {"variant_length"}
    assert is_changed(message, "variant_length")
    assert not is_changed(message, "variant_width")


def test_null_is_a_value_where_the_field_is_named() -> None:
    message = product(fields=["productNameEn"], productNameEn=None, productName=None)
    assert is_changed(message, "product_name_en")
    assert not is_changed(message, "product_name")


@pytest.mark.parametrize("name", ["product_name_en", "productNameEn"])
def test_a_field_is_asked_for_by_either_name(name: str) -> None:
    assert is_changed(product(fields=["productNameEn"], productNameEn="Lamp"), name)


@pytest.mark.parametrize("name", ["product_nmae", "params", "fields", ""])
def test_a_field_that_does_not_exist_is_a_mistake(name: str) -> None:
    with pytest.raises(AttributeError, match="ProductParams has no field"):
        is_changed(product(fields=["productNameEn"]), name)


def test_what_is_filled_and_not_named_has_not_changed() -> None:
    assert changed_fields(product(fields=["productSku"], productSku="CJ1")) == {"product_sku"}


def test_a_field_of_tomorrow_keeps_its_name() -> None:
    assert changed_fields(product(fields=["productSku", "productColor"])) == {
        "product_sku",
        "productColor",
    }


@pytest.mark.parametrize("fields", [None, []])
def test_a_message_that_names_no_field_is_about_all_that_it_fills(fields: object) -> None:
    assert changed_fields(product(fields=fields, productSku="CJ1")) == {"pid", "product_sku"}


def test_without_params_nothing_changed() -> None:
    assert changed_fields(ProductMessage()) == frozenset()
    assert not is_changed(ProductMessage(), "pid")
