"""Does every unusable setting get a friendly word, and no key or token ever get into it?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async._settings import (
    BASE_URL,
    RATES,
    access_token,
    api_key,
    base_url,
    credentials,
    flag,
    patience,
    per_second,
    rate_of,
    seconds,
    whole,
)
from cj_async.errors import ConfigurationError

KEY = "CJ123@api@0123456789abcdef0123456789abcdef"
TOKEN = "API@CJ123@CJ:eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.abc-_DEF"
OTHERS_TOKEN = "API@CJ999@CJ:eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.abc-_DEF"
CANARY = "canary"
HOW_TO_GET_A_KEY = "make one on the API page of My CJ"
NOTHING: Mapping[str, str] = {}


class Unreadable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def word(check: Callable[..., object], *given: object) -> str:
    """What is said about a setting that cannot work."""
    with pytest.raises(ConfigurationError) as refused:
        check(*given)
    return str(refused.value)


# --- the API key


def test_a_key_is_taken_as_it_is() -> None:
    assert api_key(KEY, NOTHING) == KEY
    assert api_key(f" {KEY}\n", NOTHING) == KEY
    assert api_key("0123456789abcdef", NOTHING) == "0123456789abcdef"  # the form may change


def test_the_environment_stands_in_for_a_key_that_is_not_given() -> None:
    assert api_key(None, {"CJ_API_KEY": f"{KEY} "}) == KEY
    assert api_key(KEY, {"CJ_API_KEY": "other"}) == KEY


@pytest.mark.parametrize("environment", [NOTHING, {"CJ_API_KEY": ""}, {"CJ_API_KEY": "  "}])
def test_no_key_is_no_error_yet(environment: Mapping[str, str]) -> None:
    assert api_key(None, environment) is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "api_key is empty"),
        ("  \n", "api_key is empty"),
        (TOKEN, "api_key looks like an access token: pass it as access_token=…"),
        ("API@canary", "api_key looks like an access token: pass it as access_token=…"),
        ("CJ1@CJ:canary", "api_key looks like an access token: pass it as access_token=…"),
        ("canary@example.com", "api_key looks like an e-mail address"),
        ("canary canary", "api_key contains a space, a quote or another character"),
        ('"CJ1@api@canary"', "api_key contains a space, a quote or another character"),
        ("'CJ1@api@canary'", "api_key contains a space, a quote or another character"),
        ("<canary>", "api_key contains a space, a quote or another character"),
        ("canary\r\nX-Evil: 1", "api_key contains a space, a quote or another character"),
        ("canary\0", "api_key contains a space, a quote or another character"),
        ("canaryé", "api_key contains a space, a quote or another character"),
        (b"canary", "api_key is of type bytes, text is due"),
        (5, "api_key is of type int, text is due"),
        (["canary"], "api_key is of type list, text is due"),
        (Unreadable(), "api_key is of type Unreadable, text is due"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_key_gets_a_friendly_word(given: object, told: str) -> None:
    said = word(api_key, given, NOTHING)
    assert said.startswith(told)
    assert HOW_TO_GET_A_KEY in said
    assert CANARY not in said
    assert TOKEN not in said


def test_a_key_of_the_environment_is_checked_too() -> None:
    assert "looks like an access token" in word(api_key, None, {"CJ_API_KEY": TOKEN})


# --- the access token


def test_a_token_is_taken_as_it_is() -> None:
    assert access_token(TOKEN, NOTHING) == TOKEN
    assert access_token(None, {"CJ_ACCESS_TOKEN": f" {TOKEN} "}) == TOKEN
    assert access_token(None, NOTHING) is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "access_token is empty"),
        ("CJ1@api@canary", "access_token looks like an API key: pass it as api_key=…"),
        ("Bearer canary", "access_token contains a space, a quote or another character"),
        ("canary\n1", "access_token contains a space, a quote or another character"),
        (5, "access_token is of type int, text is due"),
    ],
)
def test_what_is_no_token_gets_a_friendly_word(given: object, told: str) -> None:
    said = word(access_token, given, NOTHING)
    assert said.startswith(told)
    assert CANARY not in said


# --- both


def test_what_is_given_goes_before_the_environment() -> None:
    other = {"CJ_API_KEY": "other-key", "CJ_ACCESS_TOKEN": "other-token"}
    assert credentials(KEY, TOKEN, other) == (KEY, TOKEN)
    assert credentials(KEY, None, other) == (KEY, None)
    assert credentials(None, TOKEN, other) == (None, TOKEN)
    assert credentials(None, None, other) == ("other-key", "other-token")
    assert credentials(None, None, NOTHING) == (None, None)


def test_the_environment_adds_what_names_the_same_account() -> None:
    assert credentials(KEY, None, {"CJ_ACCESS_TOKEN": TOKEN}) == (KEY, TOKEN)
    assert credentials(None, TOKEN, {"CJ_API_KEY": KEY}) == (KEY, TOKEN)


def test_the_environment_adds_nothing_of_another_account() -> None:
    assert credentials(KEY, None, {"CJ_ACCESS_TOKEN": OTHERS_TOKEN}) == (KEY, None)


@pytest.mark.parametrize(
    "given",
    [
        (KEY, OTHERS_TOKEN, NOTHING),
        (None, None, {"CJ_API_KEY": KEY, "CJ_ACCESS_TOKEN": OTHERS_TOKEN}),
    ],
)
def test_key_and_token_of_two_accounts_are_refused(given: tuple[object, ...]) -> None:
    assert word(credentials, *given) == "api_key and access_token belong to different CJ accounts"


# --- the tier


@pytest.mark.parametrize(
    ("tier", "rate"),
    [("free", 1), ("plus", 2), ("prime", 4), ("advanced", 6), (3, 3), (0.5, 0.5), (1e6, 1e6)],
)
def test_a_tier_is_a_name_or_a_number(tier: object, rate: float) -> None:
    assert rate_of(tier) == rate
    assert type(rate_of(tier)) is float


@pytest.mark.parametrize(
    ("tier", "shown"),
    [
        ("gold", "'gold'"),
        ("Free", "'Free'"),
        ("", "''"),
        ("5", "'5'"),
        (0, "0"),
        (-1, "-1"),
        (math.inf, "inf"),
        (math.nan, "nan"),
        (True, "True"),
        (None, "None"),
        (Decimal(2), "Decimal('2')"),
        (["free"], "['free']"),
        (Unreadable(), "<Unreadable>"),
        ("CJ1@api@canary", "'***'"),
        ("x" * 1000, f"'{'x' * 79}..."),
    ],
    ids=lambda value: "" if isinstance(value, Unreadable) else str(value)[:20],
)
def test_another_tier_is_refused_with_the_list_of_them(tier: object, shown: str) -> None:
    assert word(rate_of, tier) == (
        f"tier={shown}: one of free, plus, prime, advanced,"
        " or a number of requests a second above 0, is due"
    )


def test_the_tiers_are_the_documented_ones() -> None:
    assert RATES == {"free": 1, "plus": 2, "prime": 4, "advanced": 6}


@pytest.mark.parametrize("value", [0.5, 1, 10.0, 1e6])
def test_a_number_of_requests_a_second_is_above_zero(value: float) -> None:
    assert per_second("per_ip", value) == value
    assert type(per_second("per_ip", value)) is float


@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan, True, "plus", "10", 10**400])
def test_other_numbers_of_requests_are_refused(value: object) -> None:
    said = word(per_second, "per_ip", value)
    assert said.startswith("per_ip=")
    assert said.endswith(": a number of requests a second above 0 is due, or None for no limit")


# --- the address


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (None, BASE_URL),
        (BASE_URL, BASE_URL),
        (f"{BASE_URL}/", BASE_URL),
        (f" {BASE_URL}//\n", BASE_URL),
        ("https://example.com", "https://example.com"),
        ("https://example.com:8443/api", "https://example.com:8443/api"),
        ("HTTPS://EXAMPLE.COM/x", "HTTPS://EXAMPLE.COM/x"),
        ("https://192.0.2.1/x", "https://192.0.2.1/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("http://127.0.0.1:8080/api2.0/v1", "http://127.0.0.1:8080/api2.0/v1"),
        ("http://127.1.2.3/", "http://127.1.2.3"),
        ("http://localhost:1234", "http://localhost:1234"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_an_address_is_https_or_this_machine(given: str | None, address: str) -> None:
    assert base_url(given, NOTHING) == address


def test_the_environment_stands_in_for_an_address_that_is_not_given() -> None:
    assert base_url(None, {"CJ_BASE_URL": "https://example.com/"}) == "https://example.com"
    assert base_url(None, {"CJ_BASE_URL": ""}) == BASE_URL
    assert (
        base_url("https://a.example", {"CJ_BASE_URL": "https://b.example"}) == "https://a.example"
    )


@pytest.mark.parametrize(
    "given",
    [
        "http://example.com",
        "http://192.0.2.1",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.999",
        "http://[2001:db8::1]",
        "ftp://example.com",
        "ws://localhost",
        "file://localhost/x",
        "//example.com/x",
    ],
)
def test_a_foreign_address_without_encryption_is_refused(given: str) -> None:
    said = word(base_url, given, NOTHING)
    assert said == (
        f"base_url={given!r}: https is due (plain http only to this machine),"
        " because keys and tokens travel with every call"
    )


@pytest.mark.parametrize(
    "given",
    [
        "",
        "  ",
        "example.com",
        "localhost:8080",
        "https://",
        "https:///x",
        "https:example.com",
        "https://exa mple.com",
        "https://exam\nple.com",
        "https://example.com/\tx",
        "https://example.com\\x",
        "https://example.com/\x01x",
        "https://exämple.com",
        "https://example.com/ü",
        "https://example.com:99999",
        "https://example.com:port",
        "https://example.com:0",
        "https://[::1",
        "https://[zz]",
        'https://example.com/"x',
        TOKEN,
        KEY,
    ],
)
def test_what_is_no_address_is_told_so(given: str) -> None:
    assert word(base_url, given, NOTHING) == f"base_url is no address such as {BASE_URL}"


@pytest.mark.parametrize(
    "given",
    [
        "https://canary:canary@example.com",
        "https://canary@example.com",
        "https://:canary@example.com",
        "https://@example.com",
        "http://127.0.0.1@example.com",
        "http://localhost:80@example.com/",
    ],
)
def test_an_address_holds_no_user(given: str) -> None:
    said = word(base_url, given, NOTHING)
    assert said == "base_url must not contain a user name or a password"


@pytest.mark.parametrize("end", ["?", "#", "?a=canary", "#canary", "?a=1#canary", "/?x", "?#"])
def test_an_address_ends_with_its_path(end: str) -> None:
    said = word(base_url, f"https://example.com/x{end}", NOTHING)
    assert said == f"base_url must end with its path, as in {BASE_URL}"


def test_a_key_in_an_address_is_not_repeated() -> None:
    assert CANARY not in word(base_url, "http://example.com/CJ1@api@canary", NOTHING)


def test_an_address_is_text() -> None:
    assert word(base_url, 5, NOTHING) == "base_url is of type int, text is due"


# --- numbers and flags


@pytest.mark.parametrize("value", [0.001, 1, 30.0, 10**9])
def test_seconds_are_above_zero(value: float) -> None:
    assert seconds("timeout", value) == value
    assert type(seconds("timeout", value)) is float


@pytest.mark.parametrize(
    "value", [0, -1, math.inf, math.nan, True, None, "30", Decimal(1), 10**400, Unreadable()]
)
def test_other_seconds_are_refused(value: object) -> None:
    said = word(seconds, "timeout", value)
    assert said.startswith("timeout=")
    assert said.endswith(": a number of seconds above 0 is due")


@pytest.mark.parametrize(
    ("value", "patient"), [(0, 0), (60.0, 60), (math.inf, math.inf), (10**400, math.inf)]
)
def test_patience_may_be_none_or_endless(value: float, patient: float) -> None:
    assert patience("max_wait", value) == patient


@pytest.mark.parametrize("value", [-1, -math.inf, math.nan, True, None, "60"])
def test_other_patience_is_refused(value: object) -> None:
    said = word(patience, "max_wait", value)
    assert said == f"max_wait={value!r}: a number of seconds, 0 or more, is due"


def test_whole_numbers_have_a_least() -> None:
    assert whole("retries", 0) == 0
    assert whole("limit", 1, least=1) == 1


@pytest.mark.parametrize("value", [-1, 1.0, True, None, "3", Decimal(3)])
def test_other_whole_numbers_are_refused(value: object) -> None:
    assert (
        word(whole, "retries", value) == f"retries={value!r}: a whole number of at least 0 is due"
    )


def test_a_flag_is_a_flag() -> None:
    assert flag("sandbox", True) is True
    assert flag("sandbox", False) is False


@pytest.mark.parametrize("value", [0, 1, None, "yes", "false"])
def test_what_is_no_flag_is_refused(value: object) -> None:
    assert word(flag, "sandbox", value) == f"sandbox={value!r}: True or False is due"


# --- anything


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**310),
    st.just(-(10**5000)),
    st.floats(),
    st.decimals(),
    st.text(),
    st.text(st.characters()),
    st.binary(),
    st.datetimes(),
    st.lists(st.text()),
    st.builds(Unreadable),
    st.sampled_from([KEY, TOKEN, "free", BASE_URL, "http://localhost", "http://[::1]:1/"]),
    st.from_regex(r"https?://[\[\]@:/?#a-z0-9%.\\ ]*", fullmatch=True),
)
texts = st.dictionaries(
    st.sampled_from(["CJ_API_KEY", "CJ_ACCESS_TOKEN", "CJ_BASE_URL"]), st.text()
)
CHECKS: dict[str, Callable[[object, Mapping[str, str]], object]] = {
    "api_key": api_key,
    "access_token": access_token,
    "credentials": lambda value, environment: credentials(value, None, environment),
    "token of credentials": lambda value, environment: credentials(None, value, environment),
    "rate_of": lambda value, _: rate_of(value),
    "per_second": lambda value, _: per_second("per_ip", value),
    "base_url": base_url,
    "seconds": lambda value, _: seconds("timeout", value),
    "patience": lambda value, _: patience("max_wait", value),
    "whole": lambda value, _: whole("retries", value),
    "flag": lambda value, _: flag("strict", value),
}


@pytest.mark.parametrize("check", CHECKS)
@given(value=anything, environment=texts)
def test_whatever_is_given_is_taken_or_refused_politely(
    check: str, value: object, environment: dict[str, str]
) -> None:
    try:
        CHECKS[check](value, environment)
    except ConfigurationError as error:
        said = str(error)
    else:
        return
    assert 10 < len(said) < 400
    assert said.isprintable()


@given(st.text().map(lambda text: f"{CANARY}{text}"))
def test_no_credential_is_ever_repeated(secret: str) -> None:
    for check in (api_key, access_token):
        for given_, environment in (
            (secret, NOTHING),
            (None, {"CJ_API_KEY": secret, "CJ_ACCESS_TOKEN": secret}),
        ):
            try:
                check(given_, environment)
            except ConfigurationError as error:
                assert CANARY not in str(error)  # noqa: PT017


def test_a_moment_is_no_number() -> None:
    assert "timeout=" in word(seconds, "timeout", datetime(2026, 1, 1))  # noqa: DTZ001
