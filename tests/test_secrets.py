"""Does any key, token or openId show: in a log line, a repr, an error, a traceback, a file?

The secrets of these tests are made of a short word said again and again, so that every piece of one that
is long enough to be of use gives itself away.
"""

from __future__ import annotations

import asyncio
import logging
import stat
import sys
import traceback
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cj_async import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJClient,
    CJError,
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    FileTokenStore,
    InvalidRequest,
    MemoryTokenStore,
    NotFound,
    OutcomeUnknown,
    Token,
)
from cj_async._protocol import Answer
from cj_async._request import build
from cj_async._tokens import fingerprint
from cj_async.models.authentication import TokenPair
from cj_async.models.setting import Settings
from cj_async.resources.auth import AUTH_GET_ACCESS_TOKEN
from tests.conftest import RATE, client_of, error_of, inside
from tests.scripted import LOGIN, REFRESH, Reply, Script, refusal, success
from tests.scripted import Answer as Arranged

DAY = timedelta(days=1)
PATH = "/shop/getShops"


@dataclass(frozen=True)
class Canaries:
    """Secrets, and the words that give a piece of them away."""

    key: str
    access: str
    refresh: str
    open_id: int = 7270727072707270727
    given: str = ""

    def in_text(self, text: str) -> set[str]:
        words = ("keycnry", "accnry", "rfcnry", "gvcnry", "7270727072")
        return {word for word in words if word in text.casefold()}

    @property
    def everything(self) -> str:
        """All of them, as a server may send them back."""
        return f"{self.access} {self.key} {self.refresh} {self.open_id}"

    def pair(self, **changed: object) -> dict[str, object]:
        """What a login answers."""
        return {
            "openId": self.open_id,
            "accessToken": self.access,
            "accessTokenExpiryDate": "2099-01-01T00:00:00+08:00",
            "refreshToken": self.refresh,
            "refreshTokenExpiryDate": "2099-01-01T00:00:00+08:00",
            **changed,
        }

    def token(self, **changed: Any) -> Token:
        """A stored one."""
        now = datetime.now(UTC)
        known: dict[str, Any] = {
            "access": self.access,
            "obtained_at": now - 2 * DAY,
            "access_expires": now + 9 * DAY,
            "refresh": self.refresh,
            "refresh_expires": now + 99 * DAY,
            "open_id": str(self.open_id),
            "logged_in_at": now - 2 * DAY,
        }
        return Token(**{**known, **changed})


AS_CJ_WRITES_THEM = Canaries(
    key="CJ7654321@api@" + "keycnry" * 5,
    access="API@CJ7654321@CJ:" + "accnry" * 8,
    refresh="rfcnry" * 6,
    given="API@CJ7654321@CJ:" + "gvcnry" * 8,
)
IN_NO_KNOWN_FORM = Canaries(
    key="keycnry/" * 5, access="accnry+" * 8, refresh="rfcnry=" * 6, given="gvcnry." * 6
)


@pytest.fixture(params=[AS_CJ_WRITES_THEM, IN_NO_KNOWN_FORM], ids=["as CJ writes them", "other"])
def canaries(request: pytest.FixtureRequest) -> Canaries:
    known: Canaries = request.param
    return known


