"""What all clients of one CJ account share: its pace, its points, its token."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from cj_async._auth import Auth
from cj_async._bucket import Bucket
from cj_async._interrupts import Interrupts
from cj_async._pace import Lane, Paced
from cj_async._points import Points
from cj_async._retry import RetryBudget
from cj_async._tokens import MemoryTokenStore, TokenStore
from cj_async._window import Window
from cj_async.errors import ConfigurationError

logger = logging.getLogger("cj_async")

ENDPOINT_LIMITS = {
    "auth.get_access_token": (2, 300.0),
    "auth.refresh_access_token": (5, 60.0),
}
"""Operations with a limit of their own: calls in seconds.

CJ documentation: Interface Call Restrictions, Base Frequency (edition 000). Logins have a rule of
one in five minutes, which `Auth` keeps; the second is the early one that it may try.
"""


class Account:
    """One CJ account as this machine sees it.

    Args:
        fingerprint: Names its credentials and shows nothing of them.
        base_url: Address of the API.
        rate: Requests a second.
        ip: Pace and places that all accounts of this machine's IP address share.
        store: Where its token is kept; in memory when ``None``.
        make_auth: Makes the token coroutine.
    """

    def __init__(
        self,
        *,
        fingerprint: str,
        base_url: str,
        rate: float,
        ip: Paced,
        store: TokenStore | None,
        make_auth: Callable[[Account], Auth],
    ) -> None:
        self.fingerprint = fingerprint
        self.base_url = base_url
        self.rate: float = rate
        self.clients = 0
        self.points = Points()
        self.budget = RetryBudget()
        self._ip = ip
        self._bucket = Bucket(rate)
        self._windows = {name: Window(*limit) for name, limit in ENDPOINT_LIMITS.items()}
        self._given_store = store
        self.store = MemoryTokenStore() if store is None else store
        self._make_auth = make_auth
        self._begin()

    def _begin(self) -> None:
        self.interrupts = Interrupts()
        self.drift: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.lane = Lane(self._bucket, self._ip)
        self.endpoints = {name: Lane(window, self._ip) for name, window in self._windows.items()}
        self.auth = self._make_auth(self)

    @property
    def name(self) -> str:
        """What tells accounts of one pool apart."""
        return f"{self.fingerprint} at {self.base_url}"

    @property
    def true_rate(self) -> float:
        """Requests a second, by what refusals have told since."""
        return min(self._bucket.rate or self.rate, self.rate)

    def __repr__(self) -> str:
        return f"Account({self.fingerprint}, {self.rate:g} requests a second)"

    def lane_of(self, operation: str) -> Lane:
        """The queue in which calls of an operation wait for their turn."""
        return self.endpoints.get(operation, self.lane)

    def never_left(self, operation: str) -> None:
        """Notes that the call which has just started could not be sent.

        For an address that may be called once in five minutes, a start is too much to lose.
        """
        if operation in self._windows:
            self._windows[operation].take_back()
            self.endpoints[operation].proceed()

    def check_same(self, other: Account) -> None:
        """Raises :class:`ConfigurationError` when two clients of one account disagree."""
        if other.rate != self.rate:
            raise ConfigurationError(
                f"tier: this account is open in the pool with {self.rate:g} requests a second,"
                f" not {other.rate:g}; clients of one account share one pace"
            )
        if other._given_store is not None and other._given_store != self._given_store:
            raise ConfigurationError(
                f"token_store: this account is open in the pool with {self.store!r}, not"
                f" {other._given_store!r}; clients of one account share one token"
            )

    def reopen(self, other: Account) -> None:
        """Begins again with a later client's settings, and with all that CJ still remembers.

        The last starts, the learned rate, the points and a token kept in memory outlive a client:
        otherwise one client per web request would start without pace, and log in each time.
        """
        if other.rate != self.rate:
            self.rate, self._bucket = other.rate, other._bucket
        if other._given_store is not self._given_store:
            self._given_store, self.store = other._given_store, other.store
        self._make_auth = other._make_auth
        self._begin()

    def drifted(self, field: str, kind: object) -> None:
        """Counts an answer's value that fits nothing; says so once per field."""
        self.drift[field] += 1
        if self.drift[field] == 1:
            logger.warning("schema drift: %s was %s and is read as None", field, kind)

    async def aclose(self) -> None:
        """Ends the token coroutine, everyone who waits for a turn, and all calls under way."""
        auth, interrupts = self.auth, self.interrupts  # a later client may reopen it meanwhile
        for lane in (self.lane, *self.endpoints.values()):
            lane.close()
        await auth.aclose()
        await interrupts.close()
