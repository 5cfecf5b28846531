"""Does the client keep its public contract: settings, siblings, raw requests, errors, life and end?"""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import yaml
from aioresponses import aioresponses

import cj_async
from cj_async import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJClient,
    CJError,
    ConfigurationError,
    ConnectFailed,
    FileTokenStore,
    InvalidParameter,
    InvalidRequest,
    MemoryTokenStore,
    NotFound,
    OutcomeUnknown,
    PointsExhausted,
    PointsInfo,
    Pool,
    QuotaExhausted,
    RateLimited,
    ServerFailed,
    TimedOut,
    models,
)
from cj_async._namespace import Namespace, lazy
from cj_async._transport import Options
from cj_async.resources import Namespaces, operations
from cj_async.simulator import Simulator
from cj_async.simulator._faults import FaultKind
from tests.conftest import RATE, client_of, eventually, inside
from tests.scripted import LOGIN, Asked, Reply, Script, refusal, success

PROJECT = Path(__file__).resolve().parent.parent
KEY = "CJ7654321@api@0123456789abcdef0123456789abcdef"
TOKEN = "API@CJ7654321@CJ:eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl"
LOCAL = "http://127.0.0.1:9/api2.0/v1"


# ------------------------------------------------------------------------------ public contract

SECTION_6 = [
    *("CJError", "ConfigurationError", "InvalidRequest", "OutcomeUnknown"),
    *("TransportError", "ConnectFailed", "TimedOut", "BadResponse"),
    *("APIError", "AuthenticationFailed", "RateLimited", "QuotaExhausted", "PointsExhausted"),
    *("InvalidParameter", "NotFound", "Conflict", "InsufficientBalance", "Rejected"),
    "ServerFailed",
]


@pytest.mark.parametrize(
    "name", ["CJClient", "Pool", "FileTokenStore", "MemoryTokenStore", "models"]
)
def test_the_names_of_the_contract_can_be_imported(name: str) -> None:
    assert name in cj_async.__all__
    assert hasattr(cj_async, name)


@pytest.mark.parametrize("name", SECTION_6)
def test_every_error_of_the_tree_can_be_imported_and_is_a_cj_error(name: str) -> None:
    assert name in cj_async.__all__
    assert issubclass(getattr(cj_async, name), CJError)


def test_models_are_where_the_contract_says() -> None:
    assert models.product.Product.__name__ == "Product"
    assert all(hasattr(models, each) for each in ("authentication", "setting", "storage"))


def defaults_of(function: Any) -> dict[str, Any]:
    return {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
    }


CLIENT_DEFAULTS = {
    "api_key": None,
    "access_token": None,
    "token_store": None,
    "tier": "free",
    "pool": None,
    "timeout": 30.0,
    "retries": 3,
    "max_wait": 60.0,
    "sandbox": False,
}


def test_the_client_is_made_as_the_contract_says() -> None:
    found = defaults_of(CJClient)
    assert {name: found.get(name, "missing") for name in CLIENT_DEFAULTS} == CLIENT_DEFAULTS
    assert "base_url" in found


def test_a_pool_is_made_as_the_contract_says() -> None:
    wanted = {"limit": 100, "per_ip": 10.0, "max_accounts": 3}
    assert {name: defaults_of(Pool)[name] for name in wanted} == wanted


@pytest.mark.parametrize("kind", [CJClient, Pool, FileTokenStore, Simulator])
def test_everything_is_keyword_only_after_the_first_argument(kind: type) -> None:
    kinds = [each.kind for each in inspect.signature(kind).parameters.values()]
    assert kinds[0] is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds[1:]) == {inspect.Parameter.KEYWORD_ONLY}


def public_callables() -> Iterator[tuple[str, Any]]:
    for kind in (CJClient, Pool, FileTokenStore, MemoryTokenStore, Simulator, *namespaces()):
        yield kind.__name__, kind
        for name, member in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                yield f"{kind.__name__}.{name}", member


def namespaces() -> list[type[Namespace]]:
    client = CJClient(KEY, base_url=LOCAL)
    names = [name for name, member in vars(Namespaces).items() if isinstance(member, lazy)]
    return [type(getattr(client, name)) for name in names]


def test_a_namespace_is_made_once_and_a_sibling_makes_its_own() -> None:
    client = CJClient(KEY, base_url=LOCAL)
    assert client.products is client.products
    sibling = client.with_options(timeout=5)
    assert sibling.products is not client.products
    assert sibling.with_options(timeout=6).products is not sibling.products
    assert "products" not in vars(client.with_options(timeout=5))


def test_importing_the_package_loads_no_chapter_that_is_not_needed() -> None:
    code = (
        "import sys, cj_async; print(*sorted(n for n in sys.modules if n.startswith('cj_async')))"
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    chapters = {
        name for name in loaded if name.startswith(("cj_async.models.", "cj_async.params."))
    }
    assert chapters == {"cj_async.models.authentication", "cj_async.models.common"}
    assert not {name for name in loaded if "reference" in name or "webhooks" in name}


def test_no_callable_passes_unknown_keywords_on() -> None:
    checked = dict(public_callables())
    assert len(checked) > 40
    loose = [
        name
        for name, each in checked.items()
        for parameter in inspect.signature(each).parameters.values()
        if parameter.kind in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    ]
    assert loose == []


def test_the_methods_of_the_namespaces_take_keywords_only() -> None:
    for namespace in namespaces():
        for _, method in inspect.getmembers(namespace, inspect.isfunction):
            parameters = list(inspect.signature(method).parameters.values())[1:]
            if method.__qualname__.startswith(namespace.__name__):
                assert {each.kind for each in parameters} <= {inspect.Parameter.KEYWORD_ONLY}


def test_nothing_is_cleaned_up_by_a_finaliser() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (PROJECT / "cj_async").rglob("*.py")]
    assert not any("__del__" in source for source in sources)


