"""Does awaiting a list give one page, and iterating every item of every page, exactly once?"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from cj_async import (
    APIError,
    BadResponse,
    CJClient,
    CJError,
    ConfigurationError,
    ConnectionLost,
    IncompleteList,
    InvalidRequest,
    ListCapped,
    Page,
    Pages,
    ServerFailed,
)
from cj_async._paging import read_page
from cj_async.models.product import (
    MyProductPage,
    ProductListPage,
    ProductSearchItem,
    ProductSearchPage,
    ReviewPage,
)
from cj_async.resources.products import PRODUCTS_CATEGORIES, PRODUCTS_LIST, PRODUCTS_SEARCH
from cj_async.resources.reviews import REVIEWS_LIST
from cj_async.simulator import Simulator
from cj_async.simulator._faults import FaultKind
from tests.conftest import RATE, client_of, inside
from tests.scripted import Asked, Reply, Script, refusal, success

SEARCH = "/product/listV2"
LIST = "/product/list"
MINE = "/product/myProduct/query"


def queries(simulator: Simulator, operation: str) -> list[dict[str, str]]:
    """What was asked for, as the server saw it."""
    return [
        dict(pair.split("=", 1) for pair in record.query.split("&") if pair)
        for record in simulator.requests.of(operation)
    ]


async def ids_of(pages: AsyncIterator[Any] | Pages[Any], name: str = "id") -> list[str]:
    return [getattr(item, name) async for item in pages]


async def until_error(
    pages: AsyncIterator[Any] | Pages[Any], name: str = "id"
) -> tuple[list[str], CJError]:
    """The ids that came before an error, and the error."""
    found: list[str] = []
    try:
        async for item in pages:
            found.append(getattr(item, name))  # noqa: PERF401  # what came before the error counts
    except CJError as error:
        return found, error
    raise AssertionError("the list ended without an error")


# --------------------------------------------------------------------------------- one page


async def test_awaiting_gives_the_first_page_as_the_server_likes_it(
    simulator: Simulator, cj: CJClient
) -> None:
    page = await cj.products.search()
    assert isinstance(page, Page)
    assert (page.total, page.number, page.size, len(page.items)) == (300, 1, 10, 10)
    assert page.has_next
    assert not page.capped
    assert type(page.answer) is ProductSearchPage
    assert queries(simulator, "products.search") == [{}]


async def test_awaiting_gives_the_page_that_was_asked_for(
    simulator: Simulator, cj: CJClient
) -> None:
    page = await cj.products.search(page=3, size=100)
    assert (page.number, page.size, len(page.items), page.has_next) == (3, 100, 100, False)
    last = await cj.products.search(page=5, size=70)
    assert (last.number, last.size, len(last.items), last.has_next) == (5, 70, 20, False)
    assert queries(simulator, "products.search")[0] == {"page": "3", "size": "100"}


async def test_awaiting_twice_asks_twice(simulator: Simulator, cj: CJClient) -> None:
    pages = cj.products.search(size=1)
    assert len(simulator.requests) == 0
    assert (await pages).items == (await pages).items
    assert simulator.requests.operations["products.search"] == 2


async def test_a_list_can_be_awaited_like_any_call(cj: CJClient) -> None:
    one, two = await asyncio.gather(cj.products.search(page=1), cj.products.search(page=2))
    assert (one.number, two.number) == (1, 2)
    assert (await asyncio.wait_for(cj.products.search(page=3), 5)).number == 3


async def test_a_page_beyond_the_end_is_empty(cj: CJClient) -> None:
    page = await cj.products.search(page=9, size=100)
    assert (page.items, page.total, page.number, page.has_next) == ([], 300, 9, False)


async def test_nothing_found_is_an_empty_page(cj: CJClient) -> None:
    page = await cj.products.search(key_word="no such thing at all")
    assert (page.items, page.total, page.has_next, page.capped) == ([], 0, False, False)


async def test_bad_input_is_found_when_the_list_is_used(simulator: Simulator, cj: CJClient) -> None:
    with pytest.raises(InvalidRequest, match="size"):
        await cj.products.search(size=101)
    with pytest.raises(InvalidRequest, match="page"):
        await ids_of(cj.products.search(page=0))
    with pytest.raises(InvalidRequest, match="page"):
        await ids_of(cj.products.search(page="2"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert len(simulator.requests) == 0


def test_only_lists_have_pages(cj: CJClient) -> None:
    with pytest.raises(InvalidRequest, match="not a list"):
        Pages(cj.call, PRODUCTS_CATEGORIES, {})


# ------------------------------------------------------------------------------------ all items


async def test_iterating_a_search_gives_every_product_once_and_in_order(
    simulator: Simulator, cj: CJClient
) -> None:
    found = await ids_of(cj.products.search())
    assert len(found) == len(set(found)) == 300
    first = (await cj.products.search(size=100)).items
    assert found[:100] == [item.id for item in first]
    assert queries(simulator, "products.search")[:3] == [
        {"page": str(number), "size": "100"} for number in (1, 2, 3)
    ]
    assert len(queries(simulator, "products.search")) == 4


async def test_iterating_the_older_list_gives_every_product_once_and_in_order(
    simulator: Simulator, cj: CJClient
) -> None:
    found = await ids_of(cj.products.list(), "pid")
    assert len(found) == len(set(found)) == 300
    assert set(found) == set(await ids_of(cj.products.search()))
    assert queries(simulator, "products.list") == [
        {"pageNum": str(number), "pageSize": "200"} for number in (1, 2)
    ]


@pytest.mark.parametrize("size", [1, 7, 50, 100])
async def test_a_size_that_is_given_is_used_and_changes_nothing(
    simulator: Simulator, cj: CJClient, size: int
) -> None:
    rows = await ids_of(cj.products.search(size=100))
    simulator.requests.clear()
    assert await ids_of(cj.products.search(size=size)) == rows
    asked = queries(simulator, "products.search")
    assert len(asked) == -(-300 // size)
    assert {each["size"] for each in asked} == {str(size)}


async def test_an_iteration_starts_at_the_page_that_is_given(
    simulator: Simulator, cj: CJClient
) -> None:
    rows = await ids_of(cj.products.search())
    simulator.requests.clear()
    assert await ids_of(cj.products.search(page=3, size=40)) == rows[80:]
    assert queries(simulator, "products.search")[0] == {"page": "3", "size": "40"}


async def test_reviews_are_walked_although_their_numbers_are_text(cj: CJClient) -> None:
    pids = await ids_of(cj.products.search())
    counts = {pid: (await cj.reviews.list(pid=pid, page_size=1)).total or 0 for pid in pids[:60]}
    pid = max(counts, key=counts.__getitem__)
    assert counts[pid] > 5
    for pages in (cj.reviews.list(pid=pid, page_size=2), cj.reviews.list(pid=pid)):
        found = await ids_of(pages, "comment_id")
        assert len(found) == len(set(found)) == counts[pid]


async def test_my_products_are_walked_in_small_pages(simulator: Simulator, cj: CJClient) -> None:
    pids = (await ids_of(cj.products.search()))[:23]
    for pid in pids:
        await cj.products.add_to_my_products(product_id=pid)
    assert await ids_of(cj.products.my_products(), "product_id") == pids[::-1]
    assert (
        await ids_of(cj.products.my_products(page_size=4, page_num=2), "product_id")
        == (pids[::-1][4:])
    )
    page = await cj.products.my_products(page_size=20, page_num=2)
    assert (page.total, page.number, len(page.items), page.has_next) == (23, 2, 3, False)


async def test_pages_gives_whole_pages(cj: CJClient) -> None:
    pages = [page async for page in cj.products.search(size=80).pages()]
    assert [page.number for page in pages] == [1, 2, 3, 4]
    assert [len(page.items) for page in pages] == [80, 80, 80, 60]
    assert [page.has_next for page in pages] == [True, True, True, False]
    assert [page.total for page in pages] == [300] * 4


async def test_nothing_found_iterates_over_nothing(cj: CJClient) -> None:
    search = cj.products.search(key_word="no such thing at all")
    assert await ids_of(search) == []
    assert [page async for page in search.pages()] == []


async def test_filters_stay_on_every_page(simulator: Simulator, cj: CJClient) -> None:
    found = await ids_of(cj.products.search(end_sell_price=50, sort="asc", size=20))
    asked = queries(simulator, "products.search")
    assert len(asked) == -(-len(found) // 20) > 1
    assert {(each["endSellPrice"], each["sort"]) for each in asked} == {("50", "asc")}


# --------------------------------------------------------------------------------- odd answers


def searched(
    *groups: list[str] | None, number: int = 1, size: int = 10, total: int | None = None
) -> Reply:
    """A page of listV2; every group is a list of ids, or null."""
    content = [
        {"productList": None if ids is None else [{"id": each} for each in ids]} for ids in groups
    ]
    data = {"pageNumber": number, "pageSize": size, "totalRecords": total, "content": content}
    return success(data)


async def test_groups_are_flattened_and_empty_groups_skipped(script: Script) -> None:
    script.on(
        SEARCH,
        searched(["a", "b"], None, ["c"], [], total=5, size=3),
        searched(None, ["d", "e"], number=2, total=5, size=3),
    )
    async with client_of(script) as cj:
        assert await ids_of(cj.products.search(size=3)) == ["a", "b", "c", "d", "e"]


NOTHING: list[dict[str, Any] | None] = [
    None,
    {},
    {"content": []},
    {"content": None},
    {"content": [{}]},
    {"content": [{"productList": None}]},
    {"content": [], "totalRecords": 700, "pageNumber": 1},
]


@pytest.mark.parametrize("data", NOTHING)
async def test_every_way_to_say_nothing_is_an_empty_list(script: Script, data: Any) -> None:
    script.on(SEARCH, success(data))
    async with client_of(script) as cj:
        page = await cj.products.search()
        assert (page.items, page.number, page.has_next) == ([], 1, False)
        assert await ids_of(cj.products.search()) == []
    assert len(script.of(SEARCH)) == 2


async def test_an_empty_page_in_the_middle_ends_the_list_and_is_reported(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    script.on(
        SEARCH,
        searched(["a", "b"], number=1, size=2, total=6),
        searched(number=2, size=2, total=6),
        searched(["x", "y"], number=3, size=2, total=6),
    )
    async with client_of(script) as cj:
        assert await ids_of(cj.products.search(size=2)) == ["a", "b"]
    assert len(script.of(SEARCH)) == 2
    assert "page 2 is empty, although CJ reports 6 rows" in caplog.text


async def test_a_list_that_ends_where_it_should_reports_nothing(
    cj: CJClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    await ids_of(cj.products.search(key_word="no such thing at all"))
    await ids_of(cj.products.search(size=50))
    await ids_of(cj.products.search(page=9, size=100))
    assert "is empty" not in caplog.text


async def test_without_a_total_a_short_page_is_the_last(script: Script) -> None:
    script.on(
        SEARCH, searched(["a", "b"], size=2), searched(["c"], number=2, size=2), refusal(1600000)
    )
    async with client_of(script) as cj:
        assert await ids_of(cj.products.search(size=2)) == ["a", "b", "c"]


async def test_without_any_numbers_a_list_ends_at_an_empty_page(script: Script) -> None:
    def bare(*ids: str) -> Reply:
        return success({"content": [{"productList": [{"id": each} for each in ids]}]})

    script.on(SEARCH, bare("a", "b"), bare("c", "d"), bare())
    async with client_of(script) as cj:
        assert await ids_of(cj.products.search(size=2)) == ["a", "b", "c", "d"]
    assert [each.query["page"] for each in script.of(SEARCH)] == [["1"], ["2"], ["3"]]


def server_with_pages_of(most: int, rows: int, *, told: int | None) -> Callable[[Asked], Reply]:
    """Gives at most so many rows a page, and says that the page size is ``told``, or as asked for."""

    def answer(asked: Asked) -> Reply:
        number, size = int(asked.query["pageNum"][0]), int(asked.query["pageSize"][0])
        all_rows = [{"productId": str(row)} for row in range(rows)]
        first = (number - 1) * min(size, most)
        data = {"pageNumber": number, "pageSize": told or size, "totalRecords": rows}
        return success({**data, "content": all_rows[first : first + min(size, most)]})

    return answer


@pytest.mark.parametrize("told", [20, None])
@pytest.mark.parametrize("rows", [1, 19, 20, 21, 30, 40, 45, 60, 101])
async def test_a_server_with_smaller_pages_than_asked_for_loses_no_row(
    script: Script, rows: int, told: int | None
) -> None:
    script.on(MINE, server_with_pages_of(20, rows, told=told))
    async with client_of(script) as cj:
        found = await ids_of(cj.products.my_products(page_size=50), "product_id")
    assert found == [str(row) for row in range(rows)]


async def test_a_server_that_stays_on_a_page_is_noticed(script: Script) -> None:
    script.on(SEARCH, searched(["a", "b"], number=1, size=2, total=6))
    async with client_of(script) as cj:
        found, stuck = await until_error(cj.products.search(size=2))
    assert found == ["a", "b"]
    assert isinstance(stuck, IncompleteList)
    assert (stuck.operation, stuck.asked, stuck.answered) == ("products.search", 2, 1)
    assert len(script.of(SEARCH)) == 2


async def test_a_server_that_counts_on_and_repeats_itself_is_noticed(script: Script) -> None:
    def answer(asked: Asked) -> Reply:
        return searched(["a", "b"], number=int(asked.query["page"][0]), size=2, total=6)

    script.on(SEARCH, answer)
    async with client_of(script) as cj:
        with pytest.raises(IncompleteList):
            await ids_of(cj.products.search(size=2))
    assert len(script.of(SEARCH)) == 2


async def test_a_server_that_skips_a_page_is_noticed(script: Script) -> None:
    script.on(
        SEARCH,
        searched(["a", "b"], number=1, size=2, total=6),
        searched(["e", "f"], number=3, size=2, total=6),
    )
    async with client_of(script) as cj:
        with pytest.raises(IncompleteList):
            await ids_of(cj.products.search(size=2))


# -------------------------------------------------------------------------------------- the cap


@pytest.mark.parametrize("products", [6500, 6000])
async def test_a_list_at_the_cap_gives_all_it_can_and_says_that_it_is_cut_short(
    products: int,
) -> None:
    async with (
        Simulator(products=products, tier=RATE, per_ip=None, points=None) as simulator,
        client_of(simulator) as cj,
    ):
        for pages, name, requests in (
            (cj.products.search(), "id", 60),
            (cj.products.list(), "pid", 30),
        ):
            await cj.products.categories()
            simulator.requests.clear()
            found, capped = await until_error(pages, name)
            assert len(found) == len(set(found)) == 6000
            assert isinstance(capped, ListCapped)
            assert (capped.cap, capped.total) == (6000, 6000)
            assert simulator.requests.total == requests


async def test_a_page_tells_that_its_list_is_cut_short() -> None:
    async with (
        Simulator(products=6100, tier=RATE, per_ip=None, points=None) as simulator,
        client_of(simulator) as cj,
    ):
        first = await cj.products.search(size=100)
        assert (first.total, first.capped, first.has_next) == (6000, True, True)
        last = await cj.products.search(page=60, size=100)
        assert (len(last.items), last.capped, last.has_next) == (100, True, False)
        for beyond in (cj.products.search(page=61, size=100), cj.products.list(page_num=601)):
            with pytest.raises(ListCapped, match="6000") as capped:
                await beyond
            assert capped.value.cap == 6000
            assert isinstance(capped.value.__cause__, APIError)
        with pytest.raises(ListCapped):
            await ids_of(cj.products.search(page=61, size=100))


async def test_a_list_below_the_cap_ends_as_any_other() -> None:
    async with (
        Simulator(products=5999, tier=RATE, per_ip=None, points=None) as simulator,
        client_of(simulator) as cj,
    ):
        assert len(await ids_of(cj.products.list(), "pid")) == 5999


async def test_pages_that_do_not_divide_the_cap_lose_no_row(script: Script) -> None:
    def answer(asked: Asked) -> Reply:
        number, size = int(asked.query["page"][0]), int(asked.query["size"][0])
        first = (number - 1) * size
        if first >= 6000:
            return refusal(1600300, "Param error, the max offset is 6000")
        rows = [str(row) for row in range(first, min(first + size, 6000))]
        return searched(rows, number=number, size=size, total=6000)

    script.on(SEARCH, answer)
    async with client_of(script) as cj:
        found, capped = await until_error(cj.products.search(size=97))
    assert found == [str(row) for row in range(6000)]
    assert isinstance(capped, ListCapped)


@pytest.mark.parametrize("code", [1600300, 1600100, 1699999])
async def test_a_refused_offset_is_a_capped_list_whatever_its_code(
    script: Script, code: int
) -> None:
    script.on(
        LIST,
        success({"pageNum": 1, "pageSize": 1, "total": 9, "list": [{"pid": "a"}]}),
        refusal(code, "Param error, the max offset is 5000"),
    )
    async with client_of(script) as cj:
        pages = aiter(cj.products.list(page_size=1))
        found, capped = await until_error(pages, "pid")
        with pytest.raises(StopAsyncIteration):
            await anext(pages)
    assert found == ["a"]
    assert isinstance(capped, ListCapped)
    assert (capped.cap, capped.total) == (5000, None)
    assert isinstance(capped.__cause__, APIError)


async def test_a_capped_list_says_so_once_and_then_is_at_its_end(script: Script) -> None:
    script.on(
        LIST, success({"pageNum": 60, "pageSize": 100, "total": 6000, "list": [{"pid": "a"}]})
    )
    async with client_of(script) as cj:
        pages = cj.products.list(page_num=60, page_size=100).pages()
        assert len((await anext(pages)).items) == 1
        with pytest.raises(ListCapped):
            await anext(pages)
        with pytest.raises(StopAsyncIteration):
            await anext(pages)


# ---------------------------------------------------------------------- errors, breaks, two tasks


async def test_an_iteration_goes_on_with_the_page_that_failed(simulator: Simulator) -> None:
    async with client_of(simulator, retries=0) as cj:
        rows = await ids_of(cj.products.search())
        kinds: dict[FaultKind, type[CJError]] = {
            "refuse": ServerFailed,
            "cut": ConnectionLost,
            "garble": BadResponse,
        }
        for kind, expected in kinds.items():
            simulator.fail("products.search", kind=kind, after=1)
            walk = aiter(cj.products.search())
            before, error = await until_error(walk)
            assert (len(before), type(error)) == (100, expected)
            assert before + await ids_of(walk) == rows


async def test_a_cancelled_step_of_an_iteration_can_be_repeated(simulator: Simulator) -> None:
    async with client_of(simulator, retries=0) as cj:
        walk = cj.products.search().pages()
        first = await anext(walk)
        simulator.fail("products.search", kind="delay", seconds=5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(walk)
        rest = [page.number async for page in walk]
    assert (first.number, rest) == (1, [2, 3])


async def test_breaking_out_of_an_iteration_leaks_nothing(
    simulator: Simulator, cj: CJClient
) -> None:
    await cj.products.categories()
    before = asyncio.all_tasks()
    for _ in range(5):
        async for item in cj.products.search(size=5):
            assert item.id
            break
        async for page in cj.products.search(size=5).pages():
            assert page.items
            break
    gc.collect()
    assert asyncio.all_tasks() == before
    assert simulator.requests.operations["products.search"] == 10
    assert not inside(cj).pool.session.closed


async def test_two_iterations_of_one_list_do_not_disturb_each_other(cj: CJClient) -> None:
    pages = cj.products.search(size=30)
    one, two = await asyncio.gather(ids_of(pages), ids_of(pages))
    assert one == two
    assert len(one) == 300


async def test_two_tasks_on_one_iteration_are_told_off_before_rows_are_doubled(
    cj: CJClient,
) -> None:
    walk = aiter(cj.products.search(size=10))
    ends = await asyncio.gather(anext(walk), anext(walk), return_exceptions=True)
    assert isinstance(ends[0], ProductSearchItem)
    assert isinstance(ends[1], ConfigurationError)
    rest = await ids_of(walk)
    assert len({ends[0].id, *rest}) == 300


# ---------------------------------------------------------------------------- reading both shapes


def read(operation: Any, answer: Any, **values: Any) -> Page[Any]:
    return read_page(operation.paging, answer, values)


def test_both_shapes_of_a_page_are_read() -> None:
    by_number = ProductSearchPage(page_number=2, page_size=5, total_records=11, content=[])
    by_num = ProductListPage(page_num=2, page_size=5, total=11, items=[])
    for operation, answer in ((PRODUCTS_SEARCH, by_number), (PRODUCTS_LIST, by_num)):
        page = read(operation, answer)
        assert (page.number, page.size, page.total, page.items) == (2, 5, 11, [])
        assert page.answer is answer


def test_what_the_answer_does_not_say_is_taken_from_what_was_asked() -> None:
    page = read(REVIEWS_LIST, ReviewPage(), page_num=4, page_size=7)
    assert (page.number, page.size, page.total) == (4, 7, None)
    assert read(REVIEWS_LIST, None).number == 1
    assert read(REVIEWS_LIST, ReviewPage(page_num=0, page_size=-3), page_size=7).size == 7


def test_a_list_without_a_cap_is_never_capped() -> None:
    operation = PRODUCTS_LIST
    assert operation.paging is not None
    mine = MyProductPage(page_number=1, page_size=10, total_records=90_000, content=[])
    from cj_async.resources.products import PRODUCTS_MY_PRODUCTS

    assert not read(PRODUCTS_MY_PRODUCTS, mine).capped


def test_the_repr_of_a_page_is_short() -> None:
    page = read(PRODUCTS_LIST, ProductListPage(page_num=2, page_size=5, total=11, items=[]))
    shown = "Page(number=2, size=5, items=<0 rows>, total=11, has_next=False, capped=False)"
    assert repr(page) == shown


def test_the_repr_of_a_list_names_its_operation() -> None:
    async def fetch(_: object, __: Mapping[str, object]) -> None: ...

    search = Pages[ProductSearchItem](fetch, PRODUCTS_SEARCH, {"key_word": "x"})
    assert repr(search) == "<Pages of products.search>"
