"""Is every documented refusal raised as what it means, and success without data told apart from it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cj_async import errors, models
from cj_async._operation import Effect
from cj_async._protocol import Done, Failed
from cj_async.errors import APIError, AuthenticationFailed, Conflict, InvalidParameter, Rejected
from tests.comparing import lost
from tests.examples import BY_ID, NAMES, SPEC, answered, called, shown

# --- refusals


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", [200, 400])
async def test_a_documented_refusal_is_raised_as_what_its_code_means(
    name: str, status: int, tmp_path: Path
) -> None:
    body = shown(name).refusal
    with pytest.raises(APIError) as raised:
        await called(name, body, tmp_path, status)
    error = raised.value
    assert type(error).__name__ == meant(name, body["code"], body["message"])
    assert (error.operation, error.code, error.message) == (name, body["code"], body["message"])
    assert (error.request_id, error.status) == (body.get("requestId"), status)
    assert list(lost(body["data"], error.data, "data")) == []
    assert str(error).startswith(f"{name} {body['code']} ")
    assert body.get("requestId", "") in str(error)


def meant(operation: str, code: int, message: str) -> str:
    """The error class that spec/errors.yaml gives a refusal."""
    for row in SPEC.errors["refinements"]:
        words = row["message-contains"] or ""
        if (
            row["code"] in {None, code}
            and row["operation"] in {None, operation}
            and words.casefold() in message.casefold()
        ):
            return str(row["class"])
    return str(SPEC.errors["codes"][code]["class"])


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("auth.get_access_token", 1601000, AuthenticationFailed),
        ("products.add_to_my_products", 1600000, Conflict),
        ("orders.edit_pod_pictures", 804, InvalidParameter),
        ("orders.update_waybill", 804, Rejected),
        ("orders.upload_waybill", 806, Rejected),
        ("orders.change_warehouse", 1603001, Rejected),
        ("outbound.submit", 1603001, Rejected),
    ],
)
def test_what_a_code_means_depends_on_the_operation(
    name: str, code: int, error: type[APIError]
) -> None:
    body = shown(name).refusal
    assert body["code"] == code
    result = answered(name, body)
    assert isinstance(result, Failed)
    assert type(result.error) is error


@pytest.mark.parametrize(
    "row",
    SPEC.errors["refinements"],
    ids=lambda row: row["name"],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_refined_code_means_it_in_its_operation_and_with_its_words_only(
    name: str, row: dict[str, Any]
) -> None:
    code, words = row["code"] or 1600100, row["message-contains"] or "anything"
    for message in (f"It says: {words.upper()}!", "something else"):
        result = answered(name, {"code": code, "message": message, "data": None})
        assert isinstance(result, Failed)
        assert type(result.error) is getattr(errors, meant(name, code, message))


# --- refusals that explain themselves


def test_a_refused_submit_says_where_the_stock_is_short() -> None:
    body = shown("outbound.submit").refusal
    result = answered("outbound.submit", body)
    assert isinstance(result, Failed)
    assert isinstance(result.error, Rejected)
    details = result.error.details
    assert isinstance(details, models.outbound.OutboundSubmitRefusal)
    assert list(lost(body["data"], details, "data")) == []
    assert details.lock_fails is not None
    assert [(row.quantity, row.lock_quantity) for row in details.lock_fails] == [(3, 2)]


def test_a_refused_private_order_says_what_stands_in_its_way() -> None:
    made = shown("private_inventory.create_order").answers["edition-002"]["data"]
    body = {"code": 1603000, "message": "Refused", "data": {**made, "requestedLogisticName": "Sea"}}
    result = answered("private_inventory.create_order", body)
    assert isinstance(result, Failed)
    assert isinstance(result.error, Rejected)
    details = result.error.details
    assert isinstance(details, models.private_inventory.PrivateOrderCreated)
    assert list(lost(body["data"], details, "data")) == []
    assert details.requested_logistic_name == "Sea"


def test_only_these_two_explain_themselves() -> None:
    explained = {name for name, operation in BY_ID.items() if operation.refusal is not None}
    assert explained == {"outbound.submit", "private_inventory.create_order"}
    for name in NAMES:
        result = answered(name, {**shown(name).refusal, "data": {"orderId": "1"}})
        assert isinstance(result, Failed)
        assert isinstance(result.error, APIError)
        assert (result.error.details is not None) == (name in explained)


# --- what an answer means without data


@pytest.mark.parametrize("name", NAMES)
def test_success_without_data_is_told_apart_from_failure(name: str) -> None:
    operation = BY_ID[name]
    result = answered(name, {"code": 200, "result": True, "message": "Success", "data": None})
    value = result.value if isinstance(result, Done) else type(result.error).__name__
    assert value == WITHOUT_DATA.get(name, "NotFound")
    assert operation.nullable == (name in NULL_IS_AN_ANSWER)
    changes = operation.effect in {Effect.WRITE, Effect.PAY, Effect.IDEMPOTENT}
    assert not changes or value in {None, True, "BadResponse"}


NULL_IS_AN_ANSWER = {
    "addresses.create",
    "addresses.update",
    "orders.confirm",
    "orders.delete",
    "payments.pay",
    "payments.pay_v2",
    "settings.update_account",
}
NOTHING_WAS_FOUND: dict[str, object] = {
    "addresses.list": [],
    "disputes.list": None,
    "inventory.by_sku": [],
    "inventory.by_variant": [],
    "logistics.freight": [],
    "logistics.freight_tip": [],
    "logistics.supplier_templates": [],
    "logistics.track": [],
    "logistics.track_legacy": [],
    "makeup.list": None,
    "merge_orders.auto_match_result": [],
    "orders.cogs": [],
    "orders.list": None,
    "outbound.addresses": [],
    "outbound.products": [],
    "outbound.refresh_products": [],
    "private_inventory.cart": None,
    "private_inventory.orders": None,
    "products.categories": [],
    "products.list": None,
    "products.my_products": None,
    "products.search": None,
    "reviews.list": None,
    "reviews.list_legacy": None,
    "sourcing.query": [],
    "variants.list": [],
    "warehouses.list": [],
}
"""An empty list, or an empty page; what is none of them was not found."""
IT_WAS_DONE = {
    "auth.logout",
    "disputes.cancel",
    "disputes.create",
    "orders.change_warehouse",
    "orders.update_waybill",
    "orders.upload_waybill",
    "outbound.cancel",
    "private_inventory.add_to_cart",
    "private_inventory.remove_from_cart",
    "products.add_to_my_products",
    "sandbox.simulate_pay",
    "sandbox.update_status",
    "webhooks.set",
}
TOO_LITTLE_WAS_TOLD = {
    "makeup.create_pay_order",
    "merge_orders.auto_match",
    "merge_orders.submit",
    "orders.add_to_cart",
    "orders.confirm_cart",
    "orders.create_parent_order",
    "orders.create_v2",
    "orders.create_v3",
    "orders.edit_pod_pictures",
    "outbound.create",
    "outbound.submit",
    "private_inventory.create_order",
    "sourcing.create",
}
"""It was done, and the answer lacks what the caller needs: nobody may take it for a failure."""
WITHOUT_DATA: dict[str, object] = {
    **dict.fromkeys(NULL_IS_AN_ANSWER),
    **NOTHING_WAS_FOUND,
    **dict.fromkeys(IT_WAS_DONE, True),
    **dict.fromkeys(TOO_LITTLE_WAS_TOLD, "BadResponse"),
}


def test_the_table_names_operations_once_each() -> None:
    tables = (NULL_IS_AN_ANSWER, NOTHING_WAS_FOUND, IT_WAS_DONE, TOO_LITTLE_WAS_TOLD)
    assert len(WITHOUT_DATA) == sum(map(len, tables))
    assert set(WITHOUT_DATA) <= set(NAMES)
