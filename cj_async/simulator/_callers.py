"""Who calls from where? Limits of one address beside its pace: users, and calls without login."""

from __future__ import annotations

from ._answers import Refusal, Refused, too_many
from ._evidence import behaves
from ._limits import Window

_DAY = 86_400.0
TOO_MANY_USERS = Refusal(1600201, "One IP is limited to a maximum of three users")


class Callers:
    """What is known of the addresses that requests come from.

    Args:
        users: accounts that may call from one address in a day; None: any number.
        without_login: calls a second of operations that need no token, of one address; None: any
            number.
    """

    def __init__(self, users: int | None = None, without_login: float | None = None) -> None:
        self._most_users = users
        self._without_login = without_login
        self._users: dict[tuple[str, float], set[int]] = {}
        self._windows: dict[str, Window] = {}

    def forget(self) -> None:
        """Begin again, as if nobody had called yet."""
        self._users.clear()
        self._windows.clear()

    @behaves(
        "all",
        "One address serves three accounts a day (UTC); off unless asked for. That the fourth is refused "
        "with 1600201, and that a day is what counts, is assumed.",
        "documented",
        "000, 3.1.4; 2026-09",
    )
    def check_user(self, peer: str, account: int, now: float) -> None:
        """Let an account call from an address.

        Args:
            peer: the address.
            account: number of the account.
            now: seconds since 1970.

        Raises:
            Refused: others have called from there today, as many as may.
        """
        if self._most_users is None:
            return
        day = now // _DAY
        if (peer, day) not in self._users:
            self._users = {key: seen for key, seen in self._users.items() if key[1] == day}
        seen = self._users.setdefault((peer, day), set())
        if account not in seen and len(seen) >= self._most_users:
            raise Refused(TOO_MANY_USERS)
        seen.add(account)

    @behaves(
        "auth",
        "30 calls a second without login; off unless asked for. That this means the operations that "
        "need no token, of one address, is assumed.",
        "documented",
        "000, Access Frequency Restrictions",
    )
    def check_without_login(self, peer: str, at: float) -> None:
        """Let a call through that needs no token.

        Args:
            peer: the address.
            at: seconds that never run backwards.

        Raises:
            Refused: it comes too early.
        """
        if self._without_login is None:
            return
        window = self._windows.get(peer)
        if window is None:
            window = self._windows[peer] = Window.per_second(self._without_login)
        if not window.is_open(at):
            raise Refused(too_many(self._without_login))
        window.passed(at)
