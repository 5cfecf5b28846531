"""How do CJ's two product lists differ? Names of parameters and fields, rows a page, how times are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from cj_async import CJClient, ListCapped, Page
from cj_async._request import build
from cj_async.crawl._filters import Profile
from cj_async.crawl._segment import Ask, Seen, Terms
from cj_async.models.product import ProductListItem, ProductSearchItem
from cj_async.resources import operations

FEATURES = ("enable_category", "enable_combine", "enable_description", "enable_video")
"""All that a row of listV2 can hold; a page costs the same with and without."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_WHOLE_CENT = Decimal("0.9999")  # up to, but not including, the next cent


class Fetched(msgspec.Struct, frozen=True):
    """A page of a list.

    Attributes:
        rows: Its rows.
        seen: What it showed.
        cap: The cap, where a refusal told it.
        is_misdated: Whether a creation time made no sense.
    """

    rows: list[Any]
    seen: Seen
    cap: int | None = None
    is_misdated: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of it could be read; if not, asking again may help."""
        return not self.seen.unread and not self.is_misdated


class ProductList(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two lists, as the crawl uses it.

    Attributes:
        profile: Which one.
        operation: Name of its method.
        model: A row.
        key: JSON name of the field with the product's id.
        pid: Reads the product's id from a row.
        created: Reads the creation time from a row.
        moment: JSON name of the field with it.
        category: Reads the id of the third-level category.
        price: Reads the range of prices.
        watched: Fields whose change makes a row a changed one. The others change by themselves, such
            as the number of listings, or belong to the account that asks.
        terms: Rows a page, and how times are kept.
        values: The parameters for a page.
        splits: Parameters by which windows are split: for a category, and for prices.
    """

    profile: Profile
    operation: str
    model: type[msgspec.Struct]
    key: str
    pid: Callable[[Any], str]
    created: Callable[[Any], datetime | None]
    moment: str
    category: Callable[[Any], str | None]
    price: Callable[[Any], Any]
    watched: tuple[str, ...]
    terms: Terms
    values: Callable[[Ask], Mapping[str, Any]]
    splits: tuple[frozenset[str], frozenset[str]]

    @property
    def points(self) -> int:
        """Points that a page costs."""
        return points_of(self.operation)

    def check(self, filters: Mapping[str, object]) -> None:
        """Checks the values of filters as the method of the list does, without sending anything.

        Raises:
            InvalidRequest: names the parameter, the value and the rule.
        """
        build(next(each for each in operations().values() if each.id == self.operation), filters)

    def fit(self, filters: Mapping[str, object]) -> Terms:
        """The terms where some filters are taken already: by those no window can be split."""
        given = {name for name, value in filters.items() if value is not None}
        by_category, by_price = (splits.isdisjoint(given) for splits in self.splits)
        return msgspec.structs.replace(self.terms, by_category=by_category, by_price=by_price)

    async def fetch(
        self, cj: CJClient, ask: Ask, filters: Mapping[str, Any], features: Sequence[str]
    ) -> Fetched:
        """Asks for one page.

        Raises:
            CJError: as the method of the list says; being refused for the cap is no error here.
        """
        method = getattr(cj.products, self.operation.removeprefix("products."))
        more = {"features": list(features)} if self.profile == "rich" and features else {}
        before = cj.drift
        try:
            page: Page[Any] = await method(**{**filters, **self.values(ask), **more})
        except ListCapped as error:
            return Fetched([], Seen(beyond_cap=True), error.cap)
        rows = [row for row in page.items if self.pid(row).strip()]
        unread = len(page.items) - len(rows)
        after = cj.drift
        if self._misread(after) > self._misread(
            before
        ):  # a row that fits nothing is left out by the client
            unread += max(self._due(page, ask) - len(page.items), 0)
        seen = self._seen(rows, page.total, unread, ask)
        return Fetched(rows, seen, None, self._misdated(after) > self._misdated(before))

    def _misread(self, drift: Mapping[str, int]) -> int:
        """How often rows of such a list were left out, by all calls of the client."""
        fields = fields_of(self.operation)
        return sum(many for path, many in drift.items() if path.rpartition(".")[2] in fields)

    def _misdated(self, drift: Mapping[str, int]) -> int:
        """How often a row's creation time made no sense, in all calls of the client."""
        return drift.get(f"{self.model.__name__}.{self.moment}", 0)

    def _due(self, page: Page[Any], ask: Ask) -> int:
        """How many rows a page should have by its own total."""
        size = self.terms.size
        return size if page.total is None else min(size, page.total - (ask.page - 1) * size)

    def _seen(self, rows: Sequence[Any], total: int | None, unread: int, ask: Ask) -> Seen:
        times = tuple(milliseconds(self.created(row)) for row in rows)
        misfits = self._misfits(rows, ask)
        return Seen(times=times, total=total, misfits=misfits, unread=unread)

    def _misfits(self, rows: Sequence[Any], ask: Ask) -> int:
        if ask.category is None and ask.low is None:
            return 0
        return sum(not self._fits(row, ask) for row in rows)

    def _fits(self, row: Any, ask: Ask) -> bool:
        category, price = self.category(row), self.price(row)
        if ask.category is not None and category not in (None, ask.category):
            return False
        if ask.low is None or price is None:
            return True
        is_below = ask.high is not None and price.low * 100 >= ask.high + 1
        return not (is_below or price.high * 100 < ask.low)


