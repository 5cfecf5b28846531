"""Do type checkers understand code that uses the package, and find what is wrong in it?

Each checker runs once, over a sample that must be clean and one in which every marked line is wrong.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cj_async.resources import operations

PROJECT = Path(__file__).resolve().parent.parent
CLEAN = PROJECT / "tests" / "typing_sample.py"

WRONG = """
from decimal import Decimal

from cj_async import CJClient, MemoryTokenStore, Page, Pages, Pool, models, params, webhooks
from cj_async.models.dispute import Dispute
from cj_async.models.order import CreatedOrder
from cj_async.models.product import Product, ProductListItem, ProductSearchItem


async def calls(cj: CJClient) -> None:
    cj.products.search("lamp")  # wrong: positional
    cj.products.search(sort="up")  # wrong: no such choice
    cj.products.search(order_by=9)  # wrong: no such choice
    cj.products.search(keyword="lamp")  # wrong: no such parameter
    cj.products.search(size="100")  # wrong: text for a number
    cj.products.search(features=["enable_all"])  # wrong: no such feature
    cj.products.search(features="enable_video")  # wrong: text for a list
    cj.products.list(product_type="TOY")  # wrong: no such choice
    cj.reviews.list()  # wrong: the product is missing
    await cj.warehouses.get()  # wrong: the id is missing
    await cj.products.add_to_my_products("1")  # wrong: positional
    await cj.sourcing.create(product_name="Lamp")  # wrong: the picture is missing
    await cj.products.get(pid=7)  # wrong: an id is text
    await cj.orders.refund()  # wrong: no such method
    await cj.request("GET", "/x", {"a": 1})  # wrong: positional
    await cj.request("GET", "/x", effect="token")  # wrong: not for callers


async def results(cj: CJClient) -> None:
    page: Page[ProductListItem] = await cj.products.search()  # wrong: other items
    pages: Pages[ProductListItem] = cj.products.search()  # wrong: other items
    cj.products.search().items  # wrong: not awaited
    for _ in cj.products.search():  # wrong: needs async for
        pass
    detail = await cj.products.get(pid="1")
    print(detail.sell_price.low)  # wrong: may be None
    print(detail.colour)  # wrong: no such field
    for variant in detail.variants:  # wrong: may be None
        print(variant)
    total: int = (await cj.products.list()).total  # wrong: may be None
    print(page, pages, total)


async def shopping(cj: CJClient) -> None:
    line: params.order.OrderProductInput = {"vid": "1"}  # wrong: the quantity is missing
    other: params.order.OrderProductInput = {"quantity": "1"}  # wrong: text for a number
    third: params.order.OrderProductInput = {"quantity": 1, "colour": ""}  # wrong: no such field
    fourth: params.order.OrderProductInput = {"quantity": 1, "unitPrice": 1}  # wrong: CJ's name
    print(line, other, third, fourth)
    await cj.orders.create_v2(products=[])  # wrong: most is missing
    await cj.orders.cogs(order_codes_list=[1])  # wrong: an id is text
    await cj.orders.get(order_id="1", features=["ALL"])  # wrong: no such feature
    cj.orders.list(status="NEW")  # wrong: no such status
    await cj.merge_orders.submit([])  # wrong: positional
    await cj.merge_orders.submit(groups=[{"order_number": "1"}])  # wrong: most is missing
    await cj.payments.pay()  # wrong: the order is missing
    await cj.payments.pay_v2(shipment_order_id="1", order_type=8)  # wrong: no such choice
    await cj.makeup.create_pay_order(order_codes=[1])  # wrong: an id is text
    await cj.logistics.freight(products=[{"vid": "1"}])  # wrong: countries and quantity are missing
    await cj.logistics.track(track_number=1)  # wrong: a number for a list
    await cj.disputes.confirm_info(order_id="1", product_info_list=[{}])  # wrong: no quantity
    await cj.disputes.cancel(order_id="1")  # wrong: the dispute is missing
    await cj.addresses.create(city="Sampleton")  # wrong: most is missing
    cj.private_inventory.cart(is_all=2)  # wrong: no such choice
    await cj.private_inventory.cost(storage_id="1", variant_info_list=[7])  # wrong: no object
    await cj.outbound.create(address="1 Sample Street")  # wrong: text for an object
    await cj.outbound.submit(order_id=1)  # wrong: an id is text
    await cj.sandbox.update_status(order_id="1", target_status=1)  # wrong: no such status
    await cj.webhooks.set(order={"type": "ON", "callback_urls": []})  # wrong: no such choice
    await cj.webhooks.parse(b"")  # wrong: it needs no client
    await cj.auth.logout("token")  # wrong: positional
    await cj.variants.get()  # wrong: the id is missing
    await cj.inventory.by_sku(vid="1")  # wrong: no such parameter
    await cj.settings.get(1)  # wrong: positional


