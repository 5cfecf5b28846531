"""The body of a callback becomes a message, whatever it is; nothing that CJ could mean is lost."""

from __future__ import annotations

import json
import logging
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async import CJError, models, webhooks
from cj_async.models.webhook import (
    LogisticMessage,
    Message,
    OrderMessage,
    OrderSplitMessage,
    ProductMessage,
    StockMessage,
    VariantMessage,
)
from cj_async.webhooks import AnyMessage, BadMessage, Probe, UnknownMessage, parse
from cj_async.webhooks._parse import warn_once
from tests.webhooks.examples import EXAMPLES, as_json, lost

BEYOND_DOUBLES = 2**53 + 1
TYPES = sorted({name.partition(".")[0] for name in EXAMPLES})
OPEN_ID = 7270727072707270727

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["", "UPDATE", "2026-11-05 08:15:30", "[]", '[{"status": 1}]', "[[", "1e400"])
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
known_params = st.sampled_from(sorted(EXAMPLES)).flatmap(
    lambda name: st.fixed_dictionaries(
        {}, optional=dict.fromkeys(EXAMPLES[name]["params"], json_values)
    )
)


def parsed(body: object, kind: type[AnyMessage] | None = None) -> Any:
    """The message that a body becomes; drift is a failure."""
    message = parse(as_json(body), drift=not_expected)
    assert kind is None or type(message) is kind
    return message


def not_expected(field: str, json_type: object) -> None:
    raise AssertionError(f"{field} does not fit: {json_type}")


def ignored(field: str, json_type: object) -> None:
    """Drift that a test is not about."""


def message_of(kind: str, params: object = None, **head: object) -> dict[str, object]:
    return {"messageId": "m1", "type": kind, "messageType": "UPDATE", "params": params, **head}


# ------------------------------------------------------------------- the documented messages


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_its_message_and_loses_nothing(name: str) -> None:
    message = parsed(EXAMPLES[name])

    assert isinstance(message, get_args(Message))
    assert message.__struct_config__.tag == name.partition(".")[0]
    assert lost(EXAMPLES[name], message) == []


def test_what_is_lost_would_be_seen() -> None:
    example = EXAMPLES["ORDER.update"]
    other = {
        **example,
        "messageId": "other",
        "params": {**example["params"], "payDate": 1, "new": 1},
    }

    assert [told.partition(":")[0] for told in lost(other, parsed(example))] == [
        "$.messageId",
        "$.params.payDate",
        "$.params.new",
    ]


# ------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize("kind", ["ORDER", "LOGISTIC"])
@given(number=st.integers(BEYOND_DOUBLES, 10**30))
def test_an_id_keeps_every_digit(kind: str, number: int) -> None:
    field = {"ORDER": "cjOrderId", "LOGISTIC": "orderId"}[kind]
    params = parsed(message_of(kind, {field: number})).params
    assert (params.cj_order_id if kind == "ORDER" else params.order_id) == str(number)


def test_the_documented_order_id_is_beyond_what_a_double_holds() -> None:
    message = parsed(EXAMPLES["ORDER.update"], OrderMessage)
    assert message.params.cj_order_id == "261105100016290777"
    assert int(float(message.params.cj_order_id)) != int(message.params.cj_order_id)


def test_every_id_may_be_a_number() -> None:
    message = parsed(message_of("VARIANT", {"vid": BEYOND_DOUBLES}, messageId=7), VariantMessage)
    assert (message.message_id, message.params.vid) == ("7", str(BEYOND_DOUBLES))


# ------------------------------------------------------------------------------ odd shapes


def test_stock_is_a_map_by_vid() -> None:
    message = parsed(EXAMPLES["STOCK.update"], StockMessage)
    assert {
        vid: [(at.area_id, at.storage_num) for at in levels]
        for vid, levels in message.params.items()
    } == {
        "1700000000000000201": [("2", 40)],
        "1F7A9C3E-5B2D-4D80-A6E4-9B8C7D6E5F40": [("2", 3)],
    }


def test_track_events_are_read_out_of_their_text() -> None:
    [event] = parsed(EXAMPLES["LOGISTIC.update"], LogisticMessage).params.logistics_track_events
    assert (event.status, event.status_desc, event.third_location) == (
        12,
        "Delivered",
        "SPRINGFIELD,XX 00000",
    )
    assert str(event.event_time) == "2026-11-20 10:30:00+00:00"