def points_of(operation: str) -> int:
    """Points that a call of a method costs; 0 for one that is not known."""
    return next((each.points for each in operations().values() if each.id == operation), 0)


@cache
def fields_of(operation: str) -> frozenset[str]:
    """JSON names of the fields that hold the rows of a list."""
    known = next((each for each in operations().values() if each.id == operation), None)
    return frozenset(known.paging.fields if known is not None and known.paging else ())


def milliseconds(moment: datetime | None) -> int | None:
    """Milliseconds since 1970 of an aware moment."""
    return None if moment is None else (moment - _EPOCH) // _MILLISECOND


def moment_of(time: int) -> datetime:
    """The moment, in UTC, of milliseconds since 1970."""
    return _EPOCH + time * _MILLISECOND


def _search_values(ask: Ask) -> Mapping[str, Any]:
    values = {
        "order_by": 3,
        "sort": "asc",
        "page": ask.page,
        "size": 100,
        "time_start": ask.start,
        "time_end": ask.end,
        "category_id": ask.category,
        "start_sell_price": _dollars(ask.low),
        "end_sell_price": _below_next(ask.high),
    }
    return {name: value for name, value in values.items() if value is not None}


def _list_values(ask: Ask) -> Mapping[str, Any]:
    values = {
        "order_by": "createAt",
        "sort": "asc",
        "page_num": ask.page,
        "page_size": 200,
        "create_time_from": None if ask.start is None else moment_of(ask.start),
        "create_time_to": None if ask.end is None else moment_of(ask.end),
        "category_id": ask.category,
        "min_price": _dollars(ask.low),
        "max_price": _below_next(ask.high),
    }
    return {name: value for name, value in values.items() if value is not None}


def _dollars(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def _below_next(cents: int | None) -> Decimal | None:
    """Prices may have more than two digits: a window reaches up to the next cent."""
    return None if cents is None else (cents + _WHOLE_CENT) / 100


LISTS: Mapping[Profile, ProductList] = {
    "rich": ProductList(
        profile="rich",
        operation="products.search",
        model=ProductSearchItem,
        key="id",
        pid=attrgetter("id"),
        created=attrgetter("create_at"),
        moment="createAt",
        category=attrgetter("category_id"),
        price=attrgetter("sell_price"),
        watched=(
            "name_en",
            "sku",
            "big_image",
            "sell_price",
            "now_price",
            "category_id",
            "sale_status",
            "description",
            "warehouse_inventory_num",
            "total_verified_inventory",
            "total_un_verified_inventory",
            "inventory_info",
            "variant_inventories",
            "add_mark_status",
            "product_type",
            "supplier_name",
        ),
        terms=Terms(size=100),
        values=_search_values,
        splits=(
            frozenset({"category_id", "lv2category_list", "lv3category_list"}),
            frozenset({"start_sell_price", "end_sell_price", "currency"}),
        ),
    ),
    "cheap": ProductList(
        profile="cheap",
        operation="products.list",
        model=ProductListItem,
        key="pid",
        pid=attrgetter("pid"),
        created=attrgetter("create_time"),
        moment="createTime",
        category=attrgetter("category_id"),
        price=attrgetter("sell_price"),
        watched=(
            "product_name_en",
            "product_sku",
            "product_image",
            "product_weight",
            "sell_price",
            "category_id",
            "sale_status",
            "is_free_shipping",
            "product_type",
            "supplier_id",
        ),
        terms=Terms(size=200, grain=1_000, slack=1_000),
        values=_list_values,
        splits=(frozenset({"category_id"}), frozenset({"min_price", "max_price"})),
    ),
}