def test_an_unknown_keyword_and_a_second_positional_argument_are_type_errors() -> None:
    untyped: Any = CJClient
    with pytest.raises(TypeError):
        untyped(KEY, speed="high")
    with pytest.raises(TypeError):
        untyped(KEY, TOKEN)


# ------------------------------------------------------------------------------------- settings


def rate(cj: CJClient) -> float:
    return inside(cj).account.rate


@pytest.mark.parametrize(
    ("tier", "per_second"),
    [("free", 1), ("plus", 2), ("prime", 4), ("advanced", 6), (2.5, 2.5), (10, 10)],
)
def test_a_tier_is_a_name_or_a_number_of_requests_a_second(tier: Any, per_second: float) -> None:
    assert rate(CJClient(KEY, base_url=LOCAL, tier=tier)) == per_second


def test_without_a_tier_the_account_is_a_free_one() -> None:
    assert rate(CJClient(KEY, base_url=LOCAL)) == 1


BAD_SETTINGS: list[tuple[str, Any]] = [
    *[("tier", bad) for bad in ("gold", "Free", 0, -1, math.inf, math.nan, True, None, [1], 1e-9)],
    *[("timeout", bad) for bad in (0, -1, math.inf, math.nan, "30", None, True)],
    *[("retries", bad) for bad in (-1, 1.5, "3", None, True)],
    *[("max_wait", bad) for bad in (-1, math.nan, "60", None, True)],
    *[("sandbox", bad) for bad in (1, "yes", None)],
    *[("strict", bad) for bad in (0, "no", None)],
    *[("token_store", bad) for bad in ("tokens.json", Path("tokens.json"), MemoryTokenStore, 5)],
    *[("pool", bad) for bad in ("pool", 100, Pool)],
    *[("api_key", bad) for bad in ("", "  ", 123, b"CJ1@api@0", "CJ1@api@0\n1", "CJ1@api@ü")],
    *[("access_token", bad) for bad in ("", " ", 5, "API@CJ1@CJ:a\r\nb: c")],
]


@pytest.mark.parametrize(("name", "value"), BAD_SETTINGS)
def test_a_setting_that_cannot_work_is_refused_by_name(name: str, value: Any) -> None:
    settings: dict[str, Any] = {"api_key": KEY, "base_url": LOCAL, name: value}
    with pytest.raises(ConfigurationError) as refused:
        CJClient(**settings)
    assert name in str(refused.value) or "rate" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("limit", bad) for bad in (0, -1, 1.5, "9", None, True)],
        *[("per_ip", bad) for bad in (0, -1, math.inf, math.nan, "plus", "10", True)],
        *[("max_accounts", bad) for bad in (0, -1, 1.5, None)],
    ],
)
def test_a_setting_of_a_pool_that_cannot_work_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Pool(**{name: value})


def test_an_endless_wait_may_be_asked_for() -> None:
    CJClient(KEY, base_url=LOCAL, max_wait=math.inf)
    CJClient(KEY, base_url=LOCAL, max_wait=0, retries=0)


@pytest.mark.parametrize(
    "address",
    [
        "https://developers.cjdropshipping.com/api2.0/v1",
        "https://developers.cjdropshipping.com/api2.0/v1/",
        "https://proxy.example.com:8443/cj",
        "HTTPS://proxy.example.com",
        "http://127.0.0.1:8080/api2.0/v1",
        "http://127.8.9.10:8080",
        "http://localhost:8080",
        "http://LOCALHOST",
        "http://[::1]:8080/x",
    ],
)
def test_an_address_with_tls_or_on_this_machine_is_taken(address: str) -> None:
    assert repr(CJClient(KEY, base_url=address)).count("base_url=")


@pytest.mark.parametrize(
    "address",
    [
        "http://developers.cjdropshipping.com/api2.0/v1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://127.999.0.1",
        "http://0.0.0.0:80",
        "http://10.0.0.1",
        "http://127.0.0.1@example.com",
        "https://user:password@example.com",
        "https://@example.com",
        "ftp://127.0.0.1",
        "developers.cjdropshipping.com",
        "https://",
        "https:///path",
        "https://example.com?x=1",
        "https://example.com/?",
        "https://example.com#x",
        "https://example.com:99999",
        "https://[::1",
        "https://exa mple.com",
        "https://example.com/a\nb",
        "https://example.com/ü",
        "",
        "  ",
        7,
    ],
)
def test_any_other_address_is_refused(address: Any) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        CJClient(KEY, base_url=address)


def test_an_address_with_a_password_is_refused_without_showing_it() -> None:
    for address in ("https://me:canary@example.com", "https://example.com?key=canary"):
        with pytest.raises(ConfigurationError) as refused:
            CJClient(KEY, base_url=address)
        assert "canary" not in str(refused.value)


