"""Do objects inside a request travel as CJ spells them, however they were given?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async._operation import Effect, Operation, Parameter
from cj_async._request import build
from cj_async.errors import InvalidRequest


def field(name: str, python: str, kind: Any = "text", **rest: Any) -> Parameter:
    return Parameter(name=name, python=python, place="body", kind=kind, **rest)


ADDRESS = field(
    "address",
    "address",
    "object",
    fields=(field("zipCode", "zip_code"), field("country", "country", required=True)),
)
LINES = field(
    "productList",
    "product_list",
    "array",
    items="object",
    required=True,
    fields=(
        field("skuCode", "sku_code", required=True),
        field("quantity", "quantity", "integer", minimum=1),
        field("price", "price", "number"),
        field("imgList", "img_list", "array"),
    ),
)
TOKEN = Parameter(name="platformToken", python="platform_token", place="header")


def order(*parameters: Parameter) -> Operation[Any]:
    return Operation(
        id="orders.create",
        method="POST",
        path="/x",
        result=bool,
        effect=Effect.WRITE,
        body="json",
        parameters=parameters,
    )


def body_of(values: dict[str, object], *parameters: Parameter) -> Any:
    body = build(order(*(parameters or (LINES, ADDRESS, TOKEN))), values).body
    assert isinstance(body, bytes)
    return msgspec.json.decode(body)


def refused(values: dict[str, object], *parameters: Parameter) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        build(order(*(parameters or (LINES, ADDRESS, TOKEN))), values)
    return caught.value


class Row(msgspec.Struct):
    """An object out of an answer."""

    sku_code: str
    quantity: int | None = None
    price: Decimal | msgspec.UnsetType = msgspec.UNSET
    something_else: str = "not for requests"


def test_fields_are_given_by_the_names_of_python_or_of_cj() -> None:
    due = {"productList": [{"skuCode": "A", "quantity": 2}], "address": {"country": "US"}}
    lines = [{"sku_code": "A", "quantity": 2}]
    assert body_of({"product_list": lines, "address": {"country": "US"}}) == due
    lines = [{"skuCode": "A", "quantity": 2}]
    assert body_of({"product_list": lines, "address": {"country": "US", "zipCode": None}}) == due


def test_an_object_out_of_an_answer_can_be_given_as_it_is() -> None:
    rows = (Row("A", 3), Row("B", price=Decimal("1.50")))
    assert body_of({"product_list": rows}) == {
        "productList": [{"skuCode": "A", "quantity": 3}, {"skuCode": "B", "price": 1.5}]
    }


def test_an_exact_price_keeps_its_digits() -> None:
    body = build(
        order(LINES), {"product_list": [{"sku_code": "A", "price": Decimal("10.10")}]}
    ).body
    assert isinstance(body, bytes)
    assert b'"price":10.10' in body


WRONG: list[tuple[object, str, object, str]] = [
    ([{"quantity": 1}], "product_list[0].sku_code", None, "it is required"),
    (
        [{"sku_code": "A"}, {"sku_code": " "}],
        "product_list[1].sku_code",
        " ",
        "it must not be empty",
    ),
    (
        [{"sku_code": "A", "quantity": 0}],
        "product_list[0].quantity",
        0,
        "at least 1 is allowed",
    ),
    (
        [{"sku_code": "A", "quantity": "1"}],
        "product_list[0].quantity",
        "1",
        "a whole number is due",
    ),
    (
        [{"sku_code": "A", "img_list": []}],
        "product_list[0].img_list",
        [],
        "the list is empty; leave the parameter out instead",
    ),
    (
        [{"sku_code": "A", "colour": "red"}],
        "product_list[0].colour",
        "red",
        "there is no such field; there are sku_code, quantity, price, img_list",
    ),
    (
        [{"sku_code": "A", "skuCode": "A"}],
        "product_list[0].sku_code",
        None,
        "it is given twice, once by CJ's name and once by Python's",
    ),
    (["A"], "product_list[0]", "A", "a mapping is due"),
    ([], "product_list", [], "the list is empty; at least one is due"),
    ({"sku_code": "A"}, "product_list", {"sku_code": "A"}, "a list is due"),
]


@pytest.mark.parametrize(("lines", "parameter", "value", "rule"), WRONG)
def test_what_is_wrong_is_named_with_its_place(
    lines: object, parameter: str, value: object, rule: str
) -> None:
    error = refused({"product_list": lines})
    assert (error.parameter, error.value, error.rule) == (parameter, value, rule)


def test_a_single_object_names_its_field() -> None:
    error = refused(
        {"product_list": [{"sku_code": "A"}], "address": {"zip_code": 5, "country": "US"}}
    )
    assert (error.parameter, error.value, error.rule) == ("address.zip_code", 5, "text is due")


def test_a_secret_inside_an_object_is_masked() -> None:
    secret = field(
        "auth", "auth", "object", fields=(field("accessToken", "access_token", "integer"),)
    )
    error = refused({"auth": {"access_token": "canary"}}, secret)
    assert error.parameter == "auth.access_token"
    assert "canary" not in f"{error!s}{error!r}"


def test_a_body_can_be_a_list() -> None:
    groups = Parameter(
        name="groups",
        python="groups",
        place="whole body",
        kind="array",
        items="object",
        required=True,
        fields=(field("packType", "pack_type", "integer"),),
    )
    assert body_of({"groups": [{"pack_type": 1}, {"packType": 0}]}, groups) == [
        {"packType": 1},
        {"packType": 0},
    ]
    assert refused({}, groups).parameter == "groups"


def test_a_body_without_fields_is_an_empty_object() -> None:
    assert build(order(), {}).body == b"{}"


def test_a_header_travels_beside_the_body() -> None:
    request = build(order(TOKEN), {"platform_token": "shop-token"})
    assert request.headers == (("platformToken", "shop-token"),)
    assert request.body == b"{}"
    assert build(order(TOKEN), {"platform_token": ""}).headers == (("platformToken", ""),)
    assert build(order(TOKEN), {}).headers == ()
    assert "shop-token" not in repr(request)


@pytest.mark.parametrize("value", ["a\r\nX-Other: 1", "a\nb", "naïve", "a\x00"])
def test_a_header_cannot_carry_another(value: str) -> None:
    error = refused({"platform_token": value}, TOKEN)
    assert error.rule == "printable ASCII characters are due"
    assert value not in str(error)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sku_code", "skuCode", "quantity", "img_list", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(anything, anything)
def test_whatever_is_given_is_sent_or_refused(lines: object, address: object) -> None:
    values = {"product_list": lines, "address": address}
    try:
        made: object = build(order(LINES, ADDRESS), values).body
    except InvalidRequest as error:
        made = error
    if isinstance(made, InvalidRequest):
        assert made.parameter.split("[")[0].split(".")[0] in values
        assert str(made).startswith("orders.create: ")
    else:
        assert isinstance(made, bytes)
        assert set(msgspec.json.decode(made)) <= {"productList", "address"}
