"""Which operations, and what by itself, belong to what comes after a sale? The room's tables."""

from __future__ import annotations

from collections.abc import Mapping

from .._world import Action, Operation
from . import disputes, tracking
from .freight import freight
from .freight_tip import freight_tip
from .templates import supplier_templates

OPERATIONS: Mapping[str, Operation] = {
    "logistics.freight": freight,
    "logistics.freight_tip": freight_tip,
    "logistics.supplier_templates": supplier_templates,
    "logistics.track": tracking.track,
    "logistics.track_legacy": tracking.track,
    "disputes.products": disputes.products,
    "disputes.confirm_info": disputes.confirm_info,
    "disputes.create": disputes.create,
    "disputes.cancel": disputes.cancel,
    "disputes.list": disputes.listing,
}

ACTIONS: Mapping[str, Action] = {
    tracking.FOLLOW: tracking.follow,
    disputes.DECIDE: disputes.decide,
}
