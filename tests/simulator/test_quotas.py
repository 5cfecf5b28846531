"""Quotas of single addresses, users of one address, and calls without login."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cj_async import CJClient, QuotaExhausted
from cj_async.simulator import Clock, Simulator
from cj_async.simulator._answers import Refused
from cj_async.simulator._callers import Callers
from cj_async.simulator._quotas import (
    TYPES,
    Quota,
    QuotaPeriod,
    Quotas,
    check_quota,
    period_start,
    usual_quotas,
)
from tests.conftest import client_of, error_of
from tests.simulator.only import only
from tests.simulator.plain import calling, unlimited

LIST = "/api2.0/v1/product/list"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("year", "2026-01-01"),
        ("quarter", "2026-10-01"),
        ("month", "2026-11-01"),
        ("day", "2026-11-21"),
        ("hour", "2026-11-21T13:00"),
        ("total", "1970-01-01"),
    ],
)
def test_a_period_begins_at_midnight_of_utc(period: QuotaPeriod, start: str) -> None:
    assert period_start(period, at("2026-11-21T13:59:59")) == at(start)
    assert period_start(period, at(start)) == at(start)


def test_every_documented_type_has_its_period() -> None:
    assert sorted(TYPES.values()) == [0, 1, 2, 3, 4, 5]
    assert (TYPES["total"], TYPES["quarter"], TYPES["month"], TYPES["hour"]) == (0, 2, 3, 5)


@pytest.mark.parametrize(
    ("period", "last", "new"),
    [
        ("hour", timedelta(minutes=59), timedelta(hours=1)),
        ("day", timedelta(hours=23), timedelta(days=1)),
        ("month", timedelta(days=30), timedelta(days=31)),
        ("quarter", timedelta(days=89), timedelta(days=90)),
        ("year", timedelta(days=364), timedelta(days=365)),
        ("total", timedelta(days=36_000), None),
    ],
)
async def test_a_quota_refuses_until_its_period_ends(
    period: QuotaPeriod, last: timedelta, new: timedelta | None
) -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC), frozen=True)
    cj = unlimited(5, clock=clock)
    cj.account.quotas.set(Quota(LIST, 2, period))

    def code() -> int:
        try:
            check_quota(cj.account, "/product/list", clock.time())
        except Refused as reason:
            return reason.refusal.code
        return 200

    assert [code() for _ in range(4)] == [200, 200, 1600201, 1600201]
    clock.advance(last)
    assert code() == 1600201
    if new is not None:
        clock.advance(new - last)
        assert [code() for _ in range(3)] == [200, 200, 1600201]


def test_two_quotas_of_an_address_both_count_and_a_refused_call_counts_for_none() -> None:
    cj = unlimited(5)
    hour, day = Quota(LIST, 1, "hour"), Quota(LIST, 3, "day")
    cj.account.quotas.set(hour, day)
    check_quota(cj.account, "/product/list", 0.0)
    with pytest.raises(Refused):
        check_quota(cj.account, "/product/list", 1.0)
    assert cj.account.quotas.left(day, 1.0) == 2
    assert cj.account.quotas.left(hour, 3_600.0) == 1
    check_quota(cj.account, "/product/query", 1.0)


@pytest.mark.parametrize(
    "quota",
    [Quota("/product/list", 1), Quota(LIST, -1), Quota(LIST, 1, "week")],  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
)
def test_a_quota_that_makes_no_sense_is_refused(quota: Quota) -> None:
    with pytest.raises(ValueError, match="quota"):
        Quotas().set(quota)


def test_only_free_accounts_whose_points_are_not_counted_have_the_old_daily_quota() -> None:
    assert usual_quotas(1, None).limits == [Quota(LIST, 1000, "day")]
    assert usual_quotas(1, 50_000).limits == usual_quotas(2, None).limits == []


async def test_a_used_up_quota_is_refused_until_midnight_and_shown_in_the_settings() -> None:
    clock = Clock(datetime(2026, 11, 21, 23, 59, tzinfo=UTC), frozen=True)
    async with unlimited(clock=clock) as cj, client_of(cj) as client:
        cj.account.quotas.set(Quota(LIST, 2))
        settings = (await client.settings.get()).setting
        assert settings is not None
        shown = only(settings.quota_limits)
        assert (shown.quota_url, shown.quota_limit, shown.quota_type) == (LIST, 2, 4)
        for _ in range(2):
            await client.products.list(page_size=1)
        before = len(cj.requests.of("products.list"))
        error = await error_of(first_page(client), QuotaExhausted)
        assert error.code == 1600201
        assert len(cj.requests.of("products.list")) == before + 1
        await client.products.search(size=1)
        clock.advance(timedelta(minutes=1))
        assert (await client.products.list(page_size=1)).items


async def first_page(client: CJClient) -> object:
    return await client.products.list(page_size=1)


async def test_accounts_have_quotas_of_their_own() -> None:
    async with unlimited() as cj, calling(cj) as first, calling(cj, logged_in=False) as second:
        other = cj.add_account(tier=10_000, points=None)
        await second.log_in(other.api_key)
        cj.account.quotas.set(Quota(LIST, 0))
        assert (await first.get("/product/list")).code == 1600201
        assert (await second.get("/product/list")).code == 200
        assert (await second.data("/setting/get"))["setting"]["quotaLimits"] == []


async def test_a_call_that_comes_too_early_or_without_points_counts_for_no_quota(
    frozen: Clock,
) -> None:
    async with Simulator(5, clock=frozen, points=50) as cj, calling(cj) as caller:
        quota = Quota(LIST, 5)
        cj.account.quotas.set(quota)
        codes = [(await caller.get("/product/list")).code for _ in range(2)]
        frozen.advance(timedelta(seconds=1))
        codes.append((await caller.get("/product/list")).code)
        assert codes == [200, 1600200, 16900500]
        assert cj.account.quotas.left(quota, frozen.time()) == 4


# --- addresses


def test_the_fourth_user_of_an_address_is_refused_for_the_day() -> None:
    callers = Callers(users=3)
    for account in (1, 2, 3, 1, 2, 3):
        callers.check_user("10.0.0.1", account, 0.0)
    with pytest.raises(Refused) as raised:
        callers.check_user("10.0.0.1", 4, 10.0)
    assert raised.value.refusal.code == 1600201
    callers.check_user("10.0.0.2", 4, 10.0)
    callers.check_user("10.0.0.1", 4, 86_400.0)
    for account in (1, 2):
        callers.check_user("10.0.0.1", account, 86_400.0)
    with pytest.raises(Refused):
        callers.check_user("10.0.0.1", 3, 86_400.0)


def test_calls_without_login_have_a_pace_of_their_own() -> None:
    callers = Callers(without_login=30)
    for _ in range(30):
        callers.check_without_login("10.0.0.1", 5.0)
    with pytest.raises(Refused) as raised:
        callers.check_without_login("10.0.0.1", 5.5)
    assert raised.value.refusal.code == 1600200
    assert "30" in raised.value.refusal.message
    callers.check_without_login("10.0.0.2", 5.5)
    callers.check_without_login("10.0.0.1", 6.0)
    callers.forget()
    callers.check_without_login("10.0.0.1", 6.0)


def test_both_are_off_unless_asked_for() -> None:
    callers = Callers()
    for account in range(100):
        callers.check_user("10.0.0.1", account, 0.0)
        callers.check_without_login("10.0.0.1", 0.0)


async def test_the_gateway_asks_for_both(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as first, calling(cj) as second:
        vars(cj)["_gateway"].callers = Callers(users=1, without_login=1)
        other = cj.add_account(tier=10_000, points=None)
        await second.log_in(other.api_key)
        assert (await first.get("/setting/get")).code == 200
        assert (await second.get("/setting/get")).code == 1600201
        answer = await second.post("/authentication/getAccessToken", apiKey=other.api_key)
        assert answer.code == 1600200
