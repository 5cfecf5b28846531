"""How is the simulator told things over HTTP? Plain JSON below ``/__sim__/``, from this machine only."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from aiohttp import web

from .._answers import Refused
from .asks import Ask
from .routes import Route, found

if TYPE_CHECKING:
    from .control import Control

CONTROL_PATH = "/__sim__"
_LONGEST_BODY = 10_000_000
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_JSON = "application/json"


class NotWelcome(Exception):
    """A request that the desk does not even look at: HTTP status and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Desk:
    """Answers the requests of `routes.ROUTES`; it knows no tokens, so it answers this machine only."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Do what is asked; whatever goes wrong becomes ``{"error": …}`` with a fitting status."""
        try:
            _check_caller(request)
            route, names = _route(request)
            ask = Ask(names, _query(request), await _body(request))
            return _answered(200, route.handler(self._control, ask))
        except NotWelcome as problem:
            return _refused(problem.status, str(problem))
        except Refused as problem:
            refusal = problem.refusal
            return _answered(409, {"error": refusal.message, "code": refusal.code})
        except LookupError as problem:
            return _refused(404, str(problem.args[0] if problem.args else problem))
        except (ValueError, msgspec.DecodeError) as problem:
            return _refused(400, str(problem))


def _answered(status: int, data: object) -> web.Response:
    return web.Response(status=status, body=_ENCODER.encode(data), content_type=_JSON)


def _refused(status: int, reason: str) -> web.Response:
    return _answered(status, {"error": reason})


def _check_caller(request: web.BaseRequest) -> None:
    """Programs of this machine may ask, and pages of the simulator itself; other sites' may not.

    A page of another site that a browser of this machine shows sends its ``Origin``; one whose name
    was bent to this machine's address sends that name as ``Host``.

    Raises:
        NotWelcome: it is none of them.
    """
    if not _is_loopback(request.remote or ""):
        raise NotWelcome(403, "the simulator is controlled from its own machine only")
    name = urlsplit(f"//{request.host}").hostname or ""
    if name != "localhost" and not _is_loopback(name):
        raise NotWelcome(403, f"Host must be this machine (localhost, 127.0.0.1), got {name!r}")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise NotWelcome(403, f"pages of {origin} may not control the simulator")


def _is_loopback(address: str) -> bool:
    try:
        read = ip_address(address)
    except ValueError:
        return False
    inner = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return (inner or read).is_loopback


def _route(request: web.BaseRequest) -> tuple[Route, dict[str, str]]:
    path = unquote(request.raw_path.partition("?")[0]).removeprefix(CONTROL_PATH)
    methods = found(path.rstrip("/") or "/")
    if not methods:
        raise NotWelcome(404, f"there is no {path}: GET {CONTROL_PATH}/ lists what there is")
    if request.method not in methods:
        raise NotWelcome(405, f"{path} knows {', '.join(methods)}, not {request.method}")
    return methods[request.method]


def _query(request: web.BaseRequest) -> dict[str, str]:
    return dict(parse_qsl(request.raw_path.partition("?")[2], keep_blank_values=True))


async def _body(request: web.BaseRequest) -> bytes:
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > _LONGEST_BODY:
            raise NotWelcome(413, f"a body must be at most {_LONGEST_BODY:,} bytes")
    return bytes(read)