def test_a_pasted_access_token_gets_a_friendly_word() -> None:
    with pytest.raises(ConfigurationError, match=r"looks like an access token.*access_token="):
        CJClient(TOKEN, base_url=LOCAL)


def test_a_pasted_key_in_place_of_the_token_gets_a_friendly_word() -> None:
    with pytest.raises(ConfigurationError, match=r"looks like an API key.*api_key="):
        CJClient(access_token=KEY, base_url=LOCAL)


def test_an_email_address_gets_a_friendly_word() -> None:
    with pytest.raises(ConfigurationError, match=r"looks like an e-mail address"):
        CJClient("me@example.com", base_url=LOCAL)


def test_without_any_credentials_the_error_says_how_to_get_them() -> None:
    with pytest.raises(ConfigurationError, match=r"CJ_API_KEY"):
        CJClient()


async def used_by(cj: CJClient, script: Script) -> list[str]:
    """Logs in if need be and calls; returns the API keys and access tokens that the server saw."""
    script.on("/shop/getShops", success([]))
    await cj.request("GET", "/shop/getShops")
    keys = [each.fields["apiKey"] for each in script.of(LOGIN)]
    return keys + [each.headers["CJ-Access-Token"] for each in script.of("/shop/getShops")]


async def test_key_and_address_come_from_the_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CJ_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("CJ_BASE_URL", script.base_url)
    async with CJClient() as cj:
        assert await used_by(cj, script) == [KEY, "API@CJ7654321@CJ:access-1"]


async def test_the_token_comes_from_the_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CJ_ACCESS_TOKEN", TOKEN)
    async with CJClient(base_url=script.base_url) as cj:
        assert await used_by(cj, script) == [TOKEN]


async def test_the_token_of_the_environment_serves_the_key_of_the_same_account(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CJ_ACCESS_TOKEN", TOKEN)
    async with CJClient(KEY, base_url=script.base_url) as cj:
        assert await used_by(cj, script) == [TOKEN]


async def test_the_token_of_the_environment_never_acts_for_another_account(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CJ_ACCESS_TOKEN", TOKEN.replace("7654321", "1000001"))
    async with CJClient(KEY, base_url=script.base_url) as cj:
        assert await used_by(cj, script) == [KEY, "API@CJ7654321@CJ:access-1"]


async def test_the_key_of_the_environment_never_acts_for_another_account(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CJ_API_KEY", KEY.replace("7654321", "1000001"))
    script.on("/shop/getShops", refusal(1600001))
    async with CJClient(access_token=TOKEN, base_url=script.base_url) as cj:
        with pytest.raises(AuthenticationFailed):
            await cj.request("GET", "/shop/getShops")
    assert script.of(LOGIN) == []


def test_a_key_and_a_token_of_two_accounts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = KEY.replace("7654321", "1000001")
    with pytest.raises(ConfigurationError, match="different CJ accounts"):
        CJClient(other, access_token=TOKEN, base_url=LOCAL)
    monkeypatch.setenv("CJ_API_KEY", other)
    monkeypatch.setenv("CJ_ACCESS_TOKEN", TOKEN)
    with pytest.raises(ConfigurationError, match="different CJ accounts"):
        CJClient(base_url=LOCAL)


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CJ_API_KEY", "me@example.com")
    monkeypatch.setenv("CJ_BASE_URL", "http://example.com")
    assert LOCAL in repr(CJClient(KEY, base_url=LOCAL))


def test_an_empty_variable_of_the_environment_counts_as_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CJ_BASE_URL", "")
    monkeypatch.setenv("CJ_ACCESS_TOKEN", "")
    assert "developers.cjdropshipping.com" in repr(CJClient(KEY))


# ------------------------------------------------------------------------------------- siblings

CHANGES: dict[str, Any] = {
    "timeout": 7.5,
    "retries": 9,
    "max_wait": 1.5,
    "sandbox": True,
    "strict": True,
    "priority": "background",
}


def test_with_options_forgets_no_option() -> None:
    fields = {field.name for field in msgspec.structs.fields(Options)}
    siblings = set(defaults_of(CJClient.with_options)) - {"self"}
    assert siblings == fields == set(CHANGES)
    made_with = set(defaults_of(CJClient))
    of_the_account = {"api_key", "access_token", "token_store", "tier", "pool", "base_url"}
    assert made_with - of_the_account == fields - {"priority"}


def test_the_options_of_a_new_client_are_the_defaults_of_its_signature() -> None:
    options = inside(CJClient(KEY, base_url=LOCAL)).options
    assert options == Options()
    told = defaults_of(CJClient)
    assert all(getattr(options, name) == told[name] for name in fields_of(options) if name in told)


def fields_of(options: Options) -> dict[str, Any]:
    return msgspec.structs.asdict(options)


@pytest.mark.parametrize("name", CHANGES)
def test_with_options_changes_only_what_is_given(name: str) -> None:
    cj = CJClient(
        KEY, base_url=LOCAL, timeout=5, retries=1, max_wait=2, sandbox=False, strict=False
    )
    before = fields_of(inside(cj).options)
    after = fields_of(inside(cj.with_options(**{name: CHANGES[name]})).options)
    changed = {each for each in before if before[each] != after[each]}
    assert changed == {name}
    assert fields_of(inside(cj).options) == before
    twice = cj.with_options(**{name: CHANGES[name]}).with_options()
    assert fields_of(inside(twice).options) == after


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, bad) for name, bad in BAD_SETTINGS if name in CHANGES and bad is not None]
    + [("priority", "urgent"), ("priority", 2)],
)
def test_an_option_that_cannot_work_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        CJClient(KEY, base_url=LOCAL).with_options(**{name: value})


