"""Do generated methods tell editors and readers what they take, cost and do?"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from cj_async.resources.addresses import Addresses
from cj_async.resources.disputes import Disputes
from cj_async.resources.logistics import Logistics
from cj_async.resources.merge_orders import MergeOrders
from cj_async.resources.orders import Orders
from cj_async.resources.outbound import Outbound
from cj_async.resources.payments import Payments
from cj_async.resources.private_inventory import PrivateInventory
from cj_async.resources.products import Products
from cj_async.resources.reviews import Reviews
from cj_async.resources.settings import Settings
from cj_async.resources.sourcing import Sourcing
from codegen.docstrings import quotable
from codegen.load import Spec
from codegen.operations import OperationRecord, read_operations
from codegen.resources import generate_resources
from tests.codegen.small import Small

Method = Callable[..., Any]


def method_of(op: OperationRecord) -> Method:
    """The generated method of an operation."""
    module = importlib.import_module(f"cj_async.resources.{op.namespace}")
    found: Method = getattr(
        getattr(module, "".join(part.capitalize() for part in op.namespace.split("_"))), op.method
    )
    return found


def text_of(method: Method) -> str:
    """The docstring of a method, without line breaks."""
    return " ".join((inspect.getdoc(method) or "").split())


def test_every_parameter_is_keyword_only_and_optional_unless_required(real_spec: Spec) -> None:
    for op in read_operations(real_spec):
        own, *parameters = inspect.signature(method_of(op)).parameters.values()
        assert own.name == "self"
        assert [each.name for each in parameters] == [each.python for each in op.parameters]
        for given, wanted in zip(parameters, op.parameters, strict=True):
            assert given.kind is inspect.Parameter.KEYWORD_ONLY
            assert given.default is (inspect.Parameter.empty if wanted.required else None)


def test_the_method_hands_over_every_parameter_under_its_name(real_spec: Spec) -> None:
    ops = read_operations(real_spec)
    for module in generate_resources(real_spec, ops).values():
        ast.parse(module)
    for op in ops:
        own = inspect.getsource(method_of(op)).rpartition('"""')[2]
        for parameter in op.parameters:
            assert f'"{parameter.python}": {parameter.python}' in own


def test_a_list_is_a_plain_method_and_anything_else_a_coroutine(real_spec: Spec) -> None:
    for op in read_operations(real_spec):
        assert inspect.iscoroutinefunction(method_of(op)) is (op.paging is None)


