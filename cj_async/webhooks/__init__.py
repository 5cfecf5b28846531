"""The messages that CJ posts to your callback addresses.

    message = webhooks.parse(body)
    match message:
        case models.webhook.OrderMessage(params=order) if order: ...
        case models.webhook.ProductMessage() if webhooks.is_changed(message, "product_name_en"): ...

Whatever `parse` returns wants HTTP 200 within 3 seconds, also what it does not know; so does a
`Probe`, which CJ posts while an address is registered. Any other `BadMessage` was not sent by CJ.
Nothing here looks at signatures yet: a message is as trustworthy as its sender.
"""

from cj_async.webhooks._changes import changed_fields, is_changed
from cj_async.webhooks._errors import BadMessage, Probe
from cj_async.webhooks._parse import AnyMessage, parse
from cj_async.webhooks._unknown import UnknownMessage

__all__ = [
    "AnyMessage",
    "BadMessage",
    "Probe",
    "UnknownMessage",
    "changed_fields",
    "is_changed",
    "parse",
]
