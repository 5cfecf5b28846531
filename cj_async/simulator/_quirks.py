"""In which ways does the local CJ lie as the real one does? Each can be switched off by its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

QUIRKS: Mapping[str, str] = {
    "drifting_types": "prices, weights, flags and texts come in CJ's many spellings",
    "repeated_order_numbers": "orders.create_v3 accepts an order number that was used before",
    "sandbox_true_ignored": "isSandbox counts only as the number 1; true, or text, makes a real order",
    "three_order_ids": "orders have a long id besides the SD code; without it the code stands for both",
    "two_refusal_shapes": "some refusals come as {success: false} and with an HTTP status of their own",
    "capped_totals": "the total of a product list is never above the cap",
    "cancelled_by_default": "orders.list without a status gives the cancelled ones",
    "sandbox_pay_refused": "payments.pay_v2 refuses parent orders of sandbox orders with HTTP 400",
    "callbacks_as_param_error": "webhooks.set answers 1600300, not 1607003, when an address answers not 200",
    "split_freight_refused": "logistics.freight refuses variants that no single warehouse has in stock",
    "empty_total_postage": "totalPostageFee of logistics.freight may be 0 where the price is not",
    "whole_dispute_rows": "disputes.confirm_info refuses rows of disputes.products that were reshaped",
    "answers_without_code": "some answers have no code, as their examples in the documentation",
}
"""What each one does; all are on unless told otherwise."""


def chosen(quirks: bool | Collection[str]) -> frozenset[str]:
    """The quirks that are on: all, none, or those named.

    Raises:
        ValueError: a name is none of ``QUIRKS``.
    """
    if isinstance(quirks, bool):
        return frozenset(QUIRKS) if quirks else frozenset()
    unknown = sorted(set(quirks) - QUIRKS.keys())
    if unknown:
        raise ValueError(f"quirks must be among {', '.join(QUIRKS)}, got {', '.join(unknown)}")
    return frozenset(quirks)
