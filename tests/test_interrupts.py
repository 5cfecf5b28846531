"""What ends when an account is closed, and what does a cancellation by somebody else stay?"""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from cj_async._interrupts import Interrupts
from cj_async.errors import ConfigurationError


async def rest(interrupts: Interrupts, seconds: float = 60.0) -> str:
    with interrupts:
        await asyncio.sleep(seconds)
    return "rested"


async def resting(interrupts: Interrupts, tasks: int = 1) -> list[asyncio.Task[str]]:
    started = [asyncio.create_task(rest(interrupts)) for _ in range(tasks)]
    await asyncio.sleep(0)
    return started


async def test_nothing_happens_to_what_ends_by_itself() -> None:
    interrupts = Interrupts()
    assert await rest(interrupts, 0) == "rested"
    await interrupts.close()


async def test_closing_ends_all_that_rest_and_waits_for_them() -> None:
    interrupts = Interrupts()
    tasks = await resting(interrupts, 3)
    await interrupts.close()
    done, _ = await asyncio.wait(tasks, timeout=0.1)
    assert len(done) == 3
    for task in done:
        assert isinstance(task.exception(), ConfigurationError)
        assert task.cancelling() == 0


async def test_after_closing_nobody_gets_in() -> None:
    interrupts = Interrupts()
    await interrupts.close()
    with pytest.raises(ConfigurationError, match="closed"):
        await rest(interrupts, 0)


async def test_closing_twice_ends_them_once() -> None:
    interrupts = Interrupts()
    (task,) = await resting(interrupts)
    await asyncio.gather(interrupts.close(), interrupts.close())
    with pytest.raises(ConfigurationError):
        await task
    assert task.cancelling() == 0


async def test_a_task_that_goes_on_after_that_can_still_be_cancelled() -> None:
    interrupts = Interrupts()

    async def goes_on() -> None:
        with contextlib.suppress(ConfigurationError):
            await rest(interrupts)
        await asyncio.sleep(60)

    task = asyncio.create_task(goes_on())
    await asyncio.sleep(0)
    await interrupts.close()
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("theirs_first", [True, False])
async def test_who_is_cancelled_by_others_at_the_same_time_stays_cancelled(
    theirs_first: bool,
) -> None:
    interrupts = Interrupts()
    (task,) = await resting(interrupts)
    if theirs_first:
        task.cancel()
    closing = asyncio.create_task(interrupts.close())
    await asyncio.sleep(0)
    if not theirs_first:
        task.cancel()
    with pytest.raises((asyncio.CancelledError, ConfigurationError)) as caught:
        await task
    await closing
    assert caught.type is asyncio.CancelledError or not theirs_first


async def test_an_error_of_its_own_stays_what_it_is() -> None:
    interrupts = Interrupts()

    async def fails() -> None:
        with interrupts:
            try:
                await asyncio.sleep(60)
            finally:
                raise ValueError("mine")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await interrupts.close()
    with pytest.raises(ValueError, match="mine"):
        await task
    assert task.cancelling() == 0


async def test_a_timeout_around_it_still_works() -> None:
    interrupts = Interrupts()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await rest(interrupts)
    assert await rest(interrupts, 0) == "rested"


async def test_one_that_does_not_let_go_is_not_waited_for_in_vain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cj_async._interrupts._LONGEST_GOODBYE", 0.02)
    interrupts = Interrupts()
    release = asyncio.Event()

    async def clings() -> None:
        with interrupts:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            await release.wait()

    task = asyncio.create_task(clings())
    await asyncio.sleep(0)
    await interrupts.close()
    assert not task.done()
    release.set()
    await task