async def test_a_sibling_shares_pool_pace_token_points_and_drift(cj: CJClient) -> None:
    sibling = cj.with_options(timeout=5)
    assert type(sibling) is CJClient
    assert inside(sibling).pool is inside(cj).pool
    assert inside(sibling).account is inside(cj).account


async def test_siblings_log_in_once_and_count_the_same_points() -> None:
    async with (
        Simulator(products=5, tier=RATE, per_ip=None, points=50_000) as simulator,
        client_of(simulator) as cj,
    ):
        sibling = cj.with_options(retries=0)
        await sibling.products.search()
        await cj.products.search()
        assert simulator.requests.operations["auth.get_access_token"] == 1
        assert cj.points == sibling.points == PointsInfo(100, 49_900, 50_000)
        assert cj.open_id == sibling.open_id == str(simulator.open_id)
        assert cj.counts == sibling.counts
        assert cj.counts["sent"] == 3


async def test_the_options_of_a_sibling_are_obeyed(simulator: Simulator, cj: CJClient) -> None:
    await cj.products.categories()
    simulator.fail("products.categories", kind="delay", seconds=0.3)
    with pytest.raises(TimedOut):
        await cj.with_options(timeout=0.05, retries=0).products.categories()
    await cj.products.categories()


async def test_closing_a_sibling_closes_nothing(cj: CJClient) -> None:
    async with cj.with_options(timeout=5) as sibling:
        await sibling.products.categories()
    await sibling.products.categories()
    await cj.products.categories()


async def test_a_sibling_ends_with_the_client(simulator: Simulator) -> None:
    async with client_of(simulator) as cj:
        sibling = cj.with_options(timeout=5)
        pages = sibling.products.search()
    with pytest.raises(ConfigurationError, match="closed"):
        await sibling.products.categories()
    with pytest.raises(ConfigurationError, match="closed"):
        await pages


def test_a_subclass_stays_what_it_is() -> None:
    class Shop(CJClient):
        """A client of somebody's own."""

    assert type(Shop(KEY, base_url=LOCAL).with_options(retries=1)) is Shop


# ----------------------------------------------------------------------------------- life, end


async def test_a_closed_client_says_so_and_closes_twice(simulator: Simulator) -> None:
    async with Pool(per_ip=None) as pool:
        cj = CJClient(simulator.api_key, base_url=simulator.base_url, pool=pool)
        await cj.aclose()
        await cj.aclose()
        for use in (cj.products.categories(), cj.request("GET", "/x"), cj.__aenter__()):
            with pytest.raises(ConfigurationError, match="closed"):
                await use


async def test_a_client_closes_its_own_pool_and_no_other(simulator: Simulator) -> None:
    address = simulator.base_url
    async with Pool(per_ip=None) as pool:
        async with CJClient(simulator.api_key, base_url=address, pool=pool) as given:
            await given.products.categories()
        assert not pool.session.closed
        pool.check_open()
    async with CJClient(simulator.api_key, base_url=address) as own:
        await own.settings.get()
        session = inside(own).pool.session
    assert session.closed


async def test_a_session_of_somebody_else_is_never_closed(simulator: Simulator) -> None:
    async with aiohttp.ClientSession() as session:
        async with (
            Pool(per_ip=None, session=session) as pool,
            CJClient(simulator.api_key, base_url=simulator.base_url, pool=pool) as cj,
        ):
            await cj.products.categories()
        assert not session.closed


async def test_two_clients_of_one_account_in_one_pool_share_login_and_pace(
    simulator: Simulator,
) -> None:
    async with (
        Pool(per_ip=None) as pool,
        client_of(simulator, pool=pool) as first,
        client_of(simulator, pool=pool) as second,
    ):
        await first.products.categories()
        await second.products.categories()
        assert inside(first).account is inside(second).account
        await first.aclose()
        await second.products.categories()
    assert simulator.requests.operations["auth.get_access_token"] == 1


async def test_two_accounts_in_one_pool_have_their_own_tokens(simulator: Simulator) -> None:
    other = simulator.add_account(tier=RATE, points=None)
    async with (
        Pool(per_ip=None) as pool,
        client_of(simulator, pool=pool) as first,
        client_of(simulator, other.api_key, pool=pool) as second,
    ):
        await asyncio.gather(first.settings.get(), second.settings.get())
        assert first.open_id == str(simulator.open_id)
        assert second.open_id == str(other.open_id)


def test_a_client_of_another_event_loop_says_so() -> None:
    cj = CJClient(KEY, base_url="http://127.0.0.1:9", retries=0)

    async def use() -> None:
        await cj.products.categories()

    with asyncio.Runner() as first, asyncio.Runner() as second:
        with pytest.raises(ConnectFailed):
            first.run(use())
        for other in (use(), cj.aclose()):
            with pytest.raises(ConfigurationError, match="another event loop"):
                second.run(other)
        session = inside(cj).pool.session
        assert not session.closed
        first.run(cj.aclose())
        assert session.closed


