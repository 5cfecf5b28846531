"""What does an answer look like on the wire? The envelopes of success and refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Envelope = Literal[
    "result", "both", "bare", "bare_200", "bare_wordless", "cheering", "bare_cheering", "wordless"
]

_CHEER = "Congratulation! Well done!"
_SUCCESS: Mapping[Envelope, Mapping[str, object]] = {
    "result": {"code": 200, "result": True, "message": "Success"},
    "both": {"code": 200, "result": True, "message": "Success", "success": True},
    "bare": {"success": True, "code": 0, "message": None},
    "bare_200": {"success": True, "code": 200, "message": "Success"},
    "bare_wordless": {"success": True, "code": 200, "message": ""},
    "cheering": {"code": 200, "result": True, "message": _CHEER, "success": True},
    "bare_cheering": {"success": True, "code": 200, "message": _CHEER},
    "wordless": {"success": True, "code": 200, "message": "", "result": True},
}
ENVELOPES: Mapping[str, Envelope] = {
    "products.add_to_my_products": "both",
    "products.my_products": "both",
    "inventory.by_sku": "both",
    "warehouses.get": "both",
    "orders.create_v2": "both",
    "orders.create_v3": "both",
    "orders.add_to_cart": "bare_cheering",
    "orders.confirm_cart": "bare_cheering",
    "orders.create_parent_order": "bare_wordless",
    "orders.change_warehouse": "cheering",
    "orders.upload_waybill": "wordless",
    "orders.update_waybill": "wordless",
    "orders.edit_pod_pictures": "cheering",
    "orders.cogs": "bare_wordless",
    "logistics.freight_tip": "both",
    "disputes.products": "both",
    "disputes.confirm_info": "both",
    "warehouses.list": "bare_200",
    "inventory.by_product": "bare_wordless",
    "reviews.list": "bare",
    "reviews.list_legacy": "bare",
    "sourcing.create": "bare",
    "sourcing.query": "bare",
}
"""Operations whose envelope differs from the usual one, as their examples in the documentation."""
WITHOUT_CODE = frozenset(
    {"orders.create_parent_order", "orders.upload_waybill", "orders.update_waybill"}
)
"""Operations whose success has no code, as their examples in the documentation."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The API says no: a code, words that mean little, and sometimes data that explains it.

    Attributes:
        status: of the HTTP answer, which is hardly ever another than 200.
    """

    code: int
    message: str
    data: object = None
    status: int = 200


class Refused(Exception):
    """Raised inside the simulator to answer with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, refusal.message)
        self.refusal = refusal


def empty(field: str) -> Refusal:
    """A required field is missing or empty."""
    return Refusal(16900403, f"{field} can not be empty")


def too_many(rate: float) -> Refusal:
    """More requests than the tier, or the address, may send."""
    return Refusal(1600200, f"Too Many Requests, QPS limit is {rate:g} time/1second")


def no_points(used: int, remaining: int, required: int) -> Refusal:
    """The account's points do not pay for the call."""
    return Refusal(
        16900500,
        f"Insufficient API points. Used today: {used}, Remaining: {remaining}, "
        f"Required: {required}. Points refill every minute and reset at 00:00 UTC.",
    )


PARAM_ERROR = Refusal(1600300, "Param error")
NO_TOKEN = Refusal(1600002, "access token cannot be empty")
BAD_TOKEN = Refusal(1600001, "Invalid API key or access token")
BAD_REFRESH_TOKEN = Refusal(1600003, "Refresh token is failure")
WRONG_KEY = Refusal(1600005, "APIkey is wrong, please check and try again")
NO_SUCH_PATH = Refusal(1600101, "Interface not found")
OFFLINE = Refusal(1600100, "Interface is offline")
NO_BODY = Refusal(16900204, "Required request body is missing")
NOT_JSON = Refusal(16900205, "The request parameter is not in a correct JSON format")
NO_PRODUCT = Refusal(1602001, "Product not found")
OFF_SHELF = Refusal(1602002, "Product has been removed from shelves")
NO_VARIANT = Refusal(1602000, "Variant not found")
NO_STORAGE = Refusal(1608001, "Warehouse info not found")
ALREADY_MINE = Refusal(1600000, "The product has been added to My Products.")
SYSTEM_BUSY = Refusal(1600000, "System busy, please contact CJ IT")
WORDS: Mapping[int, str] = {
    refusal.code: refusal.message
    for refusal in (
        *(SYSTEM_BUSY, PARAM_ERROR, NO_TOKEN, BAD_TOKEN, BAD_REFRESH_TOKEN, WRONG_KEY),
        *(NO_SUCH_PATH, OFFLINE, NO_BODY, NOT_JSON, NO_PRODUCT, OFF_SHELF, NO_VARIANT, NO_STORAGE),
        too_many(1),
        no_points(50_000, 0, 10),
        Refusal(1600201, "Quota has been used up"),
        Refusal(1600301, "Read timed out"),
        Refusal(1604000, "Balance is insufficient"),
    )
}
"""The usual words of a code."""
REFUSED_AS_TOO_EARLY = frozenset({1600200, 16900500})
"""Codes that come with the HTTP status the simulator was given for refusals."""


def success(
    operation: str, data: object, request_id: str, *, without_code: bool = False
) -> dict[str, object]:
    """The envelope of an operation around its data; ``without_code`` is about ``WITHOUT_CODE``."""
    answer = {**_SUCCESS[ENVELOPES.get(operation, "result")], "data": data, "requestId": request_id}
    if without_code and operation in WITHOUT_CODE:
        del answer["code"]
    return answer


def refused(operation: str, refusal: Refusal, request_id: str) -> dict[str, object]:
    """The envelope of a refusal; operations that spell ``success`` spell it here, too."""
    answer: dict[str, object] = {
        "code": refusal.code,
        "result": False,
        "message": refusal.message,
        "data": refusal.data,
        "requestId": request_id,
    }
    if ENVELOPES.get(operation) in {"both", "cheering", "wordless"}:
        answer["success"] = False
    return answer
