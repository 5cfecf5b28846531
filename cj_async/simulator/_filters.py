"""Which parameter of the two product lists keeps which products? One row for each parameter."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from . import _masks
from ._answers import PARAM_ERROR, Refused
from ._catalog import Catalog
from ._masks import Mask
from ._parameters import Query
from ._vocabulary import PLATFORMS, PRODUCT_TYPES

_BEIJING = timezone(timedelta(hours=8))
_CLOCK_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_TRENDING, _NEW, _SLOW = 1, 2, 3
_SUPPLIER_PRODUCT = 1
Bound = Callable[[Query], float]
"""Reads milliseconds since 1970 out of a query."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter and the mask that its value stands for; None when the value asks for nothing.

    Attributes:
        since: of a filter by time: the earliest creation that it keeps.
        until: the latest one.
    """

    parameter: str
    mask: Callable[[Catalog, Query], Mask | None]
    since: Bound | None = None
    until: Bound | None = None


def _coded(
    parameter: str,
    column: Callable[[Catalog], bytes],
    choices: Mapping[int, tuple[int, ...] | None],
) -> Filter:
    """A number of a closed list, each standing for some codes of a column (None: for all)."""

    def mask(catalog: Catalog, query: Query) -> Mask | None:
        value = query.integer(parameter)
        if value not in choices:
            raise Refused(PARAM_ERROR)
        wanted = choices[value]
        return None if wanted is None else _masks.codes(column(catalog), wanted)

    return Filter(parameter, mask)


def _flag(parameter: str, column: Callable[[Catalog], bytes]) -> Filter:
    return _coded(parameter, column, {0: (0,), 1: (1,)})


def _from(parameter: str, column: Callable[[Catalog], array[int]], scale: int = 1) -> Filter:
    return Filter(
        parameter,
        lambda catalog, query: _masks.at_least(column(catalog), _scaled(query, parameter, scale)),
    )


def _to(parameter: str, column: Callable[[Catalog], array[int]], scale: int = 1) -> Filter:
    return Filter(
        parameter,
        lambda catalog, query: _masks.at_most(column(catalog), _scaled(query, parameter, scale)),
    )


def _created_from(parameter: str, bound: Bound) -> Filter:
    return Filter(
        parameter,
        lambda catalog, query: _masks.at_least(catalog.created, bound(query)),
        since=bound,
    )


def _created_to(parameter: str, bound: Bound) -> Filter:
    return Filter(
        parameter, lambda catalog, query: _masks.at_most(catalog.created, bound(query)), until=bound
    )


def _scaled(query: Query, parameter: str, scale: int) -> float:
    return round(query.number(parameter) * scale, 6)


def _categories(parameter: str) -> Filter:
    return Filter(
        parameter, lambda catalog, query: _masks.in_categories(catalog, query.texts(parameter))
    )


def _named(parameter: str, mask: Callable[[Catalog, str], Mask]) -> Filter:
    return Filter(parameter, lambda catalog, query: mask(catalog, query.text(parameter)))


def _supplier(catalog: Catalog, query: Query) -> Mask:
    number = catalog.suppliers.number(query.text("supplierId"))
    return _masks.codes(catalog.supplier, () if number is None or number > 255 else (number,))


def _brand(catalog: Catalog, query: Query) -> Mask:
    number = catalog.brands.number(query.text("brandOpenId"))
    return _masks.codes(catalog.brand, () if number is None or number > 255 else (number,))


def _platform(catalog: Catalog, query: Query) -> Mask:
    wanted = {name.lower() for name in query.texts("zonePlatform")}
    numbers = [place for place, name in enumerate(PLATFORMS, 1) if name in wanted]
    return _masks.codes(catalog.zone, numbers)


def _search_type(catalog: Catalog, query: Query) -> Mask | None:
    """4 is supplier's products, 10 and 11 products with and without a video."""
    rows = {
        4: (catalog.kind, _SUPPLIER_PRODUCT),
        10: (catalog.video, 1),
        11: (catalog.video, 0),
    }
    row = rows.get(query.integer("productType"))
    if row is None:
        raise Refused(PARAM_ERROR)
    return _masks.codes(row[0], (row[1],))


def _search_flag(catalog: Catalog, query: Query) -> Mask:
    rows = {
        0: (catalog.trend, _TRENDING),
        1: (catalog.trend, _NEW),
        2: (catalog.video, 1),
        3: (catalog.trend, _SLOW),
    }
    row = rows.get(query.integer("productFlag"))
    if row is None:
        raise Refused(PARAM_ERROR)
    return _masks.codes(row[0], (row[1],))