async def test_closing_ends_the_calls_that_wait_for_their_turn(simulator: Simulator) -> None:
    async with client_of(simulator, tier=0.02, max_wait=math.inf) as cj:
        await cj.products.categories()
        waiting = [asyncio.ensure_future(cj.products.categories()) for _ in range(3)]
        await asyncio.sleep(0)
        await cj.aclose()
        ends = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    assert [type(end) for end in ends] == [ConfigurationError] * 3


async def test_a_write_under_way_when_the_client_closes_is_of_unknown_outcome(
    simulator: Simulator,
) -> None:
    async with client_of(simulator) as cj:
        row = (await cj.products.search(size=1)).items[0]
        simulator.fail("products.add_to_my_products", kind="delay", seconds=5, when="after")
        write = asyncio.ensure_future(cj.products.add_to_my_products(product_id=row.id))
        read = asyncio.ensure_future(cj.settings.get())
        asked = simulator.requests.operations
        await eventually(lambda: asked["products.add_to_my_products"] > 0)
        await cj.aclose()
        with pytest.raises(OutcomeUnknown, match="my_products"):
            await write
        await asyncio.gather(read, return_exceptions=True)


async def test_a_client_leaves_no_task_behind(simulator: Simulator) -> None:
    before = asyncio.all_tasks()
    async with CJClient(
        simulator.api_key, base_url=simulator.base_url, tier=RATE, pool=Pool(per_ip=None)
    ) as cj:
        await asyncio.gather(*(cj.products.categories() for _ in range(20)))
        cancelled = asyncio.ensure_future(cj.products.categories())
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        async for _ in cj.products.search(size=1):
            break
        pool = inside(cj).pool
    await pool.aclose()
    server = {task for task in asyncio.all_tasks() if "RequestHandler" in repr(task)}
    assert asyncio.all_tasks() - before - server == set()


async def test_nothing_is_sent_before_the_first_call(simulator: Simulator) -> None:
    async with client_of(simulator) as cj:
        cj.products.search()
        assert (cj.points, cj.open_id, cj.drift) == (None, None, {})
        assert len(simulator.requests) == 0


# ---------------------------------------------------------------------------------- raw requests


async def test_a_raw_request_gives_the_envelope_with_plain_json(cj: CJClient) -> None:
    row = (await cj.products.search(size=1)).items[0]
    answer = await cj.request("get", "/product/query", query={"pid": row.id})
    assert (answer.code, answer.succeeded) == (200, True)
    assert answer.request_id
    data: Any = answer.data
    assert data["pid"] == row.id
    numbers = [each["variantSellPrice"] for each in data["variants"]]
    assert all(isinstance(number, Decimal | int) for number in numbers)


async def test_a_path_that_is_not_there_raises_not_found(cj: CJClient) -> None:
    with pytest.raises(NotFound) as missing:
        await cj.request("GET", "/shop/getShops")
    assert missing.value.code == 1600101
    assert missing.value.operation == "GET /shop/getShops"


async def test_a_raw_request_to_a_documented_path_costs_its_points() -> None:
    async with (
        Simulator(products=5, tier=RATE, per_ip=None, points=120) as simulator,
        client_of(simulator, max_wait=0) as cj,
    ):
        await cj.request("GET", "/product/listV2", query={"size": 1})
        assert cj.points is not None
        assert cj.points.used_today == 50
        await cj.request("GET", "/product/listV2", query={"size": 1})
        with pytest.raises(PointsExhausted) as short:
            await cj.request("GET", "/product/listV2", query={"size": 1})
        assert short.value.required == 50
        assert simulator.requests.operations["products.search"] == 2


async def test_a_raw_request_says_nothing_of_missing_data(script: Script) -> None:
    script.on("/product/query", success(None))
    async with client_of(script) as cj:
        answer = await cj.request("GET", "/product/query", query={"pid": "1"})
        assert (answer.succeeded, answer.data) == (True, None)
        with pytest.raises(NotFound):
            await cj.products.get(pid="1")


async def test_a_raw_query_takes_lists_and_leaves_none_out(script: Script) -> None:
    script.on("/some/path", success(None))
    async with client_of(script) as cj:
        answer = await cj.request(
            "GET",
            "/some/path",
            query={
                "trackNumber": ["a b", "c&d"],
                "yes": True,
                "no": False,
                "none": None,
                "some": ("x", None),
                "amount": Decimal("1E+2"),
                "count": 0,
                "empty": "",
                "名": "灯",
            },
        )
    assert answer.data is None
    (asked,) = script.of("/some/path")
    assert asked.query == {
        "trackNumber": ["a b", "c&d"],
        "yes": ["true"],
        "no": ["false"],
        "some": ["x"],
        "amount": ["100"],
        "count": ["0"],
        "empty": [""],
        "名": ["灯"],
    }
    assert asked.body == b""


async def test_a_raw_body_is_sent_as_json(script: Script) -> None:
    script.on("/some/path", success({"ok": 1}))
    async with client_of(script) as cj:
        await cj.request("POST", "/some/path", body={"price": Decimal("1.50"), "rows": [1, None]})
        await cj.request("PATCH", "/some/path", body=[])
    first, second = script.of("/some/path")
    assert first.body == b'{"price":1.50,"rows":[1,null]}'
    assert first.headers["Content-Type"] == "application/json"
    assert (second.method, second.body) == ("PATCH", b"[]")


