"""Do type checkers understand code that uses the package, and find what is wrong in it?

Each checker runs once, over a sample that must be clean and one in which every marked line is wrong.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
CLEAN = PROJECT / "tests" / "typing_sample.py"

WRONG = """
from decimal import Decimal

from cj_async import CJClient, MemoryTokenStore, Page, Pages, Pool, models
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


def test_the_package_says_that_it_is_typed() -> None:
    assert (PROJECT / "cj_async" / "py.typed").is_file()