@pytest.fixture(autouse=True)
def _nothing_in_the_logs(
    canaries: Canaries, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Whatever a test does: no record of any logger, and nothing printed, shows a secret."""
    caplog.set_level(logging.DEBUG)
    for name in ("cj_async", "aiohttp", "aiohttp.client", "aiohttp.internal", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    yield
    shown = [*map(logged, caplog.get_records("setup")), *map(logged, caplog.get_records("call"))]
    assert shown, "nothing was logged at all: is the test looking in the right place?"
    for text in (*shown, *capsys.readouterr()):
        assert not canaries.in_text(text), text


def logged(record: logging.LogRecord) -> str:
    parts = [record.getMessage(), repr(record.args), record.stack_info or ""]
    if record.exc_info and record.exc_info[1] is not None:
        parts += texts_of(record.exc_info[1])
    return "\n".join(parts)


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from and what it came upon, all the way."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]


def texts_of(error: BaseException) -> list[str]:
    """Everything that an error may be asked for, and its traceback."""
    texts = ["".join(traceback.format_exception(error, chain=True))]
    for each in chain(error):
        shown = {name: getattr(each, name) for name in vars(each)} | {"args": each.args}
        texts += [str(each), repr(each), repr(shown), repr(getattr(each, "__notes__", ""))]
    return texts


def check_clean(error: BaseException, canaries: Canaries) -> None:
    for text in texts_of(error):
        assert not canaries.in_text(text), text


@pytest.fixture
async def script(script: Script, canaries: Canaries) -> Script:
    """The scripted CJ hands out the canaries."""
    script.api_key = canaries.key
    script.on(LOGIN, success(canaries.pair()))
    script.on(REFRESH, success(canaries.pair(openId=None)))
    return script


def echoes(canaries: Canaries) -> dict[str, Arranged]:
    """Answers that send secrets back, each in its own way."""
    everything = canaries.everything
    page = f"<html><body>{everything}<pre>CJ-Access-Token: {canaries.access}</pre></body></html>"
    nested = {"request": {"headers": {"CJ-Access-Token": canaries.access}, **canaries.pair()}}
    return {
        "in the message": refusal(1600300, f"wrong: {everything}"),
        "in the message of an unknown code": refusal(1699999, f"wrong: {everything}"),
        "in the message of a busy server": refusal(1600000, f"wrong: {everything}"),
        "in the message of a rate refusal": refusal(1600200, f"too many: {everything}"),
        "in the message of a points refusal": refusal(16900500, f"no points: {everything}"),
        "in the message of a token refusal": refusal(1600001, f"bad token: {everything}"),
        "in the message without a code": refusal(None, f"wrong: {everything}"),
        "in the data": refusal(1600300, "no", data=nested),
        "in text inside the data": refusal(1600300, "no", data=repr(nested)),
        "in the request id": refusal(1600300, "no", requestId=canaries.access),
        "in a page of a gateway": Reply(page.encode(), 502, "text/html"),
        "in a page with success": Reply(page.encode(), 200, "text/html"),
        "in a page that says not found": Reply(page.encode(), 404, "text/html"),
        "in the content type": Reply(b"<html>", 200, f"text/html; x={canaries.access}"),
        "in plain text": Reply(everything.encode(), 500, "text/plain"),
        "in cut JSON": Reply(f'{{"code":200,"data":{{"accessToken":"{canaries.access}'.encode()),
        "in JSON of another kind": Reply([canaries.access, {"refreshToken": canaries.refresh}]),
        "in a success without data": success(None, message=f"fine: {everything}"),
        "in a redirect": Reply(page.encode(), 302, "text/html"),
    }


WAYS = list(echoes(AS_CJ_WRITES_THEM))


# --------------------------------------------------------------------------- echoes of a server


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_whose_token_is_sent_back_does_not_show_it(
    script: Script, canaries: Canaries, way: str
) -> None:
    answer = echoes(replace(canaries, key="", refresh="", open_id=0))[way]
    script.on("/setting/get", answer)
    async with client_of(script, retries=0, max_wait=0) as cj:
        check_clean(await error_of(cj.settings.get(), CJError), canaries)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "in a success without data"])
async def test_a_raw_request_whose_token_is_sent_back_does_not_show_it(
    script: Script, canaries: Canaries, way: str
) -> None:
    script.on(PATH, echoes(replace(canaries, key="", refresh="", open_id=0))[way])
    async with client_of(script, retries=0, max_wait=0) as cj:
        error = await error_of(cj.request("POST", PATH, body={"a": 1}), CJError)
        check_clean(error, canaries)


@pytest.mark.parametrize("way", WAYS)
async def test_a_login_whose_key_is_sent_back_does_not_show_it(
    script: Script, canaries: Canaries, way: str
) -> None:
    script.on(LOGIN, echoes(replace(canaries, access="", refresh="", open_id=0))[way])
    async with client_of(script, retries=0, max_wait=0) as cj:
        for _ in range(2):
            check_clean(await error_of(cj.settings.get(), CJError), canaries)


@pytest.mark.parametrize("way", WAYS)
async def test_a_refresh_whose_token_is_sent_back_does_not_show_it(
    script: Script, canaries: Canaries, way: str
) -> None:
    store = MemoryTokenStore()
    ended = canaries.token(access_expires=datetime.now(UTC) - DAY)
    await store.save(fingerprint(canaries.key), ended)
    script.on(REFRESH, echoes(replace(canaries, access="", key="", open_id=0))[way])
    script.on(LOGIN, refusal(1600005))
    async with client_of(script, retries=0, max_wait=0, token_store=store) as cj:
        check_clean(await error_of(cj.settings.get(), CJError), canaries)


async def test_a_garbled_login_cut_anywhere_does_not_show_what_it_held(
    script: Script, canaries: Canaries
) -> None:
    whole = success(canaries.pair()).data
    for end in range(30, len(whole), 3):
        for tail in (b"", b"\x00<!>"):
            script.on(LOGIN, Reply(whole[:end] + tail))
            async with client_of(script, retries=0) as cj:
                check_clean(await error_of(cj.settings.get(), BadResponse), canaries)


async def test_a_login_that_does_not_fit_does_not_show_what_it_held(
    script: Script, canaries: Canaries
) -> None:
    odd = canaries.pair(accessTokenExpiryDate={"when": "soon"}, createDate=["today"])
    script.on(LOGIN, success(odd))
    async with client_of(script, retries=0, strict=True) as cj:
        check_clean(await error_of(cj.settings.get(), BadResponse), canaries)
    script.on("/setting/get", success({"openName": "Shop"}))
    async with client_of(script) as cj:
        await cj.settings.get()
        assert cj.drift


async def test_an_open_id_that_is_sent_back_does_not_show(
    script: Script, canaries: Canaries
) -> None:
    script.on("/setting/get", refusal(1600300, "no", data={"openId": canaries.open_id}))
    script.on(PATH, refusal(1600300, f"user {canaries.open_id} has no shop"))
    async with client_of(script) as cj:
        check_clean(await error_of(cj.settings.get(), CJError), canaries)
        check_clean(await error_of(cj.request("GET", PATH), CJError), canaries)


# ----------------------------------------------------------------------- broken connections


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncGenerator[str]:
    """A server that says these bytes, one connection after the other, and hangs up."""
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def garbage(secret: str) -> list[bytes]:
    """Answers that are no HTTP, each with the secret in it."""
    text = secret.encode()
    return [
        b"",
        b"HTTP/1.1 2xx " + text + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-" + text + b"\x01: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Echo " + text + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + text + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nX-Echo: " + text + b"\r\n\r\n" + text,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n" + text[:40],
        text + b"\r\n\r\n",
    ]


@pytest.mark.parametrize("number", range(len(garbage(""))))
async def test_garbage_instead_of_an_answer_does_not_show_the_token(
    canaries: Canaries, number: int
) -> None:
    async with (
        saying(garbage(canaries.given)[number]) as address,
        CJClient(access_token=canaries.given, base_url=address, tier=RATE, retries=0) as cj,
    ):
        for call in (cj.settings.get(), cj.request("POST", PATH, body={})):
            error = await error_of(call, CJError)
            assert isinstance(error, ConnectionLost | BadResponse | OutcomeUnknown), error
            check_clean(error, canaries)


@pytest.mark.parametrize("number", range(len(garbage(""))))
async def test_garbage_instead_of_a_login_does_not_show_the_key(
    canaries: Canaries, number: int
) -> None:
    async with (
        saying(garbage(canaries.key)[number]) as address,
        CJClient(canaries.key, base_url=address, tier=RATE, retries=0) as cj,
    ):
        check_clean(await error_of(cj.settings.get(), CJError), canaries)


async def test_a_server_that_is_not_there_is_told_without_secrets(canaries: Canaries) -> None:
    async with saying(b"") as address:
        pass
    async with CJClient(access_token=canaries.given, base_url=address, tier=RATE, retries=0) as cj:
        check_clean(await error_of(cj.settings.get(), ConnectFailed), canaries)


# ---------------------------------------------------------------------------- what was sent


async def test_a_write_of_unknown_outcome_tells_what_was_sent_without_secrets(
    script: Script, canaries: Canaries
) -> None:
    script.on(PATH, Reply(b"<html>", 502, "text/html"))
    body = {
        "orderNumber": "7",
        "apiKey": canaries.key,
        "rows": [{"accessToken": canaries.access, "deep": {"openId": canaries.open_id}}],
        "refreshToken": canaries.refresh,
    }
    query = {"openId": canaries.open_id, "accessToken": canaries.access, "page": 3}
    async with client_of(script) as cj:
        error = await error_of(cj.request("POST", PATH, query=query, body=body), OutcomeUnknown)
    check_clean(error, canaries)
    assert error.sent["orderNumber"] == "7"
    assert error.sent["page"] == "3"
    assert error.sent["apiKey"] == "***"


async def test_bad_input_does_not_show_a_secret(script: Script, canaries: Canaries) -> None:
    async with client_of(script) as cj:
        odd: Any = [canaries.key]
        check_clean(await error_of(cj.auth.get_access_token(api_key=odd), InvalidRequest), canaries)
        odd = {"refreshToken": canaries.refresh}
        call = cj.auth.refresh_access_token(refresh_token=odd)
        check_clean(await error_of(call, InvalidRequest), canaries)
        script.on("/setting/get", success({"openName": "x"}))
        await cj.settings.get()


async def test_bad_settings_do_not_show_a_secret(script: Script, canaries: Canaries) -> None:
    wrong: list[dict[str, Any]] = [
        {"api_key": AS_CJ_WRITES_THEM.access},
        {"access_token": AS_CJ_WRITES_THEM.key},
        {"api_key": canaries.key + "\n."},
        {"api_key": canaries.key + " ü"},
        {"access_token": canaries.access + "\r\nX: 1"},
        {"api_key": [canaries.key]},
        {"api_key": canaries.key.encode()},
        {"access_token": canaries.token()},
        {"api_key": AS_CJ_WRITES_THEM.key, "access_token": "API@CJ1@CJ:" + "accnry" * 8},
        {"api_key": "keycnrykeycnry@example.com"},
        {"api_key": canaries.key, "token_store": canaries.token()},
        {"api_key": canaries.key, "base_url": f"https://me:{canaries.given}@example.com"},
        {"api_key": canaries.key, "base_url": f"https://example.com?key={canaries.given}"},
    ]
    for settings in wrong:
        known: dict[str, Any] = {"base_url": script.base_url, **settings}
        with pytest.raises(ConfigurationError) as refused:
            CJClient(**known)
        check_clean(refused.value, canaries)
    logging.getLogger("cj_async").debug("nothing else is logged here")


# --------------------------------------------------------------------------- reprs and logs


async def test_no_repr_shows_a_secret(script: Script, canaries: Canaries, tmp_path: Path) -> None:
    settings = {"openName": "Shop", "openId": canaries.open_id}
    script.on("/setting/get", success(settings))
    memory, file = MemoryTokenStore(), FileTokenStore(tmp_path / "tokens.json")
    async with client_of(script, token_store=file) as cj:
        told = await cj.settings.get()
        raw = await cj.request("GET", "/setting/get")
        pair = await cj.with_options(max_wait=0).auth.refresh_access_token(
            refresh_token=canaries.refresh
        )
        raw_pair = await cj.request("POST", REFRESH, body={"refreshToken": canaries.refresh})
        parts = inside(cj)
        token = parts.account.auth.token
        assert token is not None
        await memory.save("a", token)
        request = build(AUTH_GET_ACCESS_TOKEN, {"api_key": canaries.key})
        answer = Answer(200, "application/json", success(canaries.pair()).data, (canaries.key,))
        things: list[object] = [
            *(cj, parts, parts.pool, parts.account, parts.transport, parts.options),
            *(parts.account.auth, parts.account.lane, parts.account.points, cj.products),
            *(cj.counts, cj.drift, parts.account.auth.get),
            *(told, raw, pair, raw_pair, token, memory, file, request, answer, [token], (pair,)),
            *(cj.with_options(retries=1), cj.products.search()),
        ]
        for thing in things:
            for text in (repr(thing), str(thing), f"{thing}", repr({"x": thing})):
                assert not canaries.in_text(text), text
        assert told.open_id == str(canaries.open_id)
        assert pair.access_token == canaries.access
        assert isinstance(told, Settings)
        assert isinstance(pair, TokenPair)


async def test_the_logs_of_a_whole_life_show_no_secret(
    script: Script, canaries: Canaries, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script.on(REFRESH, success(canaries.pair(accessToken=canaries.given)))
    script.on("/setting/get", success({"openId": canaries.open_id}), refusal(1600001), success({}))
    store = FileTokenStore(tmp_path / "tokens.json")
    async with client_of(script, token_store=store) as cj:
        for _ in range(4):
            await cj.settings.get()
        await cj.request("POST", "/setting/get", body={"apiKey": canaries.key})
    assert "logged in" in caplog.text
    assert "access token refreshed" in caplog.text
    assert "settings.get" in caplog.text


async def test_the_debug_mode_of_asyncio_shows_no_secret(
    script: Script, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    """In that mode asyncio logs the reprs of futures and tasks: results must not be secrets."""
    script.on("/setting/get", success({"openId": canaries.open_id}))
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0
    try:
        async with client_of(script) as cj:
            calls = [asyncio.ensure_future(cj.settings.get()) for _ in range(5)]
            await asyncio.wait(calls)
            tasks = [repr(task) for task in asyncio.all_tasks()]
            await asyncio.gather(*calls)
    finally:
        loop.set_debug(False)
    assert "took" in caplog.text
    assert not canaries.in_text(" ".join(tasks))


async def test_a_store_that_fails_with_a_secret_in_its_words_is_not_quoted(
    script: Script, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(MemoryTokenStore):
        async def load(self, account: str) -> Token | None:
            raise ValueError(f"cannot read {canaries.everything}")

        async def save(self, account: str, token: Token) -> None:
            raise ValueError(f"cannot write {token.access} {token.refresh}")

    script.on("/setting/get", success({}))
    async with client_of(script, token_store=Broken()) as cj:
        await cj.settings.get()
    assert "cannot be written (ValueError)" in caplog.text


async def test_an_error_that_is_raised_many_times_shows_no_secret(
    script: Script, canaries: Canaries
) -> None:
    script.on(LOGIN, refusal(1600005, f"wrong key {canaries.key}"))
    async with client_of(script) as cj:
        calls = (cj.settings.get() for _ in range(20))
        errors = await asyncio.gather(*calls, return_exceptions=True)
        errors.append(await error_of(cj.settings.get(), AuthenticationFailed))
    for error in errors:
        assert isinstance(error, APIError)
        check_clean(error, canaries)


async def test_nothing_is_not_found_out_by_a_success_without_data(
    script: Script, canaries: Canaries
) -> None:
    script.on("/setting/get", success(None, message=f"hello {canaries.access}"))
    async with client_of(script) as cj:
        error = await error_of(cj.settings.get(), NotFound)
    check_clean(error, canaries)


# ----------------------------------------------------------------------------------- files


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are another matter there")
async def test_tokens_are_in_one_private_file_and_nowhere_else(
    script: Script, canaries: Canaries, tmp_path: Path
) -> None:
    script.on("/setting/get", success({}))
    path = tmp_path / "deep" / "tokens.json"
    async with client_of(script, token_store=FileTokenStore(path)) as cj:
        await cj.settings.get()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert canaries.in_text(path.read_text(encoding="utf-8")) == {"accnry", "rfcnry", "7270727072"}
    others = [each for each in path.parent.iterdir() if each != path]
    assert [each.read_bytes() for each in others] == [b""] * len(others)
    assert not canaries.in_text(repr(others))


# ---------------------------------------------------------------------- does the check work?


@pytest.mark.parametrize("where", ["message", "attribute", "cause", "note"])
def test_the_check_finds_a_secret_wherever_it_hides(canaries: Canaries, where: str) -> None:
    logging.getLogger("cj_async").debug("so that something is logged")
    error = CJError("x" if where != "message" else f"bad {canaries.access}")
    if where == "attribute":
        error.__dict__["hidden"] = {"a": [canaries.key]}
    if where == "cause":
        error.__cause__ = ValueError(canaries.refresh[3:20])
    if where == "note":
        error.add_note(str(canaries.open_id))
    with pytest.raises(AssertionError):
        check_clean(error, canaries)