@pytest.mark.parametrize(
    "method", ["TRACE", "OPTIONS", "CONNECT", "", "GET /x HTTP/1.1\r\nHost: y", None, 5]
)
async def test_a_method_that_is_none_is_refused(cj: CJClient, method: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await cj.request(method, "/x")
    assert refused.value.parameter == "method"


@pytest.mark.parametrize(
    "path",
    [
        "shop/getShops",
        "",
        "/",
        "/shop?x=1",
        "/shop#x",
        "//example.com/x",
        "/a//b",
        "/../../secret",
        "/a/./b",
        "/a/..",
        "/a b",
        "/a\r\nX: y",
        "/ä",
        "/a%2f..%2fb",
        "https://example.com/x",
        "/api2.0/v1/product/query",
        None,
        7,
    ],
)
async def test_a_path_that_is_none_is_refused(
    simulator: Simulator, cj: CJClient, path: Any
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await cj.request("GET", path)
    assert refused.value.parameter == "path"
    assert len(simulator.requests) == 0


@pytest.mark.parametrize("effect", ["token", "safe", "", 1])
async def test_an_effect_that_is_none_is_refused(cj: CJClient, effect: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await cj.request("POST", "/x", effect=effect)
    assert refused.value.parameter == "effect"


async def test_a_query_or_body_that_cannot_be_sent_is_refused(
    simulator: Simulator, cj: CJClient
) -> None:
    bad: list[dict[str, Any]] = [
        {"query": "a=1"},
        {"query": {"a": {"b": 1}}},
        {"query": {"a": datetime.now(UTC)}},
        {"query": {"a": [object()]}},
        {"body": object()},
        {"body": {"a": object()}},
    ]
    for arguments in bad:
        with pytest.raises(InvalidRequest) as refused:
            await cj.request("POST", "/x", **arguments)
        assert next(iter(arguments)) in refused.value.parameter
    assert len(simulator.requests) == 0


CUT = Reply(b"<html>bad gateway</html>", 502, "text/html")


@pytest.mark.parametrize(
    ("method", "path", "effect", "sent_again"),
    [
        ("GET", "/some/path", None, True),
        ("POST", "/some/path", None, False),
        ("DELETE", "/some/path", None, False),
        ("PATCH", "/some/path", None, False),
        ("POST", "/some/path", "read", True),
        ("POST", "/some/path", "idempotent", True),
        ("GET", "/some/path", "write", False),
        ("GET", "/some/path", "pay", False),
        ("POST", "/product/sourcing/query", None, True),
        ("PATCH", "/setting/account/set", None, True),
        ("POST", "/product/addToMyProduct", None, False),
        ("POST", "/product/addToMyProduct", "read", True),
    ],
)
async def test_a_lost_answer_is_repeated_as_the_effect_allows(
    script: Script, method: str, path: str, effect: Any, sent_again: bool
) -> None:
    script.on(path, CUT, success({"fine": True}))
    async with client_of(script) as cj:
        inside(cj).transport.jitter = lambda: 0.0
        if sent_again:
            answer = await cj.request(method, path, effect=effect)
            assert answer.data == {"fine": True}
        else:
            with pytest.raises(OutcomeUnknown):
                await cj.request(method, path, effect=effect)
    assert len(script.of(path)) == 1 + sent_again


async def test_a_lost_answer_of_a_known_path_says_how_to_find_out(script: Script) -> None:
    script.on("/product/addToMyProduct", CUT)
    async with client_of(script) as cj:
        with pytest.raises(OutcomeUnknown, match="my_products") as lost:
            await cj.request("POST", "/product/addToMyProduct", body={"productId": "P1"})
    assert lost.value.sent == {"productId": "P1"}
    assert isinstance(lost.value.__cause__, ServerFailed | BadResponse)


# -------------------------------------------------------------------------------------- sandbox

ORDER = "/shopping/order/createOrderV2"


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"orderNumber": "1"},
        *({"isSandbox": bad} for bad in (0, 2, True, "1", 1.0, None, [1], "true")),
        {"is_sandbox": 1},
        {"issandbox": 1},
        [{"isSandbox": 1}],
        "isSandbox",
    ],
)
async def test_a_sandbox_client_creates_no_real_order(simulator: Simulator, body: Any) -> None:
    async with client_of(simulator, sandbox=True) as cj:
        for path in (ORDER, "/shopping/order/createOrderV3"):
            with pytest.raises(InvalidRequest, match="integer 1"):
                await cj.request("POST", path, body=body)
    assert len(simulator.requests) == 0


@pytest.mark.parametrize(
    "path",
    [
        ORDER + "/",
        ORDER.upper(),
        ORDER.lower(),
        ORDER + ";x=1",
        "/shopping/order/createOrder",
        "/shopping/privateInventory/createOrder",
    ],
)
async def test_no_spelling_of_the_path_gets_past_the_sandbox(
    simulator: Simulator, path: str
) -> None:
    async with client_of(simulator, sandbox=True) as cj:
        for method in ("POST", "PUT", "GET"):
            with pytest.raises(InvalidRequest):
                await cj.request(method, path, body={"orderNumber": "1"})
    assert len(simulator.requests) == 0


