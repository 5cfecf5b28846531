"""What becomes of a request to find a product? It is searched for an hour, then found or not."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from . import _variants
from ._account import Sourcing
from ._answers import PARAM_ERROR, Refused
from ._world import Call, Operation

_SEARCH_SECONDS = 3600
_SEARCHING, _FOUND, _FAILED = ("1", "搜品中"), ("3", "搜品成功"), ("5", "搜品失败")


def _create(call: Call) -> object:
    _check_price(call.body.get("price"))
    account = call.account
    number = (account.number << 20) + len(account.sourcings)
    sourcing_id = str(call.catalog.sourcings.long(number))
    account.sourcings[sourcing_id] = Sourcing(dict(call.body), call.world.clock.time())
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
    status, words = _status(call, sourcing_id, sourcing)
    found = (status, words) == _FOUND
    number = int(sourcing_id) % call.catalog.count if found else 0
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


def _status(call: Call, sourcing_id: str, sourcing: Sourcing) -> tuple[str, str]:
    if call.world.clock.time() - sourcing.made < _SEARCH_SECONDS:
        return _SEARCHING
    return _FOUND if int(sourcing_id) % 3 and call.catalog.count else _FAILED


OPERATIONS: Mapping[str, Operation] = {"sourcing.create": _create, "sourcing.query": _query}
