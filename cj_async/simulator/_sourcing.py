"""What becomes of a request to find a product? It is searched for an hour, then found or not."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from . import _variants
from ._account import Account, Sourcing
from ._answers import PARAM_ERROR, Refused
from ._catalog import Catalog
from ._evidence import behaves
from ._spelling import beijing_clock
from ._world import Action, Call, Operation, World

_SEARCH_SECONDS = 3600
_COMPLETE = "sourcing.complete"
_SEARCHING, _FOUND, _FAILED = ("1", "搜品中"), ("3", "搜品成功"), ("5", "搜品失败")


def _create(call: Call) -> object:
    _check_price(call.body.get("price"))
    account = call.account
    number = (account.number << 20) + len(account.sourcings)
    sourcing_id = str(call.catalog.sourcings.long(number))
    now = call.world.clock.time()
    account.sourcings[sourcing_id] = Sourcing(dict(call.body), now)
    call.world.agenda.add(now + _SEARCH_SECONDS, _COMPLETE, account.number, sourcing_id)
    return {"cjSourcingId": sourcing_id, "result": "success"}


def _check_price(price: object) -> None:
    if price in (None, ""):
        return
    try:
        amount = float(str(price))
    except ValueError:
        raise Refused(PARAM_ERROR) from None
    if not amount >= 0:
        raise Refused(PARAM_ERROR)


def _query(call: Call) -> object:
    """One object, of the first id asked for; null when the account has no such request."""
    try:
        ids = msgspec.convert(call.body.get("sourceIds"), list[str | int])
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None
    wanted = str(ids[0])
    sourcing = call.account.sourcings.get(wanted)
    if sourcing is None:
        return None
    return _result(call, wanted, sourcing)


def _result(call: Call, sourcing_id: str, sourcing: Sourcing) -> dict[str, object]:
    status, words = _status(call.world, sourcing_id, sourcing)
    found = (status, words) == _FOUND
    number = _product(call.catalog, sourcing_id) if found else 0
    return {
        "sourceId": sourcing_id,
        "sourceNumber": sourcing_id[-6:],
        "productId": sourcing.fields.get("thirdProductId"),
        "variantId": sourcing.fields.get("thirdVariantId"),
        "shopId": str(call.account.number),
        "shopName": call.account.name,
        "sourceStatus": status,
        "sourceStatusStr": words,
        "cjProductId": call.catalog.pid(number) if found else None,
        "cjVariantSku": _variants.sku(call.catalog, number, 0) if found else None,
    }


@behaves("sourcing", "A request is searched for an hour (1), then found (3) or not (5).", "assumed")
def _status(world: World, sourcing_id: str, sourcing: Sourcing) -> tuple[str, str]:
    if world.clock.time() - sourcing.made < _SEARCH_SECONDS:
        return _SEARCHING
    return _FOUND if int(sourcing_id) % 3 and world.catalog.original else _FAILED


def _product(catalog: Catalog, sourcing_id: str) -> int:
    return int(sourcing_id) % catalog.original


@behaves(
    "SOURCINGCREATE",
    "A message is sent when a search has come to its end; of one that failed status is failed and the "
    "product null.",
    "documented",
    "000, Webhook, Source product creation result, for completed; failed is assumed",
)
def _complete(world: World, account: Account, sourcing_id: str) -> None:
    sourcing = account.sourcings.get(sourcing_id)
    if sourcing is None:
        return
    catalog, found = world.catalog, _status(world, sourcing_id, sourcing) == _FOUND
    number = _product(catalog, sourcing_id) if found else 0
    params: dict[str, object] = {
        "cjProductId": catalog.pid(number) if found else None,
        "cjVariantId": _variants.vid(catalog, number, 0) if found else None,
        "cjVariantSku": _variants.sku(catalog, number, 0) if found else None,
        "cjSourcingId": sourcing_id,
        "status": "completed" if found else "failed",
        "failReason": "" if found else "No such product was found.",
        "createDate": beijing_clock(catalog.created[number]) if found else None,
    }
    world.emit(account, "SOURCINGCREATE", "UPDATE", params)


OPERATIONS: Mapping[str, Operation] = {"sourcing.create": _create, "sourcing.query": _query}

ACTIONS: Mapping[str, Action] = {_COMPLETE: _complete}
