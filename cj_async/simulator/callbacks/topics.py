"""Which topics of messages are there, what may be set for each, and what is set?"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from .._answers import PARAM_ERROR, Refusal, Refused, empty
from .._bodies import Fields
from .._evidence import behaves
from .._schema import is_list, is_object
from .model import CallbackState

TOPICS = ("product", "stock", "order", "logistics", "makeup", "privateOrder")
REQUIRED = TOPICS[:4]
TOPIC_OF: Mapping[str, str] = {
    "PRODUCT": "product",
    "VARIANT": "product",
    "SOURCINGCREATE": "product",
    "STOCK": "stock",
    "ORDER": "order",
    "ORDERSPLIT": "order",
    "LOGISTIC": "logistics",
    "MAKEUP": "makeup",
    "PRIVATE_ORDER": "privateOrder",
}
"""The topic of each ``type`` of message."""

LOCAL = Refusal(1607001, "Please do not use domain names such as localhost, 127.0.0.1")
NOT_HTTPS = Refusal(1607002, "Webhook url error, Please ensure URL starts with https://")


class Wanted(NamedTuple):
    """What a caller wants a topic to be."""

    enabled: bool
    url: str


def wants(state: CallbackState, kind: str) -> bool:
    """Whether messages of a ``type`` are sent at all."""
    topic = state.topics.get(TOPIC_OF[kind])
    return topic is not None and topic.enabled


def topics_of(state: CallbackState) -> dict[str, dict[str, object]]:
    """All topics as ``settings.get`` shows them; one that was never set is off and goes nowhere."""
    shown: dict[str, dict[str, object]] = {}
    for name in TOPICS:
        topic = state.topics.get(name)
        on = topic is not None and topic.enabled
        urls = [topic.url] if topic is not None else []
        shown[name] = {"type": "ENABLE" if on else "CANCEL", "urls": urls}
    return shown


@behaves("webhooks.set", "A topic takes exactly one address.", "documented", "2026-09, Webhook")
@behaves("webhooks.set", "makeup and privateOrder may be left out.", "documented", "2026-09")
@behaves("webhooks.set", "An optional topic that is left out stays as it was.", "assumed")
def read_topics(fields: Fields, *, anywhere: bool) -> dict[str, Wanted]:
    """What the body of ``webhooks.set`` asks for.

    Args:
        fields: the body.
        anywhere: whether addresses on this machine are taken too, with https or without.

    Raises:
        Refused: a topic is missing or misspelled, or its address is unfit.
    """
    wanted: dict[str, Wanted] = {}
    for name in TOPICS:
        if fields.get(name) is not None:
            wanted[name] = _wanted(name, fields[name], anywhere)
        elif name in REQUIRED:
            raise Refused(empty(name))
    return wanted


def _wanted(name: str, value: object, anywhere: bool) -> Wanted:
    if not is_object(value):
        raise Refused(PARAM_ERROR)
    kind, urls = value.get("type"), value.get("callbackUrls")
    for field, given in (("type", kind), ("callbackUrls", urls)):
        if given in (None, "", []):
            raise Refused(empty(f"{name}.{field}"))
    if kind not in ("ENABLE", "CANCEL") or not is_list(urls) or len(urls) != 1:
        raise Refused(PARAM_ERROR)
    url = urls[0]
    if not isinstance(url, str):
        raise Refused(PARAM_ERROR)
    _check_address(url, anywhere)
    return Wanted(kind == "ENABLE", url)


@behaves("webhooks.set", "localhost and 127.0.0.1 are refused (1607001).", "documented", "000")
@behaves("webhooks.set", "Only https is taken (1607002).", "documented", "000, appendix 1")
@behaves(
    "webhooks.set",
    "Every other name of this machine is refused as localhost is, before https is looked at.",
    "assumed",
)
def _check_address(url: str, anywhere: bool) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(PARAM_ERROR) from None
    local = _is_local(parts)
    if local and not anywhere:
        raise Refused(LOCAL)
    if parts.scheme not in (("http", "https") if local else ("https",)):
        raise Refused(NOT_HTTPS)
    if not parts.hostname or port == 0 or any(map(str.isspace, url)):
        raise Refused(PARAM_ERROR)


def _is_local(parts: SplitResult) -> bool:
    host = (parts.hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