def test_track_events_may_be_a_real_list() -> None:
    message = parsed(message_of("LOGISTIC", {"logisticsTrackEvents": [{"status": "3"}]}))
    assert [event.status for event in message.params.logistics_track_events] == [3]


def test_a_single_order_item_is_a_list_of_one() -> None:
    message = parsed(message_of("ORDER", {"orderItems": {"vid": "v1", "quantity": 2}}))
    assert [(item.vid, item.quantity) for item in message.params.order_items] == [("v1", 2)]


@pytest.mark.parametrize("moment", [1793865600000, "1793865600000", "2026-11-05T08:00:00Z"])
def test_the_moment_of_a_split_is_read_in_every_spelling(moment: object) -> None:
    params = {"splitOrderList": [{"createAt": moment}]}
    [order] = parsed(message_of("ORDERSPLIT", params), OrderSplitMessage).params.split_order_list
    assert order.create_at == datetime(2026, 11, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize("what", ["ORDER_CONNNECTED", "INCREASE", "SOMETHING_NEW", None])
def test_any_message_type_is_taken(what: str | None) -> None:
    assert parsed(message_of("ORDER", {}, messageType=what)).message_type == what


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, bytes.decode])
def test_the_body_may_be_bytes_of_any_kind_or_text(wrap: Any) -> None:
    assert isinstance(parse(wrap(as_json(EXAMPLES["ORDER.update"]))), OrderMessage)


# ----------------------------------------------------------------------------------- drift


def test_a_field_that_fits_nothing_costs_itself_only() -> None:
    told: list[tuple[str, object]] = []
    params = {"pid": "p1", "productStatus": "on sale", "productSku": ["CJ"]}

    message = parse(
        as_json(message_of("PRODUCT", params)), drift=lambda field, kind: told.append((field, kind))
    )

    assert isinstance(message, ProductMessage)
    assert message.params == models.webhook.ProductParams(pid="p1")
    assert told == [
        ("ProductParams.productSku", "array"),
        ("ProductParams.productStatus", "string"),
    ]


def test_without_a_listener_drift_is_logged_once_per_field(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = as_json(message_of("SOURCINGCREATE", {"cjVariantSku": ["a", "b"]}))

    warn_once.cache_clear()
    with caplog.at_level(logging.WARNING, "cj_async"):
        assert parse(body) == parse(body)

    assert caplog.messages == [
        "schema drift: SourcingParams.cjVariantSku was array and is read as None"
    ]


@pytest.mark.parametrize("params", [["p1"], "p1", 5, True])
def test_params_that_fit_nothing_as_a_whole_are_handed_over_as_they_are(params: object) -> None:
    message = parse(as_json(message_of("PRODUCT", params)), drift=ignored)
    assert message == UnknownMessage(
        type="PRODUCT", message_id="m1", message_type="UPDATE", params=params
    )


@pytest.mark.parametrize("params", [None, ""])
def test_a_message_without_params_is_still_of_its_type(params: object) -> None:
    assert parsed(message_of("PRODUCT", params), ProductMessage).params is None


# --------------------------------------------------------------------- what is not documented


def test_an_unknown_type_keeps_all_it_says() -> None:
    body = (
        b'{"messageId": 5, "type": "TICKET", "messageType": "INSERT", "openId": 9007199254740993,'
    )
    body += b' "params": {"id": 9007199254740993, "amount": 1.10, "tags": [null, true]}}'

    assert parse(body) == UnknownMessage(
        type="TICKET",
        message_id="5",
        message_type="INSERT",
        open_id="9007199254740993",
        params={"id": 9007199254740993, "amount": Decimal("1.10"), "tags": [None, True]},
    )


def test_a_type_is_spelled_exactly() -> None:
    assert parsed(message_of("order", {"a": 1}), UnknownMessage).type == "order"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messageId": "m1"},
        {"type": None, "params": None},
        {"type": " ", "code": 200},
        {"params": {"a": 1}},
        *({"type": kind, "params": {"a": 1}} for kind in ("", ["ORDER"], {"a": 1}, True)),
    ],
)
def test_an_object_without_a_type_is_the_probe_of_a_registration(body: dict[str, object]) -> None:
    with pytest.raises(Probe, match="not a message of CJ: it has no type") as caught:
        parse(as_json(body))
    assert isinstance(caught.value, BadMessage)
    assert caught.value.head == as_json(body)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"ORDER"',
        b"{",
        b'{"type": "ORDER",}',
        b"type=ORDER",
        b"\xff\xfe",
        b'{"type": "\xff"}',
        b'{"type": "ORDER", "messageId": "\xff"}',
        b'{"type": "TICKET", "params": ' + b"[" * 100_000,
        b'{"type": "ORDER", "params": {"new": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}",
        "\ud800",
    ],
)
def test_what_is_no_json_object_is_a_bad_message(raw: bytes | str) -> None:
    with pytest.raises(BadMessage, match="not a message of CJ: ") as caught:
        parse(raw)
    assert isinstance(caught.value, CJError)
    assert caught.value.reason


