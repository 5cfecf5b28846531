"""An answer is decoded fast when it fits, and mended field by field when it does not."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async._decode import decode
from cj_async._model import Model
from cj_async._wire import (
    BeijingTime,
    EpochTime,
    Flag,
    Id,
    Integer,
    JsonText,
    Money,
    Number,
    NumericId,
    PriceRange,
    Secret,
    UtcTime,
    WeightRange,
    is_array,
    is_object,
)

T = TypeVar("T")


class Event(Model, kw_only=True):
    note: str | None = None
    cost: Money | None = None


class Variant(Model, kw_only=True):
    vid: Id
    price: Money | None = None
    stock: Integer | None = msgspec.field(name="inventoryNum", default=None)
    events: JsonText[list[Event]] | None = None


class Product(Model, kw_only=True):
    pid: Id
    name: str | None = msgspec.field(name="nameEn", default=None)
    price: PriceRange | None = msgspec.field(name="sellPrice", default=None)
    weight: WeightRange | None = None
    count: Integer | None = None
    on_sale: Flag | None = msgspec.field(name="onSale", default=None)
    area: NumericId | None = None
    created: EpochTime | None = None
    changed: BeijingTime | None = None
    seen: UtcTime | None = None
    keys: JsonText[list[str]] | None = None
    kind: Literal["A", "B"] | str | None = None  # noqa: PYI051  # as the models have it
    step: Literal[1, 2] | None = None
    amount_or_text: int | str | None = None
    score: Number | None = None
    tags: list[str] = msgspec.field(default_factory=list)
    variants: list[Variant] | None = None
    shelves: dict[str, list[Variant]] | None = None
    extra: object = None
    facts: dict[str, object] | None = None
    anything: Any = None
    main: Variant | None = None
    parts: list[Product] | None = None


class Envelope(msgspec.Struct, Generic[T], rename="camel"):
    code: int | None = None
    message: str | None = None
    data: T | None = None
    request_id: str | None = None


class Added(Model, tag_field="type", tag="ADDED", kw_only=True):
    at: EpochTime | None = None


class Removed(Model, tag_field="type", tag="REMOVED", kw_only=True):
    price: Money | None = None


class Login(Model, kw_only=True):
    access_token: Secret | None = msgspec.field(name="accessToken", default=None)
    open_id: Secret | None = msgspec.field(name="openId", default=None)
    name: str | None = None


class Drift(dict[str, object]):
    """Collects what did not fit; a second report of the same field is an error."""

    def __call__(self, path: str, kind: object) -> None:
        assert path not in self
        self[path] = kind


def product(**fields: object) -> bytes:
    return json.dumps({"pid": "P1", **fields}).encode()


# ------------------------------------------------------------------------------- what fits


def test_a_clean_answer_is_decoded_without_a_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cj_async._decode._second_look", None)
    body = product(nameEn="Lamp", sellPrice="1-2", created=1609228800123, variants=[{"vid": "V"}])
    result = decode(Product, body)
    assert result.variants == [Variant(vid="V")]
    assert result.price == PriceRange(low=Decimal(1), high=Decimal(2))


def test_unknown_fields_are_ignored_on_both_ways() -> None:
    assert decode(Product, product(new=1)) == Product(pid="P1")
    assert decode(Product, product(new=1, nameEn=5)) == Product(pid="P1", name="5")


@given(st.text(), st.integers(), st.lists(st.text()))
def test_what_is_encoded_decodes_to_the_same(name: str, number: int, tags: list[str]) -> None:
    value = Product(
        pid="P1",
        name=name,
        price=PriceRange(low=Decimal("1.50"), high=Decimal(2)),
        count=number,
        created=decode(EpochTime, b"1609228800123"),
        keys=tags,
        tags=tags,
        variants=[Variant(vid="V", price=Decimal("0.10"))],
    )
    assert decode(Product, msgspec.json.encode(value)) == value


# ------------------------------------------------------------------------------- quirks

QUIRKS: list[tuple[dict[str, object], dict[str, object]]] = [
    ({"nameEn": 5}, {"name": "5"}),
    ({"nameEn": 1.50}, {"name": "1.5"}),
    ({"count": ""}, {"count": None}),
    ({"count": " "}, {"count": None}),
    ({"count": "null"}, {"count": None}),
    ({"count": "12.0"}, {"count": 12}),
    ({"count": " 12 "}, {"count": 12}),
    ({"onSale": ""}, {"on_sale": None}),
    ({"onSale": " TRUE "}, {"on_sale": True}),
    ({"sellPrice": ""}, {"price": None}),
    ({"sellPrice": None}, {"price": None}),
    ({"weight": 12}, {"weight": WeightRange(low=Decimal(12), high=Decimal(12))}),
    ({"area": ""}, {"area": None}),
    ({"area": 1234567890123456789}, {"area": "1234567890123456789"}),
    ({"changed": ""}, {"changed": None}),
    ({"keys": ""}, {"keys": None}),
    ({"keys": "a,b"}, {"keys": ["a", "b"]}),
    ({"kind": "Z"}, {"kind": "Z"}),
    ({"kind": 3}, {"kind": "3"}),
    ({"step": "2"}, {"step": 2}),
    ({"amount_or_text": True}, {"amount_or_text": "true"}),
    ({"score": "5"}, {"score": 5}),
    ({"score": ""}, {"score": None}),
    ({"tags": None}, {"tags": []}),
    ({"tags": ""}, {"tags": []}),
    ({"tags": [1, "b"]}, {"tags": ["1", "b"]}),
    ({"variants": ""}, {"variants": None}),
    ({"variants": None}, {"variants": None}),
    ({"variants": []}, {"variants": []}),
    ({"variants": {"vid": "V"}}, {"variants": [Variant(vid="V")]}),
    ({"variants": [{"vid": 7}]}, {"variants": [Variant(vid="7")]}),
    ({"shelves": {"a": {"vid": 7}}}, {"shelves": {"a": [Variant(vid="7")]}}),
    ({"shelves": ""}, {"shelves": None}),
    ({"main": ""}, {"main": None}),
    ({"main": {"vid": "V", "price": ""}}, {"main": Variant(vid="V")}),
    (
        {"main": {"vid": "V", "events": '[{"note": 5}]'}},
        {"main": Variant(vid="V", events=[Event(note="5")])},
    ),
    (
        {"parts": [{"pid": 2, "parts": [{"pid": 3}]}]},
        {"parts": [Product(pid="2", parts=[Product(pid="3")])]},
    ),
]


@pytest.mark.parametrize(("sent", "read"), QUIRKS, ids=[json.dumps(sent) for sent, _ in QUIRKS])
def test_a_habit_of_cj_is_mended_without_a_word(
    sent: dict[str, object], read: dict[str, object]
) -> None:
    drift = Drift()
    result = decode(Product, product(**sent), strict=True, drift=drift)
    assert result == Product(pid="P1", **read)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert not drift


def test_a_plain_datetime_survives_the_second_look() -> None:
    body = b'{"2021-10-12T01:33:00Z": "2021-10-12T01:33:00Z", "": ""}'
    moment = datetime(2021, 10, 12, 1, 33, tzinfo=UTC)
    assert decode(dict[str, datetime], body) == {"2021-10-12T01:33:00Z": moment}


def test_a_number_as_id_is_text_however_long_it_is() -> None:
    assert decode(Product, b'{"pid": 98765432109876543210}').pid == "98765432109876543210"


# ------------------------------------------------------------------------------- drift

DRIFTS: list[tuple[dict[str, object], dict[str, str]]] = [
    ({"sellPrice": "cheap"}, {"Product.sellPrice": "string"}),
    ({"sellPrice": [1]}, {"Product.sellPrice": "array"}),
    ({"nameEn": {"en": "Lamp"}}, {"Product.nameEn": "object"}),
    ({"count": 1.5}, {"Product.count": "number"}),
    ({"count": True}, {"Product.count": "boolean"}),
    ({"onSale": 2}, {"Product.onSale": "number"}),
    ({"created": "soon"}, {"Product.created": "string"}),
    ({"keys": '["a'}, {"Product.keys": "string"}),
    ({"step": 3}, {"Product.step": "number"}),
    ({"score": "NaN"}, {"Product.score": "string"}),
    ({"tags": 5}, {"Product.tags": "number"}),
    ({"tags": ["a", None]}, {"Product.tags": "null in a list"}),
    ({"variants": "text"}, {"Product.variants": "string"}),
    ({"main": '{"vid": "V"}'}, {"Product.main": "string"}),
    ({"main": {"price": 1}}, {"Variant.vid": "missing", "Product.main": "object"}),
    ({"main": {"vid": None}}, {"Variant.vid": "null", "Product.main": "object"}),
    ({"main": {"vid": "V", "price": "NaN"}}, {"Variant.price": "string"}),
    ({"main": {"vid": "V", "inventoryNum": []}}, {"Variant.inventoryNum": "array"}),
    ({"shelves": {"a": 1, "b": []}}, {"Product.shelves": "number in a map"}),
    (
        {"variants": [{"vid": "V"}, {"price": 1}, "junk", None]},
        {"Variant.vid": "missing", "Product.variants": "object in a list"},
    ),
]


@pytest.mark.parametrize(("sent", "drifted"), DRIFTS, ids=[json.dumps(sent) for sent, _ in DRIFTS])
def test_what_fits_nothing_is_none_and_is_reported(
    sent: dict[str, object], drifted: dict[str, str]
) -> None:
    drift = Drift()
    result = decode(
        Product,
        product(nameEn="Lamp", area=3) if not sent else product(area=3, **sent),
        drift=drift,
    )
    assert drift == drifted
    assert result.area == "3"


@pytest.mark.parametrize(("sent", "drifted"), DRIFTS, ids=[json.dumps(sent) for sent, _ in DRIFTS])
def test_strict_raises_and_names_every_field(
    sent: dict[str, object], drifted: dict[str, str]
) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        decode(Product, product(**sent), strict=True)
    assert all(path in str(caught.value) for path in drifted)


def test_a_field_that_drifts_in_every_row_is_reported_once() -> None:
    rows = [{"vid": str(number), "price": "free"} for number in range(50)]
    drift = Drift()
    result = decode(Product, product(variants=rows), drift=drift)
    assert drift == {"Variant.price": "string"}
    assert result.variants is not None
    assert [variant.vid for variant in result.variants] == [str(number) for number in range(50)]


def test_a_row_without_its_id_is_left_out_and_the_others_survive() -> None:
    result = decode(Product, product(variants=[{"vid": "1"}, {"price": "2"}, {"vid": "3"}]))
    assert result.variants == [Variant(vid="1"), Variant(vid="3")]


def test_a_list_in_which_nothing_fits_is_not_an_empty_list() -> None:
    drift = Drift()
    assert decode(Product, product(variants=["a", "b"]), drift=drift).variants is None
    assert drift == {"Product.variants": "array of nothing that fits"}


def test_a_report_never_holds_the_value() -> None:
    secret = "CJ1@api@0123456789abcdef"
    drift = Drift()
    decode(Product, product(sellPrice=secret, variants=secret, tags={"a": secret}), drift=drift)
    assert drift
    assert secret not in str(drift)
    with pytest.raises(msgspec.ValidationError) as caught:
        decode(Product, product(sellPrice=secret, created=secret), strict=True)
    assert secret not in str(caught.value)


def test_without_a_listener_drift_is_silent() -> None:
    assert decode(Product, product(sellPrice="cheap")) == Product(pid="P1")


# ------------------------------------------------------------------------------- the top


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"null", b"{}", b'{"pid": null}', b'""'])
def test_a_top_level_that_fits_nothing_raises(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Product, body)


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b'{"pid": "\xff"}', b"[1,]", b"NaN"])
def test_what_is_not_json_raises_a_decode_error(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(Product, body)


def test_a_top_level_list_leaves_out_what_does_not_fit() -> None:
    drift = Drift()
    assert decode(list[Variant], b'[{"vid": 1}, {}, 5]', drift=drift) == [Variant(vid="1")]
    assert drift == {"Variant.vid": "missing", "$": "object in a list"}


def test_json_nested_too_deeply_raises_a_validation_error() -> None:
    for body in (b"[" * 100_000, b'{"pid": "P", "extra": ' + b"[" * 100_000):
        with pytest.raises(msgspec.ValidationError):
            decode(Product, body)


def test_a_number_that_no_decimal_can_hold_costs_only_its_field() -> None:
    drift = Drift()
    body = b'{"pid": "P", "sellPrice": 1e99999999999999999999, "nameEn": "Lamp"}'
    assert decode(Product, body, drift=drift) == Product(pid="P", name="Lamp")
    assert drift == {"Product.sellPrice": "string"}


# ------------------------------------------------------------------------------- envelopes


def test_a_generic_envelope_holds_any_payload() -> None:
    body = b'{"code": "200", "data": {"pid": 7}, "requestId": 5}'
    assert decode(Envelope[Product], body) == Envelope(200, None, Product(pid="7"), "5")
    assert decode(Envelope[list[Variant]], b'{"data": {"vid": 1}}').data == [Variant(vid="1")]
    assert decode(Envelope[bool], b'{"data": "1", "message": 0}').data is True
    assert decode(Envelope[Any], b'{"data": {"a": 1.10}, "message": 0}').data == {
        "a": Decimal("1.10")
    }
    assert decode(
        Envelope[msgspec.Raw], b'{"data": {"a": 1.10}, "message": 0}'
    ).data == msgspec.Raw(b'{"a":1.10}')


@pytest.mark.parametrize("data", [b"null", b'""'])
def test_an_envelope_may_be_empty(data: bytes) -> None:
    assert decode(Envelope[Product], b'{"code": 200, "data": ' + data + b"}").data is None


@pytest.mark.parametrize("data", ["{}", '"text"', "[]", "5", '{"pid": null}'])
def test_a_payload_that_fits_nothing_is_never_taken_for_an_empty_one(data: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"Envelope\.data"):
        decode(Envelope[Product], f'{{"code": 200, "data": {data}}}'.encode())


def test_a_payload_whose_rows_all_fail_is_never_taken_for_an_empty_list() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"Envelope\.data"):
        decode(Envelope[list[Variant]], b'{"data": [{"id": 1}, {"id": 2}]}')
    assert decode(Envelope[list[Variant]], b'{"data": []}').data == []


def test_drift_names_the_envelope_by_its_plain_name() -> None:
    drift = Drift()
    decode(Envelope[Product], b'{"code": "x", "data": {"pid": "P"}}', drift=drift)
    assert drift == {"Envelope.code": "string"}


# ------------------------------------------------------------------------------- unions, secrets


def test_the_tag_decides_which_struct_of_a_union_is_mended() -> None:
    body = b'[{"type": "REMOVED", "price": ""}, {"type": "ADDED", "at": ""}, {"type": "NEW"}]'
    drift = Drift()
    events = decode(list[Added | Removed], body, drift=drift)
    assert events == [Removed(), Added()]
    assert drift == {"$": "object in a list"}


def test_money_in_a_union_of_structs_is_finite_too() -> None:
    drift = Drift()
    body = b'[{"type": "ADDED", "at": 1}, {"type": "REMOVED", "price": "Infinity"}]'
    assert decode(list[Added | Removed], body, drift=drift)[1] == Removed()
    assert drift == {"Removed.price": "string"}


def test_a_secret_is_text_that_no_repr_shows() -> None:
    login = decode(Login, b'{"accessToken": "canary", "openId": 1234567890123456789, "name": "n"}')
    assert login.access_token == "canary"
    assert login.open_id == "1234567890123456789"
    assert repr(login) == "Login(access_token='***', open_id='***', name='n')"
    assert "canary" not in repr([login])


def test_the_repr_of_a_model_leaves_out_what_is_not_set() -> None:
    assert (
        repr(Product(pid="P", main=Variant(vid="V"))) == "Product(pid='P', main=Variant(vid='V'))"
    )


# ------------------------------------------------------------------------------- anything at all

NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.sampled_from(["1e400", "-0", "1E+2", "0.1e-9", "1e99999999999999999999"]),
)
ODD_TEXTS = (
    *("", "null", "true", "0", "1", "1.5", "1e9", "9" * 40, "NaN", "-inf", "sNaN", "1-2", "a,b"),
    *("2021-10-12", "2021-10-12 01:33:00", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59"),
    *("1609228800123", "[]", "{}", '"x"', '["a"]', '[{"note": 1, "cost": "NaN"}]'),
)
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.one_of(st.text(CHARACTERS), st.sampled_from(ODD_TEXTS)).map(json.dumps)
SCALARS = st.one_of(NUMBERS, TEXTS, st.sampled_from(["null", "true", "false"]))
NAMES = [
    field.encode_name
    for kind in (Product, Variant, Event)
    for field in msgspec.structs.fields(kind)
]
KEYS = st.one_of(st.sampled_from(NAMES), st.text(CHARACTERS))


def _array(items: list[str]) -> str:
    return f"[{','.join(items)}]"


def _object(items: dict[str, str]) -> str:
    return f"{{{','.join(f'{json.dumps(key)}:{value}' for key, value in items.items())}}}"


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, max_size=4).map(_array),
        st.dictionaries(KEYS, inner, max_size=6).map(_object),
        inner.map(json.dumps),
    )


ANY_JSON = st.recursive(SCALARS, _nested, max_leaves=25)
PRODUCTS = st.dictionaries(st.sampled_from(NAMES), ANY_JSON).map(
    lambda fields: _object({**fields, "pid": '"P1"'})
)


def is_sound(value: object) -> bool:
    """Every number in it is finite, every moment aware."""
    match value:
        case Decimal():
            return value.is_finite()
        case float():
            return math.isfinite(value)
        case datetime():
            return value.utcoffset() is not None
        case msgspec.Struct():
            return all(is_sound(getattr(value, name)) for name in value.__struct_fields__)
        case _ if is_array(value):
            return all(is_sound(part) for part in value)
        case _ if is_object(value):
            return all(is_sound(part) for part in value.values())
        case _:
            return True


@given(st.one_of(ANY_JSON, st.just("9" * 5000)))
def test_arbitrary_json_is_decoded_soundly_or_refused_as_invalid(body: str) -> None:
    for kind in (
        Product,
        list[Variant],
        Envelope[Product],
        dict[str, Event],
        list[Added | Removed],
    ):
        try:
            value: object = decode(kind, body.encode())
        except msgspec.ValidationError:
            continue
        assert is_sound(value)


@given(PRODUCTS)
def test_a_product_with_an_id_is_always_decoded_whatever_else_it_holds(body: str) -> None:
    result = decode(Product, body.encode(), drift=Drift())
    assert result.pid == "P1"
    assert is_sound(result)


@given(PRODUCTS)
def test_both_looks_read_the_same_into_what_needs_no_mending(body: str) -> None:
    clean = body[:-1] + ',"main":{"vid":"7"}}'
    mended = body[:-1] + ',"main":{"vid":7}}'
    assert decode(Product, mended.encode()) == decode(Product, clean.encode())
