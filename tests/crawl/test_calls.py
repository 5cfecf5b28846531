"""How long is a failing call tried, and what does each attempt cost?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from cj_async import (
    CJError,
    ConnectFailed,
    ConnectionLost,
    InvalidParameter,
    PointsExhausted,
    RateLimited,
    ServerFailed,
)
from cj_async.crawl._budget import Budget, Limits
from cj_async.crawl._calls import PATIENCE, Calls
from tests.crawl.one_clock import OneClock

COST = 50


class Troubled:
    """A call that meets these troubles before it succeeds."""

    def __init__(self, *troubles: CJError) -> None:
        self.troubles = list(troubles)
        self.times = 0

    async def __call__(self) -> str:
        """The answer, or the next trouble."""
        self.times += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return "answer"


class Rig:
    """Calls with all that they need."""

    def __init__(self, max_points: int | None = None) -> None:
        self.clock = OneClock()
        self.budget = Budget(
            Limits(max_points=max_points), lambda: None, self.clock, lambda _: None
        )
        self.calls = Calls(self.budget, self.clock)

    async def make(self, *troubles: CJError) -> list[str]:
        """One call that meets troubles."""
        return await self.calls.make(Troubled(*troubles), COST, 0)


def lost() -> CJError:
    return ConnectionLost("x", "it broke")


def busy(status: int = 200, after: float = 0.5) -> CJError:
    return RateLimited("x", retry_after=after, status=status)


async def test_an_answer_is_returned_and_paid() -> None:
    rig = Rig()
    assert await rig.make() == ["answer"]
    assert (rig.budget.spent, rig.clock.naps) == (COST, [])


async def test_failures_are_tried_again_after_longer_and_longer_waits() -> None:
    rig = Rig()
    assert await rig.make(*(lost() for _ in range(8))) == ["answer"]
    assert rig.clock.naps == [1, 2, 4, 8, 16, 32, 64, 64]


@pytest.mark.parametrize(
    ("trouble", "paid"),
    [
        (lost(), 2),
        (ServerFailed("x", status=500), 2),
        (ConnectFailed("x", "refused"), 1),
        (busy(), 1),
        (busy(status=0), 1),
    ],
)
async def test_what_may_have_been_charged_counts_as_spent(trouble: CJError, paid: int) -> None:
    rig = Rig()
    assert await rig.make(trouble) == ["answer"]
    assert rig.budget.spent == paid * COST


@pytest.mark.parametrize("trouble", [lost(), ServerFailed("x"), busy(after=20)])
async def test_patience_ends_after_a_quarter_of_an_hour_of_nothing_but_failures(
    trouble: CJError,
) -> None:
    rig = Rig()
    began = rig.clock.time()
    with pytest.raises(type(trouble)):
        await rig.make(*[trouble] * 10_000)
    assert PATIENCE < rig.clock.time() - began < PATIENCE + 70


async def test_a_failure_that_lasts_is_said_each_minute_with_when_it_gives_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    with pytest.raises(ConnectionLost):
        await rig.make(*[lost()] * 10_000)
    said = [record.getMessage() for record in caplog.records]
    assert PATIENCE / 70 - 2 < len(said) <= PATIENCE / 60 + 1
    assert said[0].startswith(f"crawl: {lost()}; trying again")
    assert said[0].endswith("gives up in 15 min if nothing is answered")
    assert said[1].endswith("gives up in 14 min if nothing is answered")


async def test_each_row_of_failures_is_said_at_once(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    for rows in (1, 2):
        assert await rig.make(lost(), lost()) == ["answer"]
        assert len(caplog.records) == rows


async def test_waiting_for_the_own_pace_never_ends_a_crawl() -> None:
    rig = Rig()
    assert await rig.make(*[busy(status=0, after=40)] * 300) == ["answer"]
    assert set(rig.clock.naps) == {5.0}


async def test_any_answer_renews_the_patience() -> None:
    rig = Rig()
    for _ in range(4):
        await rig.make(*(lost() for _ in range(12)))
    assert sum(rig.clock.naps) > 1.5 * PATIENCE


async def test_a_wait_for_points_is_no_failure() -> None:
    rig = Rig()
    for hour in (2, 4, 6):
        dry = PointsExhausted(
            "x",
            used=1,
            remaining=0,
            required=COST,
            retry_at=rig.clock.now() + timedelta(hours=hour),
        )
        assert await rig.make(lost(), dry, lost()) == ["answer"]


async def test_what_waiting_does_not_heal_is_raised_at_once() -> None:
    rig = Rig()
    with pytest.raises(InvalidParameter):
        await rig.make(InvalidParameter("x"))
    assert rig.clock.naps == []


async def test_a_stop_ends_the_waiting_without_another_attempt() -> None:
    rig = Rig()
    call = Troubled(*(lost() for _ in range(50)))
    making = asyncio.create_task(rig.calls.make(call, COST, 0))
    while call.times < 3:  # noqa: ASYNC110  # the call has no event for it
        await asyncio.sleep(0)
    rig.budget.stop("enough")
    assert await making == []
    assert call.times == 3


async def test_attempts_count_towards_max_points() -> None:
    rig = Rig(max_points=4 * COST)
    assert await rig.make(*(lost() for _ in range(50))) == []
    assert rig.budget.spent == 4 * COST
