"""What do Ctrl-C, SIGTERM and SIGHUP do? They ask a crawl to stop, or cancel a task; a second one leaves."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

from cj_async.crawl import Stop

logger = logging.getLogger("cj_async.cli")

BY_SIGNAL: Final = 128
"""What the number of a signal is added to: the exit code is 130 for Ctrl-C, 143 for SIGTERM."""

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")  # the last one not everywhere


class Asked:
    """The signal that came, if one did.

    Args:
        stop: Asked at the first one.
        leave: Called at the second one, with the exit code; does not return.
    """

    def __init__(self, stop: Stop, leave: Callable[[int], None]) -> None:
        self._stop = stop
        self._leave = leave
        self.number: int | None = None

    @property
    def exit_code(self) -> int | None:
        """130, 143 or 129 after a signal; None while there was none."""
        return None if self.number is None else BY_SIGNAL + self.number

    def __call__(self, number: int) -> None:
        """Takes a signal."""
        if self.number is not None:
            self._leave(BY_SIGNAL + number)
        self.number = number
        name = signal.Signals(number).name
        self._stop.ask(name)
        logger.warning("%s: finishing what is in flight; once more leaves at once", name)


@contextmanager
def asking(stop: Stop, leave: Callable[[int], None] = os._exit) -> Generator[Asked]:
    """Lets the first signal end a crawl in order, and the second one leave at once.

    The state of a crawl survives that as it survives kill -9.
    """
    asked = Asked(stop, leave)
    with _told(asked):
        yield asked


@contextmanager
def cancelling(task: asyncio.Task[Any]) -> Generator[None]:
    """Lets signals end a task instead of the program."""
    with _told(lambda _: task.cancel()):
        yield


@contextmanager
def _told(act: Callable[[int], object]) -> Generator[None]:
    loop, numbers = asyncio.get_running_loop(), heard()
    try:
        for number in numbers:
            loop.add_signal_handler(number, act, number)
    except NotImplementedError:  # Windows
        with _told_by_python(loop, act):
            yield
        return
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def heard() -> list[signal.Signals]:
    """Ctrl-C, SIGTERM, and a terminal that closes, unless `nohup` or so has had that ignored."""
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    is_heard = signal.getsignal(numbers[-1]) is not signal.SIG_IGN
    return numbers if is_heard or len(numbers) < len(_NAMES) else numbers[:-1]


@contextmanager
def _told_by_python(
    loop: asyncio.AbstractEventLoop, act: Callable[[int], object]
) -> Generator[None]:
    def handle(number: int, _: object) -> None:
        loop.call_soon_threadsafe(act, number)

    before = {number: signal.signal(number, handle) for number in heard()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
