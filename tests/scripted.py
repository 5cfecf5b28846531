"""A CJ that says what it is told: raw answers over real sockets, and a note of every request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import msgspec
from aiohttp import web

LOGIN = "/authentication/getAccessToken"
REFRESH = "/authentication/refreshAccessToken"
_BASE = "/api2.0/v1"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])


@dataclass(frozen=True)
class Reply:
    """An answer; ``body`` is sent as it is when it is bytes, else as JSON."""

    body: object = None
    status: int = 200
    content_type: str = "application/json"

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)


Answer = Reply | Callable[[Asked], Reply]


def success(data: object, **more: object) -> Reply:
    """The usual envelope around data."""
    head = {"code": 200, "result": True, "message": "Success", "requestId": "r-1"}
    return Reply({**head, "data": data, **more})


def refusal(code: int | None, message: str = "No", *, status: int = 200, **more: object) -> Reply:
    """A refusal as CJ words it."""
    head = {"code": code, "result": False, "message": message, "data": None, "requestId": "r-0"}
    return Reply({**head, **more}, status)


def tokens(**changed: object) -> dict[str, object]:
    """The data of a login that succeeded."""
    return {
        "openId": 1234567890123456789,
        "accessToken": "API@CJ7654321@CJ:access-1",
        "accessTokenExpiryDate": "2099-01-01T00:00:00+08:00",
        "refreshToken": "refresh-1",
        "refreshTokenExpiryDate": "2099-01-01T00:00:00+08:00",
        **changed,
    }


@dataclass
class Script:
    """What to answer at which path: the answers in their order, the last one again and again."""

    api_key: str = "CJ7654321@api@0123456789abcdef0123456789abcdef"
    asked: list[Asked] = field(default_factory=list[Asked])
    base_url: str = ""
    _answers: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    _runner: web.ServerRunner | None = None

    def on(self, path: str, *answers: Answer) -> None:
        """Arranges the answers of a path."""
        self._answers[path] = list(answers)

    def of(self, path: str) -> list[Asked]:
        """The requests that came to a path."""
        return [each for each in self.asked if each.path == path]

    async def __aenter__(self) -> Self:
        self.on(LOGIN, success(tokens()))
        server = web.Server(self._answer, access_log=None)
        self._runner = runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}{_BASE}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = Asked(
            request.method,
            request.path.removeprefix(_BASE),
            parse_qs(request.query_string, keep_blank_values=True),
            dict(request.headers),
            await request.read(),
        )
        self.asked.append(asked)
        answers = self._answers.get(asked.path) or [refusal(1600101, "Interface not found")]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        reply = answer(asked) if callable(answer) else answer
        return web.Response(
            status=reply.status, body=reply.data, headers={"Content-Type": reply.content_type}
        )
