"""The clients that are compared, as programs: `python -m benchmarks.callers NAME WHAT CALLS IN_FLIGHT URL`.

Prints the CPU seconds that the calls took, after a warm-up.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.answers import PAGE_PATH, SETTINGS_PATH, SMALL_PATH

Call = Callable[[], Awaitable[object]]
WARM_UP = 20
VARIANT = "vid=1371342252697325568"
KEY_WORD = "keyWord=lamp&size=100"


@asynccontextmanager
async def floor(what: str, url: str) -> AsyncGenerator[Call]:
    """aiohttp and msgspec, written by hand for this one call."""
    import aiohttp
    import msgspec
    from yarl import URL

    from benchmarks.shapes import native_page, native_settings, native_small

    target, kind = {
        "small": (SETTINGS_PATH, native_settings),
        "small-query": (f"{SMALL_PATH}?{VARIANT}", native_small),
        "page": (f"{PAGE_PATH}?{KEY_WORD}", native_page),
    }[what]
    address = URL(f"{url}{target}", encoded=True)
    decode = msgspec.json.Decoder(kind(), strict=False).decode
    async with aiohttp.ClientSession(headers={"CJ-Access-Token": "token"}) as session:

        async def call() -> object:
            async with session.get(address) as response:
                return decode(await response.read())

        yield call


@asynccontextmanager
async def ours(what: str, url: str) -> AsyncGenerator[Call]:
    """cj_async, as a user calls it."""
    from cj_async import CJClient, Pool

    async with (
        Pool(per_ip=None) as pool,
        CJClient(access_token="token", base_url=url, tier=1e6, pool=pool) as cj,
    ):
        calls: dict[str, Call] = {
            "small": cj.settings.get,
            "small-query": lambda: cj.variants.get(vid="1371342252697325568"),
            "page": lambda: _awaited(cj.products.search(key_word="lamp", size=100)),
        }
        yield calls[what]


async def _awaited(pages: Any) -> object:
    return await pages


@asynccontextmanager
async def httpx_pydantic(what: str, url: str) -> AsyncGenerator[Call]:
    """httpx and pydantic v2, the usual pair."""
    import httpx

    from benchmarks.shapes import pydantic_page, pydantic_small

    path = SMALL_PATH if what.startswith("small") else PAGE_PATH
    model = pydantic_small() if what.startswith("small") else pydantic_page()
    params = (
        {"keyWord": "lamp", "size": "100"} if what == "page" else {"vid": "1371342252697325568"}
    )
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(headers={"CJ-Access-Token": "token"}, limits=limits) as session:

        async def call() -> object:
            response = await session.get(url + path, params=params)
            return model.model_validate_json(response.content)

        yield call


CALLERS = {"floor": floor, "ours": ours, "httpx": httpx_pydantic}


async def measure(name: str, what: str, calls: int, in_flight: int, url: str) -> float:
    """CPU seconds of this process for so many calls."""
    async with CALLERS[name](what, url) as call:
        for _ in range(WARM_UP):
            await call()
        began = time.process_time()
        left = calls

        async def worker() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                await call()

        await asyncio.gather(*(worker() for _ in range(in_flight)))
        return time.process_time() - began


if __name__ == "__main__":
    name, what, calls, in_flight, url = sys.argv[1:]
    print(asyncio.run(measure(name, what, int(calls), int(in_flight), url)))
