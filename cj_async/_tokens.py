"""What is a token, and where is it kept between two runs of a program?"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Protocol
from weakref import WeakValueDictionary

import msgspec

from cj_async._filelock import FileLock, Sleep, in_thread
from cj_async.errors import ConfigurationError

__all__ = ["FileTokenStore", "MemoryTokenStore", "Token", "TokenStore", "fingerprint"]

logger = logging.getLogger("cj_async")

FORMAT: Final = 1
LIFE_IF_UNKNOWN: Final = timedelta(hours=1)
LOCK_PATIENCE: Final = 180.0
"""Seconds to wait for a process that holds a lock before going on without: it may hang for ever."""
_REPLACE_PAUSES: Final = (0.01, 0.05, 0.2) if sys.platform == "win32" else ()

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


def fingerprint(secret: str) -> str:
    """Name of an account that gives nothing away: 16 hex digits of its API key's SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An access token with all that is needed to renew it. Its repr shows no secret.

    Attributes:
        access: The access token.
        obtained_at: When this token was handed out, by this machine's clock.
        access_expires: When CJ says it ends; ``None`` when the answer did not say.
        refresh: The refresh token, if there is one.
        refresh_expires: When the refresh token ends, if known.
        open_id: The account's openId: the signing secret of its webhooks.
        logged_in_at: When the account last logged in with its API key, if known.
    """

    access: str
    obtained_at: Moment
    access_expires: Moment | None = None
    refresh: str | None = None
    refresh_expires: Moment | None = None
    open_id: str | None = None
    logged_in_at: Moment | None = None

    @property
    def ends(self) -> datetime:
        """When it ends; an hour after it was handed out where CJ did not say."""
        return self.access_expires or self.obtained_at + LIFE_IF_UNKNOWN

    def __repr__(self) -> str:
        expires = self.access_expires
        return f"Token(expires={expires.isoformat() if expires else 'unknown'})"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("expires", self.access_expires)]


class TokenStore(Protocol):
    """Keeps tokens. ``account`` is a :func:`fingerprint`, so that accounts are never mixed up."""

    async def load(self, account: str) -> Token | None:
        """The token of the account, or ``None``."""
        ...

    async def save(self, account: str, token: Token) -> None:
        """Keeps the token in place of the one before."""
        ...

    def lock(self, account: str) -> AbstractAsyncContextManager[None]:
        """Held while a new token is fetched, so that those who share the store take turns."""
        ...


class MemoryTokenStore:
    """Keeps tokens as long as the program runs; several clients of one program may share it."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        # Weak: a lock lives while somebody uses it, and so belongs to no past event loop.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def __repr__(self) -> str:
        return f"MemoryTokenStore(accounts={len(self._tokens)})"

    async def load(self, account: str) -> Token | None:
        """The token of the account, or ``None``."""
        return self._tokens.get(account)

    async def save(self, account: str, token: Token) -> None:
        """Keeps the token in place of the one before."""
        self._tokens[account] = token

    @asynccontextmanager
    async def lock(self, account: str) -> AsyncGenerator[None]:
        """Held while a new token is fetched."""
        lock = self._locks.get(account)
        if lock is None:
            self._locks[account] = lock = asyncio.Lock()
        async with lock:
            yield