def _abroad(catalog: Catalog, query: Query) -> Mask | None:
    asked = query.choice("isWarehouse", ("true", "false", "1", "0"))
    return _masks.stocked_abroad(catalog) if asked in ("true", "1") else None


def _kind(catalog: Catalog, query: Query) -> Mask:
    kind = query.text("productType")
    if kind not in PRODUCT_TYPES:
        raise Refused(PARAM_ERROR)
    return _masks.codes(catalog.kind, (PRODUCT_TYPES.index(kind),))


def _clock_time(text: str) -> int:
    """Milliseconds since 1970 of a Beijing time without a zone."""
    for pattern in _CLOCK_FORMATS:
        try:
            shown = datetime.strptime(text, pattern).replace(tzinfo=_BEIJING)
        except ValueError:
            continue
        return int(shown.timestamp() * 1000)
    raise Refused(PARAM_ERROR)


def moment(query: Query, parameter: str) -> int:
    """Milliseconds since 1970 of a time parameter, written as a clock shows it or in milliseconds.

    Raises:
        Refused: it is neither.
    """
    text = query.text(parameter).strip()
    return int(text) if text.isdecimal() else _clock_time(text)


SEARCH: tuple[Filter, ...] = (
    _named("keyWord", _masks.named_or_numbered),
    _categories("categoryId"),
    _categories("lv2categoryList"),
    _categories("lv3categoryList"),
    Filter(
        "countryCode", lambda catalog, query: _masks.stocked_in(catalog, query.texts("countryCode"))
    ),
    _from("startSellPrice", lambda catalog: catalog.low_price, 100),
    _to("endSellPrice", lambda catalog: catalog.low_price, 100),
    _flag("addMarkStatus", lambda catalog: catalog.free_shipping),
    Filter("productType", _search_type),
    Filter("productFlag", _search_flag),
    _from("startWarehouseInventory", lambda catalog: catalog.stock),
    _to("endWarehouseInventory", lambda catalog: catalog.stock),
    _coded("verifiedWarehouse", lambda catalog: catalog.verified, {0: None, 1: (1,), 2: (2,)}),
    _created_from("timeStart", lambda query: query.number("timeStart")),
    _created_to("timeEnd", lambda query: query.number("timeEnd")),
    Filter("zonePlatform", _platform),
    Filter("isWarehouse", _abroad),
    Filter("supplierId", _supplier),
    _flag("hasCertification", lambda catalog: catalog.certified),
    _flag("isSelfPickup", lambda catalog: catalog.self_pickup),
    _coded("customization", lambda catalog: catalog.customization, {0: (0,), 1: (1, 2, 3, 4, 5)}),
)
"""What ``/product/listV2`` filters by."""

LIST: tuple[Filter, ...] = (
    _categories("categoryId"),
    Filter("pid", lambda catalog, query: _masks.only(catalog, catalog.number(query.text("pid")))),
    Filter(
        "productSku",
        lambda catalog, query: _masks.only(
            catalog, catalog.number_of_sku(query.text("productSku"))
        ),
    ),
    _named("productName", _masks.named_in_chinese),
    _named("productNameEn", _masks.named),
    Filter("productType", _kind),
    Filter(
        "countryCode", lambda catalog, query: _masks.stocked_in(catalog, query.texts("countryCode"))
    ),
    _coded(
        "deliveryTime", lambda catalog: catalog.delivery_days, {24: (1,), 48: (1, 2), 72: (1, 2, 3)}
    ),
    _coded("verifiedWarehouse", lambda catalog: catalog.verified, {0: None, 1: (1,), 2: (2,)}),
    _from("startInventory", lambda catalog: catalog.stock),
    _to("endInventory", lambda catalog: catalog.stock),
    _created_from("createTimeFrom", lambda query: moment(query, "createTimeFrom")),
    _created_to("createTimeTo", lambda query: moment(query, "createTimeTo")),
    Filter("brandOpenId", _brand),
    _from("minPrice", lambda catalog: catalog.low_price, 100),
    _to("maxPrice", lambda catalog: catalog.low_price, 100),
    _coded(
        "searchType", lambda catalog: catalog.trend, {0: None, 2: (_TRENDING,), 21: (_TRENDING,)}
    ),
    _from("minListedNum", lambda catalog: catalog.listed),
    _to("maxListedNum", lambda catalog: catalog.listed),
    _flag("isSelfPickup", lambda catalog: catalog.self_pickup),
    Filter("supplierId", _supplier),
    _flag("isFreeShipping", lambda catalog: catalog.free_shipping),
    _coded(
        "customizationVersion",
        lambda catalog: catalog.customization,
        {version: (version,) for version in range(6)},
    ),
)
"""What ``/product/list`` filters by."""
