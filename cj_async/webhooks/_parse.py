"""The body of a callback becomes a message: bytes in, a typed value out."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any, Final, TypeAlias, get_args

import msgspec

from cj_async._decode import DriftReport, decode
from cj_async._wire import is_object, plain_json
from cj_async.models.webhook import Message
from cj_async.webhooks._errors import BadMessage, Probe
from cj_async.webhooks._unknown import UnknownMessage, unknown

AnyMessage: TypeAlias = Message | UnknownMessage
"""What `parse` returns: a documented message, or one that no model is made for."""

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
        them, or when ``params`` as a whole fits nothing.

    Raises:
        Probe: An object without a type, which CJ posts while an address is registered: answer 200.
        BadMessage: The body is no JSON, or no object. `Probe` is one, too.

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
        return _unknown(body, data) if body.get("params") else message
    body = plain_json(data)
    if not is_object(body):
        raise BadMessage("no JSON object", data)
    return _unknown(body, data)


def _unknown(body: dict[str, Any], data: bytes) -> UnknownMessage:
    message = unknown(body)
    if message is None:
        raise Probe("it has no type", data)
    return message


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