class TolerantStore:
    """A store whose failures cost a line in the log, but never a token that is in hand."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store

    async def load(self, account: str) -> Token | None:
        """As the store does; ``None`` when it fails."""
        try:
            return await self._store.load(account)
        except Exception as error:  # noqa: BLE001 - a store is anybody's code
            logger.warning("the token store cannot be read (%s)", type(error).__name__)
            return None

    async def save(self, account: str, token: Token) -> None:
        """As the store does."""
        try:
            await self._store.save(account, token)
        except Exception as error:  # noqa: BLE001
            logger.warning("the token store cannot be written (%s)", type(error).__name__)

    @asynccontextmanager
    async def lock(self, account: str) -> AsyncGenerator[None]:
        """As the store does; goes on without when it fails."""
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._store.lock(account))
            except Exception as error:  # noqa: BLE001
                logger.warning("the token store cannot be locked (%s)", type(error).__name__)
            yield


class _Head(msgspec.Struct):
    version: int


class _Contents(msgspec.Struct):
    version: int
    accounts: dict[str, msgspec.Raw]


class FileTokenStore:
    """Keeps tokens in a JSON file that only its owner can read; processes may share it.

    Several accounts can live in one file. A file that cannot be read is reported (logger
    ``cj_async``) and replaced; one that cannot be written is reported once, and the tokens are kept
    in memory. On Windows the file is as private as the folder it lies in.

    Args:
        path: The file; ``~`` is the home folder. Missing folders are made, for the owner only.
            Beside it appear empty ``.lock`` files, which may stay.
        sleep: How to wait for another process's turn to end.
        patience: Seconds to wait for that turn before going on without it.

    Raises:
        ConfigurationError: The path is a folder.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        sleep: Sleep = asyncio.sleep,
        patience: float = LOCK_PATIENCE,
    ) -> None:
        self._path = Path(path).expanduser().resolve()
        if self._path.is_dir():
            raise ConfigurationError(f"token store: {self._path} is a folder: name a file in it")
        self._sleep = sleep
        self._patience = patience
        self._unsaved: dict[str, Token] = {}
        self._complaints: set[str] = set()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileTokenStore) and other._path == self._path

    def __hash__(self) -> int:
        return hash(self._path)

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    async def load(self, account: str) -> Token | None:
        """The token of the account, or ``None`` when there is no readable one."""
        stored = self._token(await in_thread(self._entries), account)
        unsaved = self._unsaved.get(account)
        if stored is None or unsaved is None:
            return stored or unsaved
        return max(stored, unsaved, key=lambda token: token.obtained_at)

    async def save(self, account: str, token: Token) -> None:
        """Keeps the token in place of the one before; never fails (see the class)."""
        try:
            async with self._turn(".lock"):
                await in_thread(lambda: self._write(account, token))
        except OSError as error:
            self._unsaved[account] = token
            self._complain(error)
        else:
            if self._unsaved.pop(account, None):
                self._complaints.clear()

    def lock(self, account: str) -> AbstractAsyncContextManager[None]:
        """Held while a new token is fetched, by one process at a time."""
        return self._turn(f".{account}.lock")

    @asynccontextmanager
    async def _turn(self, suffix: str) -> AsyncGenerator[None]:
        lock = FileLock(self._path.with_name(self._path.name + suffix))
        try:
            await self._acquire(lock)
            yield
        finally:
            lock.release()

    async def _acquire(self, lock: FileLock) -> None:
        try:
            await in_thread(lambda: _make_folder(self._path.parent))
            if not await lock.acquire(sleep=self._sleep, patience=self._patience):
                logger.warning(
                    "another process has held the lock of %s for %.0f s; going on without it",
                    self._path,
                    self._patience,
                )
        except OSError as error:
            self._complain(error)

    def _complain(self, error: OSError) -> None:
        """Once per reason: what follows from it, and what to do."""
        reason = _reason(error)
        if reason not in self._complaints:
            self._complaints.add(reason)
            logger.warning(
                "the token file %s cannot be written or locked (%s): tokens stay in memory, the"
                " next start may have to log in again, and processes that share the file may each"
                " log in; make its folder writable, or choose a path on a local disk",
                self._path,
                reason,
            )

    def _entries(self) -> dict[str, msgspec.Raw]:
        """The file's entries by account; none, and a warning, when it makes no sense."""
        try:
            data = _read_private(self._path)
            version = msgspec.json.decode(data, type=_Head).version
            if version == FORMAT:
                return msgspec.json.decode(data, type=_Contents).accounts
            reason = f"it has format {version}, this version of cj_async knows {FORMAT}"
        except FileNotFoundError:
            return {}
        except OSError as error:
            reason = _reason(error)
        except msgspec.DecodeError:  # its text may quote the file: never shown
            reason = "its content is broken"
        logger.warning(
            "the tokens in %s cannot be used: %s; the file will be replaced", self._path, reason
        )
        return {}

    def _token(self, entries: dict[str, msgspec.Raw], account: str) -> Token | None:
        entry = entries.get(account)
        if entry is None:
            return None
        try:
            return msgspec.json.decode(entry, type=Token)
        except msgspec.DecodeError:
            logger.warning(
                "the token of account %s in %s is broken and will be replaced", account, self._path
            )
            return None

    def _write(self, account: str, token: Token) -> None:
        entries = self._entries()
        entries[account] = msgspec.Raw(msgspec.json.encode(token))
        contents = _Contents(version=FORMAT, accounts=entries)
        _write_private(self._path, msgspec.json.encode(contents))


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _make_folder(folder: Path) -> None:
    """Makes the folder and the missing ones above it, each for the owner only."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(0o700)


def _read_private(path: Path) -> bytes:
    with path.open("rb") as file:
        _tighten(file.fileno(), path)
        return file.read()


if sys.platform == "win32":

    def _tighten(descriptor: int, path: Path) -> None:
        """Nothing to do: on Windows a file has the rights of its folder."""
else:

    def _tighten(descriptor: int, path: Path) -> None:
        """Takes everyone's but the owner's rights away from an open file, and says so."""
        if not os.fstat(descriptor).st_mode & 0o077:
            return
        try:
            os.fchmod(descriptor, 0o600)
        except OSError as error:
            logger.warning("%s can be read by others and stays so (%s)", path, _reason(error))
        else:
            logger.warning("%s could be read by others; it is now private (mode 0600)", path)


def _write_private(path: Path, data: bytes) -> None:
    """Replaces the file in one step by one that only its owner can read."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _replace(draft: Path, path: Path) -> None:
    """Windows refuses while a reader has the file open, which is soon over."""
    for pause in _REPLACE_PAUSES:
        try:
            draft.replace(path)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    draft.replace(path)