@pytest.mark.parametrize(
    ("method", "annotations"),
    [
        (
            Products.get,
            {
                "country_code": "str | None",
                "features": "Sequence[Literal['enable_combine', 'enable_inventory', "
                "'enable_video']] | None",
                "pid": "str | None",
                "product_sku": "str | None",
                "variant_sku": "str | None",
                "return": "product.Product",
            },
        ),
        (
            Reviews.list,
            {
                "pid": "str",
                "page_num": "int | None",
                "page_size": "int | None",
                "score": "int | None",
                "return": "Pages[product.Review]",
            },
        ),
        (
            Sourcing.create,
            {
                "product_image": "str",
                "product_name": "str",
                "price": "Decimal | float | None",
                "product_url": "str | None",
                "remark": "str | None",
                "third_product_id": "str | None",
                "third_product_sku": "str | None",
                "third_variant_id": "str | None",
                "return": "product.SourcingCreated",
            },
        ),
        (
            Orders.upload_waybill,
            {
                "cj_order_id": "str",
                "cj_shipping_company_name": "str",
                "order_id": "str",
                "track_number": "str",
                "waybill_file": "FileInput",
                "return": "bool",
            },
        ),
        (
            MergeOrders.submit,
            {
                "groups": "Sequence[params.merge_order.MergeGroupInput]",
                "return": "merge_order.MergeOutcome",
            },
        ),
        (
            Disputes.confirm_info,
            {
                "order_id": "str",
                "product_info_list": "Sequence[params.dispute.DisputeProductInput"
                " | dispute.DisputeProduct]",
                "return": "dispute.DisputeConfirmInfo",
            },
        ),
        (Orders.cogs, {"order_codes_list": "Sequence[str]", "return": "list[cogs.CogsOrder]"}),
        (
            Outbound.cancel,
            {"order_id": "str", "reason": "str | None", "return": "bool | dict[str, object]"},
        ),
        (
            Outbound.create,
            {
                "address": "params.outbound.OutboundRecipientInput",
                "order_number": "str",
                "postage_pay_node": "Literal[4, 5, 6]",
                "product_list": "Sequence[params.outbound.OutboundLineInput]",
                "storage_id": "str",
                "order_id": "str | None",
                "platform": "str | None",
                "reason": "str | None",
                "reason_en": "str | None",
                "store_name": "str | None",
                "submit": "bool | None",
                "return": "outbound.OutboundCreated",
            },
        ),
        (Addresses.list, {"return": "list[address.Address]"}),
        (
            Settings.update_account,
            {
                "open_email": "str | None",
                "open_name": "str | None",
                "return": "dict[str, object] | None",
            },
        ),
    ],
)
def test_the_types_say_what_may_be_given(method: Method, annotations: dict[str, str]) -> None:
    assert list(method.__annotations__.items()) == list(annotations.items())


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (Products.search, "Products that match a keyword and filters. The rows come in groups"),
        (Products.search, "size: Rows per page. Range 1 to 100. The server's default is 10."),
        (Products.search, "start_sell_price: Lowest price, in US dollars. At least 0."),
        (Products.search, "A datetime with a zone, or milliseconds since 1970."),
        (Products.search, "ListCapped: more rows match than the 6000 that a query can reach."),
        (Products.search, "IncompleteList: CJ did not move on to the next page."),
        (Products.search, "Costs 50 points a call. Effect read: reads only"),
        (Products.search, "CJ documentation: API 3 - Product, 1.2 Product List V2 (edition 000);"),
        (Products.list, "create_time_from: Created after this moment. Written in the zone +08:00."),
        (Products.get, "Give exactly one of pid, product_sku, variant_sku."),
        (Products.get, "country_code: Only variants in stock in this country; a two-letter code."),
        (Reviews.list, "pid: Id of the product. Required. At most 200 characters."),
        (Reviews.list_legacy, "Deprecated by CJ."),
        (Settings.get, "Costs no points. Effect read"),
        (Settings.get_account, "Evidence: the documentation only mentions this address"),
        (Settings.update_account, "or None where CJ answers without data."),
        (Sourcing.create, "OutcomeUnknown: it was sent and the answer was lost. No call lists"),
        (Sourcing.create, "Effect write: changes something, never repeated by itself"),
        (Payments.pay, "Effect pay: moves money, never repeated by itself"),
        (Payments.pay_v2, "pay_id must be given when order_type is 24: A make-up bill is paid"),
        (Orders.create_v2, "With pay_type=2 it moves money: its effect is pay."),
        (Orders.create_v2, "platform_token: A second token"),
        (Orders.create_v2, "A datetime with a zone, or seconds since 1970."),
        (Orders.upload_waybill, "waybill_file: The label, a file such as a PDF. Required."),
        (Orders.delete, "or None where CJ answers without data."),
        (PrivateInventory.orders, "pay_status must not be given unless order_status is '3'"),
        (Outbound.products, "Give at least one of sku_or_spu, private_order_id."),
        (Logistics.track_legacy, "Deprecated by CJ."),
    ],
)
def test_the_docstring_says(method: Method, sentence: str) -> None:
    assert sentence in text_of(method)


def test_every_docstring_names_effect_and_source(real_spec: Spec) -> None:
    for op in read_operations(real_spec):
        text = text_of(method_of(op))
        assert text.startswith(op.summary)
        assert f"Effect {op.effect}:" in text
        assert all(f"{page['section']} (edition {page['edition']})" in text for page in op.docs)


def test_no_default_of_the_server_is_sent_by_itself(real_spec: Spec) -> None:
    module = generate_resources(real_spec, read_operations(real_spec))["products.py"]

    assert "default=" not in module.replace("default_size=", "")


def test_a_deprecated_parameter_says_so(small: Small) -> None:
    small.parameter(small.get, "sku")["deprecated"] = True

    module = generate_resources(small.spec, read_operations(small.spec))["things.py"]

    assert "sku: SKU of the thing. Deprecated by CJ." in module


@pytest.mark.parametrize(
    "text", ['ends with "quotes"', "a pattern \\d+ \\", 'three """ of them', 'only """']
)
def test_any_words_can_stand_in_a_docstring(text: str, small: Small) -> None:
    small.get["summary"] = text
    small.get["parameters"][0]["description"] = text
    small.spec.root["tags"][0]["description"] = text

    modules = generate_resources(small.spec, read_operations(small.spec))

    written = text.replace('"""', "'''")
    class_ = next(
        node for node in ast.parse(modules["things.py"]).body if isinstance(node, ast.ClassDef)
    )
    method = next(
        node
        for node in class_.body
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "get"
    )
    assert ast.get_docstring(class_) == written
    assert (ast.get_docstring(method) or "").startswith(written)
    assert ast.literal_eval(f'"""{quotable(text)}"""') == written
    ast.parse(modules["__init__.py"])
