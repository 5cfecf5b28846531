"""Answers that are changed on their way to the client."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace

from cj_async._protocol import Answer
from cj_async._request import Request
from cj_async._transport import Transport

Change = Callable[[dict[str, Any]], object]
"""Changes the decoded answer in place."""


def garble(
    patch: pytest.MonkeyPatch, change: Change, *, of: str = "listV2", only: Collection[int] = ()
) -> list[int]:
    """Changes the answers of one address.

    Args:
        patch: Takes it back.
        change: Changes an answer.
        of: What the address contains.
        only: Which of the answers, from 1; all by default.

    Returns:
        Numbers of the answers that were changed, so far.
    """
    exchange = vars(Transport)["_exchange"]
    seen, changed = [0], list[int]()

    async def between(
        self: Transport,
        session: aiohttp.ClientSession,
        proxy: str | None,
        request: Request,
        token: str | None,
    ) -> Answer:
        answer: Answer = await exchange(self, session, proxy, request, token)
        if of not in request.target:
            return answer
        seen[0] += 1
        if only and seen[0] not in only:
            return answer
        changed.append(seen[0])
        body = msgspec.json.decode(answer.body)
        change(body)
        return replace(answer, body=msgspec.json.encode(body))

    patch.setattr(Transport, "_exchange", between)
    return changed


def rows_of(body: dict[str, Any]) -> list[Any]:
    """The rows of an answer of either list."""
    data = body["data"]
    rows: list[Any] = data["list"] if "list" in data else data["content"][0]["productList"]
    return rows
