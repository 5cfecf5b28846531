"""How does CJ say no to what concerns orders? Codes of the error table, and codes seen live."""

from __future__ import annotations

from .._answers import Refusal

CREATED_BEFORE = Refusal(1603003, "Order exist, please do not duplicate create")
CONFIRM_FAILED = Refusal(1603001, "Order confirm fail")
DELETE_FAILED = Refusal(1603002, "Order delete fail")
NO_ORDER = Refusal(1603100, "Order not found, please check the CJ order id")
NOT_FOUND = Refusal(1600300, "order not found")
TOO_MANY_FEATURES = Refusal(1600300, "The maximum number of features is 20")
QUERY_FAILED = Refusal(1603001, "order query fail", data=False)
NO_COUNTRY = Refusal(1605002, "country code not found")
NO_STORE = Refusal(1600013, "Store info does not exist,please check and try again.")
NO_PLATFORM = Refusal(5027, "This platform is not supported")
NO_STORAGE_ID = Refusal(5030, "storageId can not be empty")
IN_FUTURE = Refusal(1600300, "Param error: storeOrderTime is later than now")
NO_LABEL_TAKEN = Refusal(
    804, "This order does not use store platform logistics. Label upload not supported."
)
NOT_PAID = Refusal(819, "The order is unpaid or closed")
NO_LABEL_YET = Refusal(1600300, "Param error: no label has been uploaded")
WRONG_PICTURES = Refusal(804, "Param error")


def no_carrier(storage: str, carrier: str) -> Refusal:
    """A warehouse does not work with a carrier."""
    return Refusal(806, f"Warehouse “{storage}” does not support logistics carrier “{carrier}”.")