async def test_a_sandbox_client_creates_sandbox_orders_and_does_all_the_rest(
    script: Script,
) -> None:
    script.on(ORDER, success("SD1"))
    script.on("/shopping/order/list", success({}))
    async with client_of(script, sandbox=True) as cj:
        assert (await cj.request("POST", ORDER, body={"isSandbox": 1})).data == "SD1"
        await cj.request("GET", "/shopping/order/list")
        with pytest.raises(InvalidRequest):
            await cj.with_options(retries=1).request("POST", ORDER, body={})
        await cj.with_options(sandbox=False).request("POST", ORDER, body={})
    assert len(script.of(ORDER)) == 2


async def test_without_the_sandbox_orders_are_created(script: Script) -> None:
    script.on(ORDER, success("SD1"))
    async with client_of(script) as cj:
        assert (await cj.request("POST", ORDER, body={"orderNumber": "1"})).data == "SD1"


# ---------------------------------------------------------------------------------------- drift

MOCKED = "https://cj.example.com/api2.0/v1"
SEARCH = f"{MOCKED}/product/listV2"


def page_of(*rows: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"pageNumber": 1, "pageSize": 10, "totalRecords": len(rows)}
    data["content"] = [{"productList": list(rows)}]
    return {"code": 200, "result": True, "message": "Success", "data": data, "requestId": "r-9"}


def answer_search(mocked: aioresponses, *, payload: dict[str, Any], repeat: bool = False) -> None:
    """Arranges the answer of a search with aioresponses, which is typed in part only."""
    mock: Any = mocked
    mock.get(SEARCH, payload=payload, repeat=repeat)


@pytest.fixture
async def far() -> AsyncGenerator[CJClient]:
    """A client of a CJ that aioresponses plays."""
    async with CJClient(access_token=TOKEN, base_url=MOCKED, tier=RATE) as client:
        yield client


async def test_what_fits_nothing_is_none_and_counted_and_logged_once(
    far: CJClient, mocked: aioresponses, caplog: pytest.LogCaptureFixture
) -> None:
    odd = page_of(
        {"id": "1", "nameEn": "Lamp", "sellPrice": {"amount": 3}, "listedNum": "many"},
        {"id": "2", "nameEn": "Rug", "sellPrice": "1.50", "listedNum": 3},
    )
    answer_search(mocked, payload=odd, repeat=True)
    for _ in range(3):
        first, second = (await far.products.search()).items
        assert (first.name_en, first.sell_price, first.listed_num) == ("Lamp", None, None)
        assert second.sell_price is not None
    assert far.drift == {"ProductSearchItem.sellPrice": 3, "ProductSearchItem.listedNum": 3}
    told = [each for each in caplog.records if "drift" in each.getMessage()]
    assert [each.levelno for each in told] == [logging.WARNING] * 2
    assert {each.name for each in told} == {"cj_async"}
    assert "amount" not in caplog.text


async def test_quirks_are_no_drift(far: CJClient, mocked: aioresponses) -> None:
    row = {"id": 1432500352311023708, "listedNum": "7", "sellPrice": "1 -- 2", "addMarkStatus": ""}
    answer_search(mocked, payload=page_of({**row, "somethingNew": [{}]}))
    item = (await far.products.search()).items[0]
    assert (item.id, item.listed_num, item.add_mark_status) == ("1432500352311023708", 7, None)
    assert far.drift == {}


async def test_a_strict_client_raises_for_drift_and_names_the_field(
    far: CJClient, mocked: aioresponses
) -> None:
    answer_search(mocked, payload=page_of({"id": "1", "sellPrice": {"amount": 3}}), repeat=True)
    with pytest.raises(BadResponse, match=r"ProductSearchItem\.sellPrice") as strict:
        await far.with_options(strict=True).products.search()
    assert strict.value.status == 200
    assert b"productList" in strict.value.head
    assert far.drift == {}
    assert (await far.products.search()).items[0].sell_price is None


async def test_a_strict_client_takes_what_the_spec_allows(simulator: Simulator) -> None:
    async with client_of(simulator, strict=True) as cj:
        rows = [row async for row in cj.products.search()]
        assert len(rows) == 300
        await cj.products.get(pid=rows[0].id, features=["enable_inventory"])


async def test_a_drift_of_one_client_is_not_that_of_another(
    far: CJClient, mocked: aioresponses
) -> None:
    answer_search(mocked, payload=page_of({"id": "1", "sellPrice": {}}))
    await far.products.search()
    assert CJClient(KEY, base_url=LOCAL).drift == {}
    assert isinstance(far.drift, dict)
    far.drift.clear()  # what was given away is a copy
    assert far.drift == {"ProductSearchItem.sellPrice": 1}


# --------------------------------------------------------------------------------------- errors

ERRORS: dict[int, dict[str, Any]] = yaml.safe_load((PROJECT / "spec/errors.yaml").read_text())[
    "codes"
]
TOKEN_TROUBLE = {code for code, row in ERRORS.items() if row.get("token") == "rejected"}


def check_words(error: APIError, operation: str, code: int) -> None:
    assert re.match(rf"{re.escape(operation)}\W+{code}\b", str(error)), str(error)
    assert error.request_id
    assert str(error).endswith(error.request_id), str(error)
    assert (error.operation, error.code) == (operation, code)


async def test_every_code_over_the_wire_becomes_its_class(simulator: Simulator) -> None:
    async with client_of(simulator, retries=0) as cj:
        for code, row in ERRORS.items():
            if row["class"] is None or code in TOKEN_TROUBLE:
                continue
            simulator.fail("settings.get", code=code, message="made up")
            with pytest.raises(APIError) as refused:
                await cj.settings.get()
            assert type(refused.value).__name__ == row["class"], code
            assert refused.value.message == "made up"
            check_words(refused.value, "settings.get", code)
        assert cj.drift == {}
        await cj.settings.get()
    assert len(ERRORS) > 60


