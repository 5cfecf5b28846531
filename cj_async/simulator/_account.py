"""What does the simulator know about an account? Its key, tokens, points, pace and possessions."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from ._limits import Points, Window
from ._quotas import usual_quotas
from ._state import State

if TYPE_CHECKING:
    from ._clock import Clock

_REUSED_FOR = timedelta(hours=24).total_seconds()
_OLDEST_OPEN_ID = 1_000_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Pair:
    """An access and a refresh token; times in seconds since 1970."""

    access: str = field(repr=False)
    access_ends: float
    refresh: str = field(repr=False)
    refresh_ends: float
    made: float


@dataclass(frozen=True, slots=True)
class Lives:
    """How long tokens last, in seconds, and whether one pair serves for 24 hours."""

    access: float
    refresh: float
    reuse: bool


def _number(seed: int) -> int:
    digest = hashlib.shake_128(f"numbers:{seed}".encode()).digest(4)
    return 1_000_000 + int.from_bytes(digest, "little") % 8_000_000


@dataclass(slots=True)
class Mine:
    """A product in "My Products": its number and when it was added, milliseconds since 1970."""

    number: int
    added: int


@dataclass(slots=True)
class Sourcing:
    """A sourcing request: what was asked, and when, in seconds since 1970."""

    fields: Mapping[str, object]
    made: float


class Account:
    """One CJ account: what it may do, and what it has done.

    Attributes:
        api_key: its key, ``CJ<number>@api@<32 hex>``.
        open_id: its id; also the secret of its webhooks.
        place: 0 for the first account, 1 for the next.
        rate: requests a second of its tier.
        points: its points, or None when they are not counted.
        quotas: calls of single addresses that it may make; ``quotas.set`` changes them.
        name, email: what ``settings.update_account`` changes.
    """

    def __init__(
        self, seed: int, place: int, rate: float, points: int | None, lives: Lives, clock: Clock
    ) -> None:
        digest = hashlib.shake_128(f"account:{seed}:{place}".encode()).hexdigest(32)
        self._secret = secrets.token_hex(16)  # no other simulator knows these tokens
        self.number = _number(seed) + place
        self.api_key = f"CJ{self.number}@api@{digest[32:]}"
        self.open_id = _OLDEST_OPEN_ID + int(digest[6:20], 16)
        self.place = place
        self.rate = rate
        self.points = None if points is None else Points(points, clock.time())
        self.quotas = usual_quotas(rate, points)
        self.name = f"Shop {self.number}"
        self.email = f"shop{self.number}@example.com"
        self.window = Window.per_second(rate)
        self.logins = Window(1, 300)
        self.refreshes = Window(5, 60)
        self.mine: dict[int, Mine] = {}
        self.sourcings: dict[str, Sourcing] = {}
        self.state = State()
        self._clock = clock
        self._lives = lives
        self._pairs: list[Pair] = []
        self._made = 0

    def __repr__(self) -> str:
        return f"<Account CJ{self.number}>"

    def log_in(self) -> Pair:
        """A pair of tokens; the same one for 24 hours when the simulator reuses tokens."""
        newest = self._pairs[-1] if self._pairs else None
        now = self._clock.time()
        if self._lives.reuse and newest and now - newest.made < _REUSED_FOR:
            return newest
        return self._new_pair(now)

    def refresh(self, token: str) -> Pair | None:
        """A pair for a refresh token, which ends with its use; None when it is dead."""
        now = self._clock.time()
        pair = next((pair for pair in self._pairs if pair.refresh == token), None)
        if pair is None or now >= pair.refresh_ends:
            return None
        if self._lives.reuse and now - pair.made < _REUSED_FOR:
            return pair
        self._pairs.remove(pair)
        kept = Pair(pair.access, pair.access_ends, "", 0.0, pair.made)
        self._pairs.insert(0, kept)
        return self._new_pair(now)

    def made(self, refresh_token: str) -> bool:
        """Whether a refresh token is one of this account's that still lead somewhere."""
        return any(pair.refresh == refresh_token for pair in self._pairs)

    def accepts(self, access_token: str) -> bool:
        """Whether an access token is one of this account's and still good."""
        now = self._clock.time()
        return any(pair.access == access_token and now < pair.access_ends for pair in self._pairs)

    def end_tokens(self) -> None:
        """End all access and refresh tokens at once."""
        self._pairs.clear()

    def _new_pair(self, now: float) -> Pair:
        self._made += 1
        self._pairs = [
            pair for pair in self._pairs if now < max(pair.access_ends, pair.refresh_ends)
        ]
        pair = Pair(
            self._access_token(),
            now + self._lives.access,
            self._fresh(32),
            now + self._lives.refresh,
            now,
        )
        self._pairs.append(pair)
        return pair

    def _access_token(self) -> str:
        """As live ones: ``API@CJ<number>@CJ:`` and something that looks like a JWT."""
        body = base64.urlsafe_b64encode(f'{{"jti":"{self._made}"}}'.encode()).decode().rstrip("=")
        return f"API@CJ{self.number}@CJ:eyJhbGciOiJIUzI1NiJ9.{body}.{self._fresh(43)}"

    def _fresh(self, length: int) -> str:
        digest = hashlib.shake_128(f"{self._secret}:{self._made}:{length}".encode())
        return digest.hexdigest(length)[:length]


class Accounts:
    """All accounts of one simulator; keys and access tokens name the account they belong to."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def __len__(self) -> int:
        return len(self._accounts)

    def add(self, account: Account) -> None:
        """Take in one more."""
        self._accounts[f"CJ{account.number}"] = account

    def keep_only(self, numbers: Collection[int]) -> None:
        """Forget all others."""
        kept = {name: each for name, each in self._accounts.items() if each.number in numbers}
        self._accounts = kept

    def with_number(self, number: int) -> Account | None:
        """The account of a number."""
        return self._accounts.get(f"CJ{number}")

    def with_key(self, api_key: str) -> Account | None:
        """The account of an API key, ``CJ<number>@api@<secret>``."""
        account = self._accounts.get(api_key.partition("@")[0])
        return account if account and account.api_key == api_key else None

    def with_token(self, access_token: str) -> Account | None:
        """The account that accepts an access token, ``API@CJ<number>@CJ:<secret>``."""
        account = self._accounts.get(access_token.removeprefix("API@").partition("@")[0])
        return account if account and account.accepts(access_token) else None

    def with_refresh_token(self, refresh_token: str) -> Account | None:
        """The account a refresh token was made for, dead or alive."""
        return next((each for each in self if each.made(refresh_token)), None)
