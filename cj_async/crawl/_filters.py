"""PURE: which part of the catalog is crawled? The filters of both lists that a crawl passes through.

A crawl keeps the parameters for itself by which it walks: order, page and creation time. The others
may be given; they are kept in the state file, so that a crawl which goes on can see whether it is
still the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, TypedDict, TypeGuard

from cj_async.errors import InvalidRequest

Profile = Literal["rich", "cheap"]
"""Which list is crawled: ``rich`` rows of `cj.products.search`, or ``cheap`` ones of `cj.products.list`."""

JSON = str | int | float | list[str]
"""What a filter is in JSON; ``true`` and ``false`` are whole numbers to Python, too."""


class SearchFilters(TypedDict, total=False):
    """Filters of the profile ``rich``: what `cj.products.search` (listV2) can be asked for.

    A category and a price may be given, but then a crawl cannot split by them: a moment in which more
    products were created than one query reaches stays incomplete, and the report says so.

    Attributes:
        add_mark_status: Free shipping; 1: only with it, 0: only without.
        category_id: Id of one category of the third level. Takes the split by category away.
        country_code: Countries that have it in stock, two letters each, with commas between them.
        currency: Currency in which prices are told, three letters; it hides no product.
        customization: Made to order; 1: only such products, 0: only the others.
        end_sell_price: Price up to which, in US dollars. Takes the split by price away.
        end_warehouse_inventory: Stock up to which, in pieces, itself included.
        has_certification: Certificates; 1: only with one, 0: only without.
        is_self_pickup: Pick-up by the buyer; 1: only where it is possible, 0: only where not.
        is_warehouse: Whether CJ's warehouses all over the world are searched for stock.
        key_word: Words of the name, or a SKU. CJ may search for similar words instead.
        lv2category_list: Ids of second-level categories.
        lv3category_list: Ids of third-level categories.
        product_flag: 0: trending, 1: new, 2: has a video, 3: sells slowly.
        product_type: 4: of suppliers, 10: has a video, 11: has none.
        start_sell_price: Price from which on, in US dollars. Takes the split by price away.
        start_warehouse_inventory: Stock from which on, in pieces, itself included.
        supplier_id: Id of one supplier.
        verified_warehouse: Stock; 0: any, 1: only what CJ has checked, 2: only what it has not.
        zone_platform: Name of a sales platform for which CJ recommends it, such as shopify.
    """

    add_mark_status: Literal[0, 1] | None
    category_id: str | None
    country_code: str | None
    currency: str | None
    customization: Literal[0, 1] | None
    end_sell_price: Decimal | float | None
    end_warehouse_inventory: int | None
    has_certification: Literal[0, 1] | None
    is_self_pickup: Literal[0, 1] | None
    is_warehouse: bool | None
    key_word: str | None
    lv2category_list: Sequence[str] | None
    lv3category_list: Sequence[str] | None
    product_flag: Literal[0, 1, 2, 3] | None
    product_type: Literal[4, 10, 11] | None
    start_sell_price: Decimal | float | None
    start_warehouse_inventory: int | None
    supplier_id: str | None
    verified_warehouse: Literal[0, 1, 2] | None
    zone_platform: str | None


class ListFilters(TypedDict, total=False):
    """Filters of the profile ``cheap``: what `cj.products.list` (list v1) can be asked for.

    A category and a price may be given, but then a crawl cannot split by them: a moment in which more
    products were created than one query reaches stays incomplete, and the report says so.

    Attributes:
        brand_open_id: Id of one brand: a long number, as text.
        category_id: Id of one category. Takes the split by category away.
        country_code: The country that has it in stock, two letters.
        customization_version: Print on demand; 1 and 2: designed on the platform, first and second
            version, 3 and 4: designed by the customer, likewise, 5: the third edition (POD 3.0).
        delivery_time: Hours within which it leaves the warehouse, as text.
        end_inventory: Stock up to which, in pieces, itself included.
        is_free_shipping: Free shipping; 1: only with it, 0: only without.
        is_self_pickup: Pick-up by the buyer; 1: only where it is possible, 0: only where not.
        max_listed_num: Number of shop listings up to which, itself included.
        max_price: Price up to which, in US dollars, itself included. Takes the split by price away.
        min_listed_num: Number of shop listings from which on, itself included.
        min_price: Price from which on, in US dollars, itself included. Takes the split by price away.
        product_name: Part of the Chinese name.
        product_name_en: Part of the English name.
        product_type: Ordinary products or those of suppliers; without it, both.
        search_type: 0: all, 2: trending, 21: trending, the longer list.
        start_inventory: Stock from which on, in pieces, itself included.
        supplier_id: Id of one supplier.
        verified_warehouse: Stock; 1: only what CJ has checked, 2: only what it has not.
    """

    brand_open_id: str | None
    category_id: str | None
    country_code: str | None
    customization_version: Literal[1, 2, 3, 4, 5] | None
    delivery_time: Literal["24", "48", "72"] | None
    end_inventory: int | None
    is_free_shipping: Literal[0, 1] | None
    is_self_pickup: Literal[0, 1] | None
    max_listed_num: int | None
    max_price: Decimal | float | None
    min_listed_num: int | None
    min_price: Decimal | float | None
    product_name: str | None
    product_name_en: str | None
    product_type: Literal["ORDINARY_PRODUCT", "SUPPLIER_PRODUCT"] | None
    search_type: Literal[0, 2, 21] | None
    start_inventory: int | None
    supplier_id: str | None
    verified_warehouse: Literal[1, 2] | None


KNOWN: Mapping[Profile, frozenset[str]] = {
    "rich": frozenset(SearchFilters.__annotations__),
    "cheap": frozenset(ListFilters.__annotations__),
}
"""Names of the filters of each profile."""

_WALKED_BY = "a crawl sets it by itself, because it walks by it"
_ONE_PRODUCT = "it asks for one product, and a crawl is about many: cj.products.get gives one"

RESERVED: Mapping[Profile, Mapping[str, str]] = {
    "rich": {
        **dict.fromkeys(("order_by", "page", "size", "sort", "time_start", "time_end"), _WALKED_BY),
        "features": "a crawl sets it by itself",
    },
    "cheap": {
        **dict.fromkeys(
            ("order_by", "page_num", "page_size", "sort", "create_time_from", "create_time_to"),
            _WALKED_BY,
        ),
        "pid": _ONE_PRODUCT,
        "product_sku": _ONE_PRODUCT,
    },
}
"""Parameters of each list that are no filters of a crawl, and why."""

NUMBERS = frozenset({"start_sell_price", "end_sell_price", "min_price", "max_price"})
"""Filters that take a number with a fraction; in the state they are text, which keeps every digit."""

_BOUNDS = (
    ("start_sell_price", "end_sell_price"),
    ("start_warehouse_inventory", "end_warehouse_inventory"),
    ("min_price", "max_price"),
    ("start_inventory", "end_inventory"),
    ("min_listed_num", "max_listed_num"),
)
"""Filters that say from where, and up to where."""

_OTHER: Mapping[Profile, Profile] = {"rich": "cheap", "cheap": "rich"}
_LONGEST = 40  # digits; the client allows fewer, this only keeps 1E+999999 from being written out
_BYTES = bytes | bytearray | memoryview  # empty ones would pass for a list without texts


def checked(profile: Profile, filters: Mapping[str, object]) -> dict[str, object]:
    """The filters that are given: known by name, and not ``None``.

    Args:
        profile: Which list they are for.
        filters: :class:`SearchFilters` for ``rich``, :class:`ListFilters` for ``cheap``.

    Raises:
        InvalidRequest: a name is not one of the profile's filters; its rule says which there are.
    """
    for name, value in filters.items():
        if name not in KNOWN[profile]:
            raise InvalidRequest("crawl", name, value, _why_not(profile, name))
    return {name: value for name, value in filters.items() if value is not None}


def check_bounds(filters: Mapping[str, Any]) -> None:
    """Refuses bounds that leave nothing between them; the values have to be right by themselves.

    Raises:
        InvalidRequest: a lower bound is above its upper one.
    """
    for lower, upper in _BOUNDS:
        low, high = filters.get(lower), filters.get(upper)
        if low is not None and high is not None and low > high:
            raise InvalidRequest("crawl", lower, low, f"at most {upper}, which is {high}")


def plain(filters: Mapping[str, object]) -> dict[str, JSON]:
    """The filters as JSON values, in one way only: those of equal meaning are equal.

    A price becomes text without zeros at its end (``Decimal("1.50")`` and ``1.5`` both ``"1.5"``), a
    sequence a list, and ``None`` is left out.

    Raises:
        InvalidRequest: a value can be no filter: it is no text, number, truth value or list of texts,
            or a price that is no number.
    """
    return {
        name: _plain(name, value) for name, value in sorted(filters.items()) if value is not None
    }


def typed(filters: Mapping[str, JSON]) -> dict[str, object]:
    """Filters that `plain` returned, as they are passed to the client: prices are numbers again."""
    return {
        name: Decimal(value) if name in NUMBERS and isinstance(value, str) else value
        for name, value in filters.items()
    }


def _why_not(profile: Profile, name: str) -> str:
    other = _OTHER[profile]
    if reason := RESERVED[profile].get(name):
        because = reason
    elif name in KNOWN[other] or name in RESERVED[other]:
        because = f"it belongs to the other list, that of profile {other!r}"
    else:
        because = "there is no such filter"
    known = ", ".join(sorted(KNOWN[profile]))
    return f"{because}; profile {profile!r} takes {known}"


def _plain(name: str, value: object) -> JSON:
    if name in NUMBERS:
        return _digits(name, value)
    if isinstance(value, str | int | float):  # True and False are int
        return value
    if _is_sequence(value):
        texts = [item for item in value if isinstance(item, str)]
        if len(texts) == len(value):
            return texts
    raise InvalidRequest("crawl", name, value, "text, a number, a truth value or texts are due")


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, _BYTES)


def _digits(name: str, value: object) -> str:
    """A number as a person would write it: the shortest text that means the same."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InvalidRequest("crawl", name, value, "a number is due")
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite() or abs(exact.adjusted()) >= _LONGEST:
        raise InvalidRequest("crawl", name, value, f"a number below {_LONGEST} digits is due")
    whole, _, fraction = f"{exact or exact.copy_abs():f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
