"""The body of a callback becomes a message: bytes in, a typed value out."""

from __future__ import annotations

import logging
from functools import cache
from typing import Final, TypeAlias, get_args

import msgspec

from cj_async._decode import DriftReport, decode
from cj_async._wire import is_object, plain_json
from cj_async.models.webhook import Message
from cj_async.webhooks._errors import BadMessage
from cj_async.webhooks._unknown import Probe, UnknownMessage, unknown

AnyMessage: TypeAlias = Message | UnknownMessage | Probe
"""What `parse` returns: a documented message, one that no model is made for, or a probe."""

logger = logging.getLogger("cj_async")


class _Head(msgspec.Struct):
    type: str = ""


_HEAD: Final = msgspec.json.Decoder(_Head)
_MODELS: Final[dict[str, type[Message]]] = {
    str(model.__struct_config__.tag): model for model in get_args(Message)
}


def parse(
    raw: bytes | bytearray | memoryview | str, *, drift: DriftReport | None = None
) -> AnyMessage:
    """Read the body of a callback.

    A value that fits nothing becomes ``None``, and the rest of the message survives.

    Args:
        raw: The body as it came. Bytes are better than text: the signature covers them.
        drift: Told of each field that did not fit, with its name and the JSON type that came
            instead. Without it a warning is logged, once per field.

    Returns:
        A message of ``cj_async.models.webhook``; an `UnknownMessage` when the type is not among
        them, or when ``params`` as a whole fits nothing; a `Probe` for an object with neither type
        nor params.

    Raises:
        BadMessage: The body is no JSON, or no object.

    CJ's page: Webhook, List of topics.
    """
    data = _bytes(raw)
    try:
        return _read(data, drift or warn_once)
    # none of these becomes the cause: some carry the body, and with it the openId
    except msgspec.MsgspecError as error:
        raise BadMessage(str(error), data) from None
    except UnicodeDecodeError:
        raise BadMessage("the text is not UTF-8", data) from None
    except RecursionError:
        raise BadMessage("nested too deeply", data) from None


def _read(data: bytes, drift: DriftReport) -> AnyMessage:
    model = _model_of(data)
    if model is not None:
        message = decode(model, data, drift=drift)
        if message.params is not None:
            return message
        body = plain_json(data)
        return unknown(body) if body.get("params") else message
    body = plain_json(data)
    if not is_object(body):
        raise BadMessage("no JSON object", data)
    return unknown(body)


def _bytes(raw: bytes | bytearray | memoryview | str) -> bytes:
    if not isinstance(raw, str):
        return bytes(raw)
    try:
        return raw.encode()
    except UnicodeEncodeError:
        raise BadMessage("the text is not Unicode") from None


def _model_of(data: bytes) -> type[Message] | None:
    try:
        return _MODELS.get(_HEAD.decode(data).type)
    except msgspec.ValidationError:  # no object, or a type that is no text
        return None


@cache
def warn_once(field: str, json_type: object) -> None:
    """Logs a field that does not fit, the first time that it happens in this process."""
    logger.warning("schema drift: %s was %s and is read as None", field, json_type)