async def answers(cj: CJClient) -> None:
    order: CreatedOrder = await cj.orders.get(order_id="1")  # wrong: another model
    rows: list[Dispute] = await cj.disputes.list()  # wrong: a page
    number: str = await cj.payments.pay(order_id="1")  # wrong: may be None
    done: bool = await cj.outbound.cancel(order_id="1")  # wrong: may be an object
    (await cj.orders.cogs(order_codes_list=["1"]))[0].h  # wrong: the letter is no attribute
    webhooks.parse({})  # wrong: no bytes
    webhooks.parse(b"").params.vid  # wrong: no such field on most of them
    print(order, rows, number, done)


async def files(cj: CJClient) -> None:
    with open("label.pdf") as text:
        await cj.orders.upload_waybill(
            cj_order_id="1",
            cj_shipping_company_name="USPS",
            order_id="1",
            track_number="1",
            waybill_file=text,  # wrong: opened as text
        )
    await cj.orders.upload_waybill(waybill_file=b"")  # wrong: the rest is missing

def settings(cj: CJClient) -> None:
    CJClient("CJ1@api@0", "API@1")  # wrong: positional
    CJClient(tier="gold")  # wrong: no such tier
    CJClient(timeout="30")  # wrong: text for a number
    CJClient(proxy="x")  # wrong: no such setting
    CJClient(token_store="tokens.json")  # wrong: no store
    CJClient(token_store=MemoryTokenStore)  # wrong: a class
    CJClient(pool="x")  # wrong: no pool
    Pool(per_ip="many")  # wrong: text for a number
    cj.with_options(tier="plus")  # wrong: belongs to the account
    cj.with_options(priority="urgent")  # wrong: no such choice
    cj.points = None  # wrong: read only
    models.product.Product(pid=1)  # wrong: an id is text
    models.product.Product()  # wrong: the id is missing
    Product("1")  # wrong: positional
    price: Decimal = ProductSearchItem(id="1").sell_price  # wrong: a range, or None
    print(price)
"""


def marked() -> set[int]:
    """The lines that must be complained about."""
    lines = WRONG.splitlines()
    return {number for number, line in enumerate(lines, 1) if "# wrong" in line}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("typing") / "typing_wrong.py"
    path.write_text(WRONG, encoding="utf-8")
    return path


def run(*arguments: str) -> str:
    environment = {**os.environ, "MYPY_FORCE_COLOR": "0", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def check(complaints: dict[str, dict[int, str]], wrong: Path) -> None:
    """Every marked line, and nothing else, is complained about."""
    assert complaints.get(CLEAN.name, {}) == {}
    found = complaints.pop(wrong.name)
    assert complaints == {}
    assert set(found) == marked(), [found.get(line) for line in set(found) ^ marked()]


@pytest.mark.timeout(120)
def test_mypy_understands_good_code_and_finds_bad_code(wrong: Path) -> None:
    said = run("mypy", "--strict", "--no-error-summary", str(CLEAN), str(wrong))
    complaints: dict[str, dict[int, str]] = {}
    for line in said.splitlines():
        found = re.match(r"(.+?):(\d+): error: (.+)", line)
        if found is not None:
            complaints.setdefault(Path(found[1]).name, {})[int(found[2])] = found[3]
    check(complaints, wrong)


@pytest.mark.timeout(120)
def test_pyright_understands_good_code_and_finds_bad_code(wrong: Path) -> None:
    said = json.loads(run("basedpyright", "--outputjson", str(CLEAN), str(wrong)))
    complaints: dict[str, dict[int, str]] = {}
    for each in said["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        complaints.setdefault(Path(each["file"]).name, {})[line] = each["message"]
    check(complaints, wrong)


@pytest.mark.parametrize("name", ["typing_sample.py", "WRONG"])
def test_both_samples_call_every_namespace(name: str) -> None:
    code = WRONG if name == "WRONG" else CLEAN.read_text(encoding="utf-8")
    called = {
        node.func.value.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and isinstance(node.func.value.value, ast.Name)
        and node.func.value.value.id == "cj"
    }
    assert called == {operation.id.partition(".")[0] for operation in operations().values()}


def test_the_package_says_that_it_is_typed() -> None:
    assert (PROJECT / "cj_async" / "py.typed").is_file()
