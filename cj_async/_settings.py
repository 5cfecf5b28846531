"""PURE: checks and completes the settings of a client."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from cj_async.errors import ConfigurationError

BASE_URL = "https://developers.cjdropshipping.com/api2.0/v1"
Tier = Literal["free", "plus", "prime", "advanced"]
RATES: Mapping[str, float] = {"free": 1.0, "plus": 2.0, "prime": 4.0, "advanced": 6.0}
"""Requests a second by tier; CJ documentation: Access Frequency Restrictions."""

_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_KEY_PAGE = "make one on the API page of My CJ; it looks like CJ123@api@ and 32 hexadecimal digits"


def api_key(given: str | None, environment: Mapping[str, str]) -> str | None:
    """Returns the API key, or ``None``; refuses what is plainly something else."""
    key = (given if given is not None else environment.get("CJ_API_KEY") or "").strip()
    if not key:
        if given is not None:
            raise ConfigurationError(f"api_key is empty: {_KEY_PAGE}")
        return None
    if key.startswith("API@") or "@CJ:" in key:
        raise ConfigurationError(
            f"api_key looks like an access token: pass it as access_token=…, or use an API key ({_KEY_PAGE})"
        )
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", key):
        raise ConfigurationError(
            f"api_key looks like an e-mail address; CJ no longer takes e-mail and password: {_KEY_PAGE}"
        )
    if not key.isprintable() or not key.isascii():
        raise ConfigurationError(f"api_key has characters that no key has: {_KEY_PAGE}")
    return key


def access_token(given: str | None, environment: Mapping[str, str]) -> str | None:
    """Returns the access token, or ``None``."""
    token = (given if given is not None else environment.get("CJ_ACCESS_TOKEN") or "").strip()
    if not token:
        if given is not None:
            raise ConfigurationError("access_token is empty")
        return None
    if "@api@" in token:
        raise ConfigurationError("access_token looks like an API key: pass it as api_key=…")
    if not token.isprintable() or not token.isascii():
        raise ConfigurationError("access_token has characters that no token has")
    return token


def rate_of(tier: object) -> float:
    """Requests a second for a tier name, or the number itself."""
    if isinstance(tier, str) and tier in RATES:
        return RATES[tier]
    if isinstance(tier, int | float) and not isinstance(tier, bool) and 0 < tier < math.inf:
        return float(tier)
    raise ConfigurationError(
        f"tier={tier!r}: one of {', '.join(RATES)}, or a number of requests a second above 0, is due"
    )


def base_url(given: str | None, environment: Mapping[str, str]) -> str:
    """Returns the address without a trailing slash; https, or http on a loopback address only."""
    address = (given if given is not None else environment.get("CJ_BASE_URL") or BASE_URL).strip()
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise ConfigurationError("base_url must not contain a user name or a password")
    if parts.query or parts.fragment or not parts.hostname:
        raise ConfigurationError(f"base_url={address!r}: an address such as {BASE_URL} is due")
    loopback = _LOOPBACK.fullmatch(parts.hostname) is not None
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ConfigurationError(
            f"base_url={address!r}: https is due (plain http only to this machine),"
            " because keys and tokens travel with every call"
        )
    return address.rstrip("/")


def seconds(name: str, value: object, *, least: float = 0.0) -> float:
    """Checks a setting that is a number of seconds."""
    fine = (
        isinstance(value, int | float) and not isinstance(value, bool) and least <= value < math.inf
    )
    if not fine or (least == 0.0 and name == "timeout" and value == 0):
        raise ConfigurationError(f"{name}={value!r}: a number of seconds above 0 is due")
    assert isinstance(value, int | float)
    return float(value)


def whole(name: str, value: object, *, least: int = 0) -> int:
    """Checks a setting that is a whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{name}={value!r}: a whole number of at least {least} is due")
    return value