@pytest.mark.parametrize("code", sorted(TOKEN_TROUBLE))
async def test_token_trouble_that_lasts_is_raised_after_one_new_token(
    simulator: Simulator, code: int
) -> None:
    simulator.fail("settings.get", code=code, times=5)
    async with client_of(simulator) as cj:
        with pytest.raises(AuthenticationFailed) as refused:
            await cj.settings.get()
        check_words(refused.value, "settings.get", code)
    assert simulator.requests.operations["settings.get"] == 2
    assert simulator.requests.operations["auth.refresh_access_token"] == 1


async def test_a_code_nobody_knows_is_a_plain_refusal(simulator: Simulator, cj: CJClient) -> None:
    simulator.fail("settings.get", code=1699999, message="Something new")
    with pytest.raises(APIError, match="Something new") as refused:
        await cj.settings.get()
    assert type(refused.value) is APIError
    check_words(refused.value, "settings.get", 1699999)


async def test_a_rate_refusal_tells_when_to_try_again(simulator: Simulator) -> None:
    simulator.fail("settings.get", code=1600200, message="QPS limit is 50 time/1second")
    async with client_of(simulator, retries=0) as cj:
        with pytest.raises(RateLimited) as refused:
            await cj.settings.get()
        assert refused.value.retry_after == pytest.approx(0.02)
        assert cj.counts["refused"] == 1


async def test_a_quota_refusal_tells_when_the_day_ends(simulator: Simulator, cj: CJClient) -> None:
    simulator.fail("settings.get", code=1600201)
    with pytest.raises(QuotaExhausted) as refused:
        await cj.settings.get()
    retry_at = refused.value.retry_at
    assert (retry_at.hour, retry_at.minute, retry_at.utcoffset()) == (0, 0, timedelta())
    assert timedelta() < retry_at - datetime.now(UTC) <= timedelta(days=1)


async def test_a_points_refusal_tells_its_numbers(simulator: Simulator) -> None:
    words = "Insufficient API points. Used today: 49995, Remaining: 5, Required: 10."
    simulator.fail("variants.get", code=16900500, message=words, times=9)
    async with client_of(simulator, max_wait=0) as cj:
        with pytest.raises(PointsExhausted) as refused:
            await cj.variants.get(vid="1")
    error = refused.value
    assert (error.used, error.remaining, error.required) == (49995, 5, 10)
    assert timedelta() < error.retry_at - datetime.now(UTC) <= timedelta(days=1)
    assert simulator.requests.operations["variants.get"] == 1


async def test_the_raw_answer_can_be_reached_from_the_error(script: Script) -> None:
    body = b'{"code":1600300,"result":false,"message":"Param error","data":{"why":[1.50]},"requestId":"q-7"}'
    script.on("/product/getCategory", Reply(body))
    async with client_of(script) as cj:
        with pytest.raises(InvalidParameter) as refused:
            await cj.products.categories()
    assert refused.value.raw == body
    assert refused.value.data == {"why": [Decimal("1.50")]}
    assert str(refused.value).endswith("q-7")


@pytest.mark.parametrize(
    ("status", "kind"), [(502, ServerFailed), (404, NotFound), (429, RateLimited)]
)
async def test_a_page_of_a_gateway_is_read_by_its_status(
    simulator: Simulator, status: int, kind: type[CJError]
) -> None:
    simulator.fail("settings.get", kind="html", status=status)
    async with client_of(simulator, retries=0) as cj:
        with pytest.raises(kind) as refused:
            await cj.settings.get()
    assert str(refused.value).startswith("settings.get")


@pytest.mark.parametrize("kind", ["garble", "html"])
async def test_an_answer_that_is_no_json_is_a_bad_response(simulator: Simulator, kind: Any) -> None:
    simulator.fail("settings.get", kind=kind, status=200, when="after")
    async with client_of(simulator, retries=0) as cj:
        with pytest.raises(BadResponse) as refused:
            await cj.settings.get()
    assert refused.value.status == 200
    assert refused.value.head


async def test_a_failure_that_may_be_repeated_is_repeated(
    simulator: Simulator, cj: CJClient
) -> None:
    inside(cj).transport.jitter = lambda: 0.0
    kinds: list[FaultKind] = ["cut", "truncate", "garble", "html", "status"]
    for kind in kinds:
        simulator.fail("settings.get", kind=kind)
        assert (await cj.settings.get()).open_name
    assert simulator.requests.operations["settings.get"] == 10
    assert cj.counts["unanswered"] == 5


def test_the_index_of_operations_is_what_requests_know() -> None:
    assert {path for _, path in operations()} >= {"/product/query", "/authentication/logout"}


async def test_who_asks_says_what_program_it_is(script: Script) -> None:
    seen: list[str] = []

    def note(asked: Asked) -> Reply:
        seen.append(asked.headers["User-Agent"])
        return success([])

    script.on("/product/getCategory", note)
    async with client_of(script) as cj:
        assert await cj.products.categories() == []
    assert re.fullmatch(r"cj-async/\S+ python/3\.\d+ aiohttp/\S+", seen[0])
