"""No list gives more rows at once than is documented, and every wrong page is a wrong parameter."""

from __future__ import annotations

from typing import Any

import pytest

from cj_async.simulator import Simulator
from tests.simulator.plain import Caller

LISTS = {
    "/product/list": ("pageNum", "pageSize"),
    "/product/listV2": ("page", "size"),
    "/product/myProduct/query": ("pageNum", "pageSize"),
    "/product/comments": ("pageNum", "pageSize"),
    "/product/productComments": ("pageNum", "pageSize"),
    "/disputes/getDisputeList": ("pageNum", "pageSize"),
}


async def code_of(caller: Caller, path: str, query: dict[str, Any]) -> int:
    pid = {"pid": "1"} if "omments" in path else {}
    return (await caller.get(path, **pid, **query)).code


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("value", [0, -1, "x", "1.5", "9" * 5000])
async def test_a_page_and_a_size_are_whole_numbers_from_1_on(
    caller: Caller, path: str, value: object
) -> None:
    for name in LISTS[path]:
        assert await code_of(caller, path, {name: value}) == 1600300


@pytest.mark.parametrize(
    ("path", "name", "most"),
    [
        ("/product/list", "pageSize", 200),
        ("/product/listV2", "size", 100),
        ("/product/listV2", "page", 1000),
    ],
)
async def test_a_documented_maximum_is_the_last_that_passes(
    cj: Simulator, caller: Caller, path: str, name: str, most: int
) -> None:
    small = {"size": 1} if name == "page" else {}
    assert await code_of(caller, path, {name: most, **small}) in (0, 200)
    assert await code_of(caller, path, {name: most + 1, **small}) == 1600300


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_beyond_the_last_is_empty(caller: Caller, path: str) -> None:
    page, size = LISTS[path]
    assert await code_of(caller, path, {page: 900, size: 5}) in (0, 200)
