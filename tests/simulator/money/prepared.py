"""What every operation of this room is called with, so that it succeeds."""

from __future__ import annotations

from typing import Any

from tests.simulator.orders.prepared import ADDRESS, ORDER
from tests.simulator.plain import Caller, Fields

ON_A_PAGE, FROM_THE_BALANCE = 1, 2


async def payable(caller: Caller, vid: str) -> dict[str, Fields]:
    """Orders that wait for a payment, or for the step after it, and the calls about them."""

    async def create(number: str, pay_type: int, sandbox: int) -> Any:
        body = {
            "orderNumber": number,
            "products": [{"vid": vid, "quantity": 1}],
            "payType": pay_type,
            "isSandbox": sandbox,
            **ADDRESS,
        }
        return (await caller.post(f"{ORDER}/createOrderV2", **body)).body["data"]

    first, second = [await create(number, ON_A_PAGE, 0) for number in ("P1", "P2")]
    unpaid, paid = await create("P3", ON_A_PAGE, 1), await create("P4", FROM_THE_BALANCE, 1)
    return {
        "payments.pay": {"orderId": first["orderId"]},
        "payments.pay_v2": {"shipmentOrderId": second["shipmentOrderId"]},
        "sandbox.simulate_pay": {"orderId": unpaid["orderId"]},
        "sandbox.update_status": {"orderId": paid["orderId"], "targetStatus": 400},
    }
