"""A plain caller that knows CJ's headers and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec

from cj_async.simulator import Clock, Simulator

Row = dict[str, Any]
Rows = list[Row]
Fields = dict[str, Any]


@dataclass
class Answer:
    status: int
    content_type: str
    text: str
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def code(self) -> int:
        return int(self.body["code"])


@dataclass
class Caller:
    """Sends requests as one account; ``token`` None sends none."""

    cj: Simulator
    session: aiohttp.ClientSession
    token: str | None = None

    async def log_in(self, api_key: str | None = None) -> dict[str, Any]:
        answer = await self.send(
            "POST", "/authentication/getAccessToken", json={"apiKey": api_key or self.cj.api_key}
        )
        data: dict[str, Any] = answer.body["data"]
        self.token = data["accessToken"]
        return data

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        headers = {"CJ-Access-Token": self.token} if self.token else {}
        headers |= options.pop("headers", {})
        url = self.cj.base_url + path
        async with self.session.request(method, url, headers=headers, **options) as response:
            text = await response.text()
            return Answer(response.status, response.content_type, text, response.headers)

    async def get(self, path: str, **query: str | float) -> Answer:
        return await self.send("GET", path, params=query)

    async def data(self, path: str, **query: str | float) -> Any:
        """The data of a call that must succeed."""
        body = (await self.get(path, **query)).body
        assert body["code"] in (0, 200), body
        return body["data"]

    async def post(self, path: str, **fields: object) -> Answer:
        return await self.send("POST", path, json=fields)


@asynccontextmanager
async def calling(cj: Simulator, *, logged_in: bool = True) -> AsyncGenerator[Caller]:
    """A caller whose every request has its own connection, so that aiohttp resends nothing."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        caller = Caller(cj, session)
        if logged_in:
            await caller.log_in()
        yield caller
    assert cj.mistakes == []


def unlimited(products: int = 300, **options: Any) -> Simulator:
    """A simulator that never refuses for pace or points."""
    settings: dict[str, Any] = {"tier": 10_000, "per_ip": None, "points": None, **options}
    return Simulator(products, **settings)


def standing_clock() -> Clock:
    """A clock that stands at noon of today: what a test moves by hours does not begin a new day.

    Of today, because clients in the same test look at their own clock to see when a token ends.
    """
    return Clock(datetime.now(UTC).replace(hour=12, minute=0, second=0), frozen=True)
