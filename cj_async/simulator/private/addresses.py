"""Which addresses are in the account's book? List, add, change; none is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import PARAM_ERROR, Refusal, Refused
from .._evidence import behaves
from .._world import Call, Operation
from .model import Address
from .reading import required_text, text
from .stamps import new_id

NO_ADDRESS = Refusal(1600300, "Address not found")
NO_COUNTRY = Refusal(1605002, "The country code is not known")
_LONGEST: Mapping[str, int] = {
    "firstName": 100,
    "lastName": 100,
    "country": 100,
    "countryCode": 10,
    "province": 100,
    "city": 100,
    "address": 200,
    "addressNew": 200,
    "zip": 30,
    "phone": 30,
    "mail": 100,
    "countyTown": 100,
    "consigneeId": 100,
}
_NO, _YES = "0", "1"


@behaves(
    "addresses.list", "Not paged, in the order in which they were made.", "assumed", "002, 6.1"
)
@behaves(
    "addresses.list",
    "isDefault is text; under `drifting_types` every other address has a number.",
    "documented",
    "002, 6.4: string or integer",
)
def _list(call: Call) -> object:
    drifts = call.world.has("drifting_types")
    book = call.account.state.private.addresses.values()
    return [_row(address, drifts and place % 2 == 1) for place, address in enumerate(book)]


def _row(address: Address, as_number: bool) -> dict[str, object]:
    """Fields that were not given are null."""
    given = {name: address.fields.get(name) for name in _LONGEST}
    flag: object = int(address.is_default) if as_number else str(int(address.is_default))
    return {"id": address.id, **given, "isDefault": flag}


@behaves("addresses.create", "Answers true; the list tells the new id.", "assumed", "002, 6.2")
def _create(call: Call) -> object:
    fields, is_default = _fields(call), _is_default(call)
    address = Address(new_id(call.world, call.account, "address"), fields)
    call.account.state.private.addresses[address.id] = address
    _mark(call, address, is_default)
    return True


@behaves(
    "addresses.update",
    "Wants the whole address: an optional field that is left out is empty afterwards.",
    "assumed",
    "002, 6.3 wants all required fields",
)
@behaves(
    "addresses.update",
    "An id that is not in the account's book is refused as a wrong parameter.",
    "assumed",
)
def _update(call: Call) -> object:
    wanted = required_text(call.body, "id")
    fields, is_default = _fields(call), _is_default(call)
    address = call.account.state.private.addresses.get(wanted)
    if address is None:
        raise Refused(NO_ADDRESS)
    address.fields = fields
    _mark(call, address, is_default)
    return True


@behaves(
    "addresses",
    "A text that is longer than documented is refused as a wrong parameter, a countryCode that is "
    "not two letters with 1605002.",
    "assumed",
    "lengths of 002, 6.3; code of 000, appendix 1",
)
def _fields(call: Call) -> dict[str, str]:
    read = {name: text(call.body, name, longest) for name, longest in _LONGEST.items()}
    code = read["countryCode"]
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise Refused(NO_COUNTRY)
    return {name: value for name, value in read.items() if value}


def _is_default(call: Call) -> bool:
    flag = text(call.body, "isDefault", 1) or _NO
    if flag not in (_NO, _YES):
        raise Refused(PARAM_ERROR)
    return flag == _YES


@behaves(
    "addresses", "An account has one default address at most; a new one replaces it.", "assumed"
)
def _mark(call: Call, address: Address, is_default: bool) -> None:
    if is_default:
        for each in call.account.state.private.addresses.values():
            each.is_default = False
    address.is_default = is_default


OPERATIONS: Mapping[str, Operation] = {
    "addresses.list": _list,
    "addresses.create": _create,
    "addresses.update": _update,
}