def test_a_bad_message_can_be_pickled() -> None:
    with pytest.raises(BadMessage) as caught:
        parse(b"[1]")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.reason, again.head) == (str(caught.value), "no JSON object", b"[1]")


# --------------------------------------------------------------------- any body whatsoever


def outcome_of(raw: bytes | str) -> AnyMessage | BadMessage:
    """What becomes of a body; any other exception than BadMessage fails the test."""
    try:
        return parse(raw, drift=ignored)
    except BadMessage as error:
        return error


@given(raw=st.binary() | st.text())
def test_any_bytes_are_a_message_or_a_bad_message(raw: bytes | str) -> None:
    assert outcome_of(raw) is not None


@given(body=json_values)
def test_any_json_without_an_object_with_a_type_is_a_bad_message(body: object) -> None:
    has_type = isinstance(body, dict) and "type" in body
    assert has_type or isinstance(outcome_of(json.dumps(body)), BadMessage)


@given(kind=st.sampled_from(TYPES), head=json_values, params=known_params | json_values)
def test_a_documented_type_with_any_values_is_never_lost(
    kind: str, head: object, params: object
) -> None:
    message = outcome_of(
        json.dumps(
            {"type": kind, "messageId": head, "messageType": head, "openId": head, "params": params}
        )
    )
    assert isinstance(message, (UnknownMessage, *get_args(Message)))
    assert repr(message)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_a_message_that_was_cut_off_is_a_bad_message(name: str, data: st.DataObject) -> None:
    raw = as_json(EXAMPLES[name])
    end = data.draw(st.integers(0, len(raw) - 1))
    assert isinstance(outcome_of(raw[:end]), BadMessage)


# ------------------------------------------------------------------------------------ secrets


@pytest.mark.parametrize(
    "body",
    [
        {**EXAMPLES["ORDER.update"], "openId": OPEN_ID},
        message_of(
            "TICKET", {"openId": OPEN_ID, "rows": [{"open_id": str(OPEN_ID)}]}, openId=OPEN_ID
        ),
        message_of("PRODUCT", [{"openId": OPEN_ID}], openId=str(OPEN_ID)),
    ],
)
def test_no_repr_shows_the_open_id(body: dict[str, object]) -> None:
    message = parse(as_json(body), drift=ignored)
    assert "72707270" not in repr(message)
    assert message.open_id == str(OPEN_ID)
    assert "open_id='***'" in repr(message)


def test_no_probe_shows_the_open_id() -> None:
    with pytest.raises(Probe) as caught:
        parse(as_json({"openId": OPEN_ID, "test": True}))
    assert "72707270" not in f"{caught.value!s}{caught.value!r}{caught.value.head!r}"


@pytest.mark.parametrize("cut", [-1, -3, -30])
def test_no_bad_message_shows_the_open_id(cut: int) -> None:
    raw = as_json({"openId": OPEN_ID, "type": "ORDER", "openid": str(OPEN_ID)})[:cut]
    with pytest.raises(BadMessage) as caught:
        parse(raw)
    error = caught.value
    assert error.__cause__ is None
    shown = (str(error), repr(error), repr(error.args), repr(error.head))
    assert not [text for text in shown if "72707270" in text]


def test_everything_that_is_public_says_what_it_is() -> None:
    assert all(getattr(webhooks, name).__doc__ for name in webhooks.__all__)
