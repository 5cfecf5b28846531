"""Windows of creation time answer as masks of the whole catalog would, but fast; ignored parameters."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cj_async.simulator import Clock, Simulator
from cj_async.simulator._catalog import Catalog, Facts
from cj_async.simulator._filters import LIST, SEARCH, Filter
from cj_async.simulator._listing import Listing, Order, Page
from cj_async.simulator._parameters import Query, Value
from cj_async.simulator._sequence import edited, in_order, rank_by, window
from cj_async.simulator._world import World
from tests.simulator.plain import Row, Rows, calling, unlimited

SEARCH_PATH, LIST_PATH = "/product/listV2", "/product/list"
COUNT, CAP = 120, 40
COLUMNS: dict[str, Callable[[Catalog], Sequence[int]] | None] = {
    "natural": None,
    "created": lambda catalog: catalog.created,
    "price": lambda catalog: catalog.low_price,
    "stock": lambda catalog: catalog.stock,
}
MOMENTS = sorted(Catalog(COUNT, 3).created)
LATE = MOMENTS[-1] + 5
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

moments = st.one_of(
    st.sampled_from(MOMENTS),
    st.sampled_from(MOMENTS).map(lambda moment: moment + 1),
    st.sampled_from((0, LATE, LATE + 1, 10**18)),
)
orders = st.sampled_from(
    [Order(name, column, False) for name, column in COLUMNS.items()]
    + [Order(name, column, True) for name, column in COLUMNS.items() if column is not None]
)


def some_of(**values: st.SearchStrategy[Value]) -> st.SearchStrategy[Query]:
    """Queries with some of these parameters."""
    return st.fixed_dictionaries({}, optional=values).map(Query)


searches = some_of(
    timeStart=moments,
    timeEnd=moments,
    startSellPrice=st.just(20),
    addMarkStatus=st.just(0),
    verifiedWarehouse=st.just(0),
    productType=st.just(11),
)
lists = some_of(
    createTimeFrom=moments.map(str),
    createTimeTo=moments.map(str),
    minPrice=st.just(20),
    productType=st.just("ORDINARY_PRODUCT"),
    verifiedWarehouse=st.just(0),
    deliveryTime=st.just(72),
)
questions = st.one_of(
    st.tuples(st.just(SEARCH), searches, orders), st.tuples(st.just(LIST), lists, orders)
)


class Shelf:
    """A catalog that changes, its listing, and a list that is made by masks and sorting alone."""

    def __init__(self, cap: int | None, capped_totals: bool) -> None:
        self.catalog = Catalog(COUNT, 3)
        self.cap, self.capped_totals = cap, capped_totals
        self.listing = Listing(self.catalog, cap, capped_totals=capped_totals)
        self.removed: set[int] = set()

    def insert(self, *created: int) -> None:
        self.listing.put(self.catalog.grow(created))

    def remove(self, *numbers: int) -> None:
        self.removed.update(numbers)
        self.listing.hide(numbers)

    def change(self, cents: int, *numbers: int) -> None:
        for number in numbers:
            stock = self.catalog.facts(number).stock
            self.catalog.change(number, Facts(cents, cents, (cents % 3, *stock[1:])))
        self.listing.put(numbers)

    def naive(self, filters: Sequence[Filter], query: Query, order: Order) -> Page:
        asked = [each.mask(self.catalog, query) for each in filters if each.parameter in query]
        masks = [mask for mask in asked if mask is not None]
        kept = [
            number
            for number in range(self.catalog.count)
            if number not in self.removed and all(mask[number] for mask in masks)
        ]
        if order.column is not None:
            column, sign = order.column(self.catalog), -1 if order.descending else 1
            kept.sort(key=lambda number: (sign * column[number], number))
        most = self.cap if self.capped_totals and self.cap is not None else len(kept)
        return Page(kept[: self.cap], min(len(kept), most))

    def check(self, filters: Sequence[Filter], query: Query, order: Order, size: int) -> None:
        naive = self.naive(filters, query, order)
        shown: list[int] = []
        for number in range(1, 2 + max(0, len(naive.numbers) - 1) // size):
            page = self.listing.page(filters, query, order, number, size)
            assert page.total == naive.total
            assert len(page.numbers) <= size
            shown += page.numbers
        assert shown == naive.numbers


some = st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=8, unique=True)
changes = st.one_of(
    st.tuples(st.just("insert"), st.lists(moments, min_size=1, max_size=4)),
    st.tuples(st.just("remove"), some),
    st.tuples(st.just("change"), some),
    st.tuples(st.just("change newest"), some),
)


def apply(shelf: Shelf, change: tuple[str, list[int]]) -> None:
    match change:
        case "insert", created:
            shelf.insert(*created)
        case "remove", numbers:
            shelf.remove(*numbers)
        case "change", numbers:
            shelf.change(100 * len(numbers), *numbers)
        case _, numbers:
            shelf.change(7, *(shelf.catalog.count - 1 - number for number in numbers))


@settings(max_examples=300, deadline=None)
@given(
    cap=st.sampled_from((None, CAP)),
    capped_totals=st.booleans(),
    steps=st.lists(
        st.tuples(st.lists(questions, min_size=1, max_size=4), changes), min_size=1, max_size=6
    ),
    size=st.sampled_from((7, 20)),
)
def test_lists_answer_as_masks_would_whatever_happens_between_them(
    cap: int | None,
    capped_totals: bool,
    steps: list[tuple[list[tuple[Sequence[Filter], Query, Order]], tuple[str, list[int]]]],
    size: int,
) -> None:
    shelf = Shelf(cap, capped_totals)
    for asked, change in steps:
        for filters, query, order in asked:
            shelf.check(filters, query, order, size)
        apply(shelf, change)
        for filters, query, order in asked:
            shelf.check(filters, query, order, size)


@pytest.mark.parametrize("descending", [True, False])
def test_many_windows_of_a_list_by_creation(descending: bool) -> None:
    shelf, order = Shelf(CAP, False), Order("created", COLUMNS["created"], descending)
    shelf.remove(3, 50, 51, 119)
    for first in MOMENTS[::7]:
        shelf.check(SEARCH, Query(timeStart=first), order, 20)
        shelf.check(SEARCH, Query(timeEnd=first), order, 20)
        shelf.check(LIST, Query(createTimeFrom=str(first), createTimeTo=str(LATE)), order, 20)
        shelf.insert(LATE)


def test_one_name_means_something_else_to_each_list() -> None:
    shelf, order = Shelf(None, True), Order("created", COLUMNS["created"], True)
    since = Filter("since", lambda catalog, _: b"\1" * catalog.count, since=lambda _: 0)
    with_video = Filter("kind", lambda catalog, _: catalog.video)
    free = Filter("kind", lambda catalog, _: catalog.free_shipping)
    for filters in ([since, with_video], [since, free], [with_video], [free]):
        shelf.check(filters, Query(since=0, kind=1), order, 20)


def test_a_product_that_is_gone_stays_away_when_it_changes() -> None:
    shelf = Shelf(None, True)
    for name, column in COLUMNS.items():
        shelf.check(SEARCH, Query(), Order(name, column, name != "natural"), 50)
    shelf.remove(5)
    shelf.remove(5)
    shelf.change(1, 5, 6)
    for name, column in COLUMNS.items():
        shelf.check(SEARCH, Query(), Order(name, column, name != "natural"), 50)


# Sorted lists alone.


@given(
    column=st.lists(st.integers(-3, 3), max_size=30),
    descending=st.booleans(),
    data=st.data(),
)
def test_edits_keep_a_list_sorted(column: list[int], descending: bool, data: st.DataObject) -> None:
    every = range(len(column))
    split = st.lists(st.sampled_from(("stays", "comes", "goes")))
    kinds = data.draw(split.map(lambda drawn: [*drawn, *["stays"] * len(column)][: len(column)]))
    before = [number for number in every if kinds[number] != "comes"]
    gone = {number for number in every if kinds[number] == "goes"}
    added = [number for number in every if kinds[number] == "comes"]
    rank = rank_by(column, descending)
    changed = edited(in_order(before, column, descending), rank, added, gone)
    assert changed == in_order([each for each in every if each not in gone], column, descending)


@given(
    column=st.lists(st.integers(-3, 3), max_size=30),
    descending=st.booleans(),
    low=st.integers(-4, 4),
    high=st.integers(-4, 4),
)
def test_a_window_is_what_is_within_it(
    column: list[int], descending: bool, low: int, high: int
) -> None:
    numbers = in_order(range(len(column)), column, descending)
    first, last = window(numbers, column, descending, low, high)
    expected = array("I", (each for each in numbers if low <= column[each] <= high))
    assert numbers[first:last] == expected


# Speed: of the listing alone; ratios would be shaky, so the limits are generous.


def test_seeking_through_a_large_catalog_that_changes_is_fast() -> None:
    simulator = Simulator(400_000, points=None)
    world: World = vars(simulator)["_world"]
    order = Order("created", COLUMNS["created"], False)
    world.listing.page(SEARCH, Query(), order, 1, 100)
    simulator.churn(1, inserted=1, deleted=1, repriced=1)  # what is needed once is built
    began, since = time.perf_counter(), 0
    for number in range(300):
        found = world.listing.page(SEARCH, Query(timeStart=since), order, 1, 100)
        since = world.catalog.created[found.numbers[-1]]
        if number % 10 == 9:
            simulator.churn(number, inserted=10, deleted=10, repriced=50)
    assert time.perf_counter() - began < 6  # by masks: 30 seconds


# Over the socket.


def rows_of(data: Row) -> Rows:
    if "list" in data:
        return [*data["list"]]
    return [row for group in data["content"] for row in group["productList"] or ()]


async def test_seeking_from_moment_to_moment_finds_all_that_is_on_the_shelves() -> None:
    simulator = unlimited(500, page_cap=60, quirks=False)
    seen: set[str] = set()
    gone: set[str] = set()
    async with simulator, calling(simulator) as caller:
        world: World = vars(simulator)["_world"]
        before = {world.catalog.pid(each) for each in range(500)}
        since: int = 0
        page: Rows = []
        for step in range(100):
            page = rows_of(
                await caller.data(SEARCH_PATH, orderBy=3, sort="asc", size=30, timeStart=since)
            )
            seen |= {row["id"] for row in page}
            since = page[-1]["createAt"]
            if len(page) < 30:
                break
            gone |= {*simulator.churn(step, inserted=1, deleted=2, repriced=3).deleted}
    assert len(page) < 30
    assert before - gone <= seen


@pytest.mark.parametrize("path", [SEARCH_PATH, LIST_PATH])
async def test_seven_thousand_products_of_one_millisecond(path: str) -> None:
    clock = Clock(NOON, frozen=True)
    async with unlimited(50, clock=clock) as simulator, calling(simulator) as caller:
        made = simulator.churn(inserted=7000).inserted
        moment = int(NOON.timestamp() * 1000)
        names = ("timeStart", "timeEnd", "page", "size")
        if path == LIST_PATH:
            names = ("createTimeFrom", "createTimeTo", "pageNum", "pageSize")
        times: dict[str, str | float] = {
            names[0]: str(moment),
            names[1]: str(moment),
            names[3]: 100,
        }
        data = await caller.data(path, **times)
        assert data.get("totalRecords", data.get("total")) == 6000
        shown = rows_of(data) + rows_of(await caller.data(path, **times, **{names[2]: 60}))
        assert len({row.get("id", row.get("pid")) for row in shown} & {*made}) == 200
        refused = await caller.get(path, **times, **{names[2]: 61})
        assert refused.code == 1600300
        nothing = await caller.data(path, **{**times, names[0]: str(moment + 1)})
        assert rows_of(nothing) == []


# Ignored parameters.


async def test_ignored_parameters_are_passed_over_by_both_lists() -> None:
    ignores = {"orderBy", "sort", "timeStart", "createTimeTo"}
    async with unlimited(60, ignores=ignores) as simulator, calling(simulator) as caller:
        plain = rows_of(await caller.data(SEARCH_PATH))
        asked: dict[str, str | float] = {"orderBy": 2, "sort": "asc", "timeStart": 10**14}
        assert rows_of(await caller.data(SEARCH_PATH, **asked)) == plain
        first = rows_of(await caller.data(LIST_PATH))
        asked = {"orderBy": "listedNum", "sort": "asc", "createTimeTo": "2001-01-01"}
        assert rows_of(await caller.data(LIST_PATH, **asked)) == first
        assert rows_of(await caller.data(SEARCH_PATH, timeEnd=1)) == []


async def test_an_ignored_page_is_always_the_first() -> None:
    async with unlimited(60, ignores=("page",)) as simulator, calling(simulator) as caller:
        first, third = [await caller.data(SEARCH_PATH, page=page) for page in (1, 3)]
        assert rows_of(first) == rows_of(third)
        assert (await caller.data(LIST_PATH, pageNum=3))["pageNum"] == 3


async def test_the_value_of_an_ignored_parameter_is_checked_all_the_same() -> None:
    async with unlimited(5, ignores=["timeStart"]) as simulator, calling(simulator) as caller:
        assert (await caller.get(SEARCH_PATH, timeStart="soon")).code == 1600300


async def test_reset_ignores_the_same_parameters() -> None:
    async with unlimited(60, ignores=["sort"], quirks=False) as simulator:
        simulator.reset()
        async with calling(simulator) as caller:
            up, down = [
                rows_of(await caller.data(SEARCH_PATH, orderBy=2, sort=sort))
                for sort in ("asc", "desc")
            ]
    assert up == down


def test_unknown_names_cannot_be_ignored() -> None:
    with pytest.raises(
        ValueError, match=r"^ignores must be among .*orderBy.*, got orderby, pages$"
    ):
        Simulator(5, ignores=["pages", "sort", "orderby"])
