"""Which warehouses are there? The list of areas, and the details of every sub-warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ._answers import NO_STORAGE, Refused
from ._catalog import Catalog
from ._vocabulary import COUNTRY_NAMES, WAREHOUSES
from ._world import Call, Operation


class _Storage(NamedTuple):
    area: int
    name: str
    city: str
    province: str
    phone: str
    self_pickup: int | None
    zip_code: str | None
    carriers: Sequence[str]


_STORAGES = (
    _Storage(
        0,
        "Jinhua Warehouse",
        "Jinhua",
        "Zhejiang",
        "+86-57955500100",
        None,
        "321000",
        ("YunExpress", "4PX"),
    ),
    _Storage(
        0,
        "Dongguan Warehouse",
        "Dongguan",
        "Guangdong",
        "+86-76955500101",
        0,
        None,
        ("YunExpress", "CAI NIAO"),
    ),
    _Storage(
        1,
        "Trenton Warehouse",
        "Trenton",
        "New Jersey",
        "+1-6095550102",
        None,
        None,
        ("USPS", "FedEx", "UPS", "GOFO", "DHL"),
    ),
    _Storage(
        1,
        "Ontario Warehouse",
        "Ontario",
        "California",
        "+1-9095550103",
        1,
        "91761",
        ("USPS", "UniUni", "UPS"),
    ),
    _Storage(
        2,
        "Leicester Warehouse",
        "Leicester",
        "Leicestershire",
        "+44-1165550104",
        None,
        "LE4 9HA",
        ("Royal Mail", "EVRi"),
    ),
    _Storage(
        3,
        "Neuss Warehouse",
        "Neuss",
        "Nordrhein-Westfalen",
        "+49-21315550105",
        0,
        "41460",
        ("DHL", "DPD", "GLS"),
    ),
    _Storage(
        4,
        "Lille Warehouse",
        "Lille",
        "Hauts-de-France",
        "+33-320555106",
        None,
        None,
        ("Colissimo", "GLS"),
    ),
    _Storage(
        5, "Bangkok Warehouse", "Bangkok", "Bangkok", "+66-25550107", 1, "10110", ("Kerry", "Flash")
    ),
    _Storage(
        6,
        "Melbourne Warehouse",
        "Melbourne",
        "Victoria",
        "+61-35550108",
        None,
        "3000",
        ("AusPost",),
    ),
)


def stock_ids(catalog: Catalog, area: int) -> list[str]:
    """The ids of an area's storages as stock rows spell them: a UUID in braces."""
    return [
        f"{{{catalog.storages.uuid(place)}}}"
        for place, storage in enumerate(_STORAGES)
        if storage.area == area
    ]


class Storehouse(NamedTuple):
    """A sub-warehouse: its id as 32 lower-case hex digits; ``area`` counts from 0.

    Whoever has goods sent there, or from there, asks whether it is ``open``.
    """

    id: str
    name: str
    area: int
    country: str
    address: str
    zip_code: str | None
    open: bool
    carriers: Sequence[str]


def storehouses(catalog: Catalog) -> list[Storehouse]:
    """All sub-warehouses."""
    return [
        Storehouse(
            plain_id(catalog.storages.uuid(place)),
            storage.name,
            storage.area,
            WAREHOUSES[storage.area].country,
            f"{storage.city}, {storage.province}",
            storage.zip_code,
            not WAREHOUSES[storage.area].disabled,
            storage.carriers,
        )
        for place, storage in enumerate(_STORAGES)
    ]


def storehouse(catalog: Catalog, storage_id: str) -> Storehouse | None:
    """The sub-warehouse of an id, however that is spelled; None when there is none."""
    wanted = plain_id(storage_id)
    return next((each for each in storehouses(catalog) if each.id == wanted), None)


def _detail(call: Call) -> object:
    """Ids are understood as stock rows spell them, and as 32 lower-case hex digits."""
    wanted = plain_id(call.query.text("id"))
    places = range(len(_STORAGES))
    place = next((each for each in places if plain_id(_uuid(call, each)) == wanted), None)
    if place is None:
        raise Refused(NO_STORAGE)
    storage = _STORAGES[place]
    return {
        "id": wanted,
        "name": storage.name,
        "areaId": storage.area + 1,
        "areaCountryCode": WAREHOUSES[storage.area].country,
        "address1": f"{storage.city}, {storage.province} ",
        "address2": None,
        "contacts": None,
        "phone": storage.phone,
        "city": storage.city,
        "province": storage.province,
        "logisticsBrandList": [{"id": name, "name": name} for name in storage.carriers],
        "isSelfPickup": storage.self_pickup,
        "zipCode": storage.zip_code,
    }


def _uuid(call: Call, place: int) -> str:
    return call.catalog.storages.uuid(place)


def plain_id(storage_id: str) -> str:
    """The id of a sub-warehouse however it is spelled, as 32 lower-case hex digits."""
    return storage_id.strip("{}").replace("-", "").lower()


def _areas(_: Call) -> object:
    """The areas that stock can be in: the id comes as a number and as text."""
    return [
        {
            "areaCn": f"{house.chinese}仓",
            "areaEn": f"{house.name} Warehouse",
            "areaId": area,
            "countryCode": house.country,
            "nameEn": COUNTRY_NAMES[house.country],
            "valueEn": house.country,
            "disabled": house.disabled,
            "zh": f"{house.chinese}仓",
            "en": f"{house.name} Warehouse",
            "de": f"{house.german}-Lager",
            "fr": f"Entrepôt {house.french}",
            "th": f"คลังสินค้า{house.thai}",
            "id": str(area),
        }
        for area, house in enumerate(WAREHOUSES, 1)
    ]


OPERATIONS: Mapping[str, Operation] = {"warehouses.list": _areas, "warehouses.get": _detail}
