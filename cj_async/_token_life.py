"""PURE: what follows from the dates of a token, and from a refusal to hand one out?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from msgspec.structs import replace

from cj_async._tokens import Token
from cj_async.errors import (
    APIError,
    AuthenticationFailed,
    CJError,
    QuotaExhausted,
    RateLimited,
    TransportError,
)

EARLY: Final = timedelta(days=1)
"""A token is refreshed in the background this long before its end, or a tenth of its life."""
LATE: Final = timedelta(seconds=60)
"""Everybody waits for the next token this long before the end, or a twentieth of its life."""
BETWEEN_REFRESHES: Final = timedelta(seconds=60)
LONGEST_LIFE: Final = timedelta(days=3650)

FIRST_BLOCK: Final = 60.0
LONGEST_BLOCK: Final = 900.0
"""Seconds for which refused credentials are not tried again: doubling from the first to this."""
LONGEST_STAND: Final = 86400.0
"""Seconds after which even a limit that lasts longer is tried again."""

LOGIN: Final = "auth.get_access_token"

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
NEVER: Final = datetime.max.replace(tzinfo=UTC)

E = TypeVar("E", bound=BaseException)


class Windows(NamedTuple):
    """The turning points in the life of a token.

    Attributes:
        early: From here on a refresh runs in the background.
        late: From here on everybody waits for the next token.
        ends: From here on the token is no use.
    """

    early: datetime
    late: datetime
    ends: datetime


UNUSABLE: Final = Windows(LONG_AGO, LONG_AGO, LONG_AGO)
ENDLESS: Final = Windows(NEVER, NEVER, NEVER)


def windows(token: Token) -> Windows:
    """Turning points of a token.

    A refresh that does not move the end makes the token younger (``obtained_at``) and what is left
    its whole life, so the next early refresh waits for nine tenths of that: it cannot spin.
    """
    born = token.obtained_at
    life = min(max(token.ends - born, timedelta()), LONGEST_LIFE)
    late = life - min(LATE, life / 20)
    early = max(life - min(EARLY, life / 10), BETWEEN_REFRESHES)
    return Windows(born + min(early, late), born + late, born + life)


def continued(answer: Token, old: Token, now: datetime) -> Token:
    """A refreshed token, with what only the token before it knows."""
    new = replace(
        answer,
        obtained_at=now,
        open_id=answer.open_id or old.open_id,
        logged_in_at=old.logged_in_at,
    )
    if new.refresh:
        return new
    return replace(new, refresh=old.refresh, refresh_expires=old.refresh_expires)


def brings_nothing(new: Token, old: Token, now: datetime) -> bool:
    """Whether a refresh at the end of a token did not move that end."""
    return now >= windows(old).late and new.ends <= old.ends


class LoginInterval:
    """How far apart logins are: the documented time, until CJ shows that it may be shorter.

    CJ's newest edition no longer has the rule. So a login that is needed sooner may be tried, rather
    than leaving everybody without a token; a refusal shows that the rule holds after all.

    Args:
        seconds: The documented time between two logins.
    """

    __slots__ = ("_holds", "_last", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._last = LONG_AGO
        self._holds = False

    def left(self, now: datetime) -> float:
        """Seconds until the next login is due.

        A login in the future was noted under a wrong clock; it never holds for more than the
        interval.
        """
        elapsed = (now - self._last).total_seconds()
        return 0.0 if abs(elapsed) >= self.seconds else min(self.seconds, self.seconds - elapsed)

    def known(self, moment: datetime | None) -> None:
        """A login that somebody else made, as the store tells."""
        self._last = max(self._last, moment or LONG_AGO)

    def succeeded(self, now: datetime) -> None:
        """CJ let a login through: they may be as close together as this one and the last."""
        self.seconds = min(self.seconds, abs((now - self._last).total_seconds()))
        self._last = now

    def refused(self) -> None:
        """CJ refused a login for its rate: the rule holds."""
        self._holds = True

    def check(self, now: datetime) -> None:
        """Raises `RateLimited` for a login that comes too soon and is known to be refused."""
        if self._holds:
            last = self._last.isoformat(timespec="seconds")
            reason = f"logged in at {last}, logins must be {self.seconds:.0f} s apart"
            raise RateLimited(LOGIN, retry_after=self.left(now), message=reason)


class Refusals:
    """What was refused, and until when it is not asked for again."""

    __slots__ = ("_error", "_in_a_row", "_since", "_until")

    def __init__(self) -> None:
        self._error: CJError | None = None
        self._since = self._until = LONG_AGO
        self._in_a_row = 0

    def note(self, error: Exception, now: datetime) -> datetime:
        """Until when a failure stands: refused credentials and limits do, accidents do not."""
        if isinstance(error, AuthenticationFailed):
            seconds = min(FIRST_BLOCK * 2**self._in_a_row, LONGEST_BLOCK)
            self._in_a_row += 1
        elif isinstance(error, RateLimited):
            seconds = error.retry_after
        elif isinstance(error, QuotaExhausted):
            seconds = (error.retry_at - now).total_seconds()
        else:
            return now
        self._stands(error, now, now + timedelta(seconds=min(max(seconds, 0.0), LONGEST_STAND)))
        return self._until

    def note_for_good(self, error: CJError, now: datetime) -> None:
        """A failure that nothing can mend."""
        self._stands(error, now, NEVER)

    def forget(self) -> None:
        """A token was had: the next refusal is the first again."""
        self._error, self._in_a_row = None, 0

    def standing(self, now: datetime) -> CJError | None:
        """The last refusal, to be raised again, while it stands (and no clock was set back)."""
        if self._error is None or not self._since <= now < self._until:
            return None
        error = twin(self._error)
        error.add_note(f"known since {self._since:%Y-%m-%d %H:%M:%S %Z}, not asked for again")
        if isinstance(error, RateLimited):
            error.retry_after = (self._until - now).total_seconds()
        return error

    def _stands(self, error: CJError, since: datetime, until: datetime) -> None:
        self._error, self._since, self._until = error, since, until


def twin(error: E) -> E:
    """A copy to raise: one error raised by many tasks would gather the tracebacks of all."""
    if not isinstance(error, CJError):
        return error
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update((key, value) for key, value in vars(error).items() if key != "__notes__")
    copy.__cause__ = error
    return copy


def in_the_log(error: Exception) -> str:
    """What a log may show of an error, whoever wrote its text."""
    if isinstance(error, APIError):
        return f"{type(error).__name__}, code {error.code}, request id {error.request_id}"
    if isinstance(error, TransportError):
        return f"{type(error).__name__}: {error.reason}"
    return type(error).__name__
