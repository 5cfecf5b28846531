"""PURE: checks and completes the settings of a client."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Literal, TypeGuard
from urllib.parse import SplitResult, urlsplit

from cj_async._masking import masked
from cj_async.errors import ConfigurationError

BASE_URL = "https://developers.cjdropshipping.com/api2.0/v1"
Tier = Literal["free", "plus", "prime", "advanced"]
RATES: Mapping[str, float] = {"free": 1.0, "plus": 2.0, "prime": 4.0, "advanced": 6.0}
"""Requests a second by tier; CJ documentation: Access Frequency Restrictions."""

_LARGEST = 1e300  # a whole number above this may be no float
_LONGEST = 80
_KEY_PAGE = "make one on the API page of My CJ; it looks like CJ123@api@ and 32 hexadecimal digits"
_NEVER_IN_CREDENTIALS = re.compile(r"""[\s"'<>\\]""")
_NUMBER_IN_KEY = re.compile(r"CJ(\d+)@api@", re.IGNORECASE)
_NUMBER_IN_TOKEN = re.compile(r"API@CJ(\d+)@CJ:", re.IGNORECASE)


def api_key(given: object, environment: Mapping[str, str]) -> str | None:
    """Returns the API key, or ``None``; refuses what is plainly something else."""
    key = _credential("api_key", given, environment.get("CJ_API_KEY"), _KEY_PAGE)
    if key is None:
        return None
    if key.startswith("API@") or "@CJ:" in key:
        raise ConfigurationError(
            f"api_key looks like an access token: pass it as access_token=…, or use an API key ({_KEY_PAGE})"
        )
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", key):
        raise ConfigurationError(
            f"api_key looks like an e-mail address; CJ no longer takes e-mail and password: {_KEY_PAGE}"
        )
    return key


def access_token(given: object, environment: Mapping[str, str]) -> str | None:
    """Returns the access token, or ``None``."""
    rule = "it is what CJ hands out for an API key; with api_key=… the client gets one by itself"
    token = _credential("access_token", given, environment.get("CJ_ACCESS_TOKEN"), rule)
    if token is not None and "@api@" in token:
        raise ConfigurationError("access_token looks like an API key: pass it as api_key=…")
    return token


def credentials(
    key: object, token: object, environment: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """Returns the API key and the access token to use.

    What is given counts. The environment adds to it only what names the same account: a key and a
    token of two accounts would change sides at the next login.
    """
    found_key, found_token = api_key(key, environment), access_token(token, environment)
    if (key is None and token is None) or (key is not None and token is not None):
        if _are_one_account(found_key, found_token) is False:
            raise ConfigurationError("api_key and access_token belong to different CJ accounts")
        return found_key, found_token
    if _are_one_account(found_key, found_token):
        return found_key, found_token
    return (found_key, None) if token is None else (None, found_token)


def _are_one_account(key: str | None, token: str | None) -> bool | None:
    """Whether both name the same account number; ``None`` when one of them names none."""
    in_key = _NUMBER_IN_KEY.match(key or "")
    in_token = _NUMBER_IN_TOKEN.match(token or "")
    return in_key[1] == in_token[1] if in_key and in_token else None


def _credential(name: str, given: object, fallback: str | None, rule: str) -> str | None:
    """Text without spaces around it, or ``None``; its value never gets into an error."""
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"{name} is of type {type(given).__name__}, text is due: {rule}")
    text = (given if given is not None else fallback or "").strip()
    if not text and given is not None:
        raise ConfigurationError(f"{name} is empty: {rule}")
    if not (text.isascii() and text.isprintable()) or _NEVER_IN_CREDENTIALS.search(text):
        raise ConfigurationError(
            f"{name} contains a space, a quote or another character that it never has: {rule}"
        )
    return text or None


def rate_of(tier: object) -> float:
    """Requests a second for a tier name, or the number itself."""
    if isinstance(tier, str) and tier in RATES:
        return RATES[tier]
    if _is_number(tier) and 0 < tier <= _LARGEST:
        return float(tier)
    raise ConfigurationError(
        f"tier={_shown(tier)}: one of {', '.join(RATES)}, or a number of requests a second above 0, is due"
    )


def per_second(name: str, value: object) -> float:
    """Checks a setting that is a number of requests a second."""
    if _is_number(value) and 0 < value <= _LARGEST:
        return float(value)
    raise ConfigurationError(
        f"{name}={_shown(value)}: a number of requests a second above 0 is due, or None for no limit"
    )


def base_url(given: object, environment: Mapping[str, str]) -> str:
    """Returns the address without a trailing slash; https, or http on a loopback address only."""
    address = environment.get("CJ_BASE_URL") or BASE_URL if given is None else given
    if not isinstance(address, str):
        raise ConfigurationError(f"base_url is of type {type(address).__name__}, text is due")
    address = address.strip()
    parts = _split(address)
    if parts is None:
        raise ConfigurationError(f"base_url is no address such as {BASE_URL}")
    if "@" in parts.netloc:
        raise ConfigurationError("base_url must not contain a user name or a password")
    if parts.query or parts.fragment or address.endswith(("?", "#")):
        raise ConfigurationError(f"base_url must end with its path, as in {BASE_URL}")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ConfigurationError(
            f"base_url={_shown(address)}: https is due (plain http only to this machine),"
            " because keys and tokens travel with every call"
        )
    return address.rstrip("/")


def _split(address: str) -> SplitResult | None:
    """The parts of an address, ``None`` when it is none."""
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    clean = (
        address.isascii() and address.isprintable() and not re.search(r'[\s"<>\\^`{|}]', address)
    )
    return parts if usable and clean else None


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def seconds(name: str, value: object, *, above: float = 0.0) -> float:
    """Checks a length of time: a finite number of seconds above a bound."""
    if not _is_number(value) or not above < value <= _LARGEST:
        raise ConfigurationError(
            f"{name}={_shown(value)}: a number of seconds above {above:g} is due"
        )
    return float(value)


def patience(name: str, value: object) -> float:
    """Checks a longest wait: 0 is "now or never", infinity is "however long it takes"."""
    if not _is_number(value) or not value >= 0:
        raise ConfigurationError(f"{name}={_shown(value)}: a number of seconds, 0 or more, is due")
    return float(value) if value <= _LARGEST else math.inf


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(name: str, value: object, *, least: int = 0) -> int:
    """Checks a setting that is a whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(
            f"{name}={_shown(value)}: a whole number of at least {least} is due"
        )
    return value


def flag(name: str, value: object) -> bool:
    """Checks a setting that is switched on or off."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name}={_shown(value)}: True or False is due")
    return value


def _shown(value: object) -> str:
    """A value for a message: short, without what looks like a key, whatever its repr does."""
    try:
        text = repr(masked(value))
    except Exception:  # noqa: BLE001  # a repr that fails must not hide what is wrong
        return f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
