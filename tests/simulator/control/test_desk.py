"""The control over HTTP: every route, clear refusals, and nobody from elsewhere."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from cj_async.simulator import Clock, Simulator
from cj_async.simulator.control.accounts import MOST_ACCOUNTS
from cj_async.simulator.control.desk import _is_loopback  # pyright: ignore[reportPrivateUsage]
from cj_async.simulator.control.routes import ROUTES
from cj_async.simulator.orders import moves
from cj_async.simulator.orders.model import Line, Order
from tests.simulator.plain import Caller, unlimited

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Remote:
    """Controls a simulator over HTTP, as a program in any language would."""

    cj: Simulator
    session: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        url = self.cj.base_url.removesuffix("/api2.0/v1") + "/__sim__" + path
        data = None if body is None else io.BytesIO(json.dumps(body).encode())
        async with self.session.request(method, url, data=data, headers=headers) as response:
            assert response.content_type == "application/json"
            return response.status, json.loads(await response.text())

    async def do(self, method: str, path: str, **fields: object) -> Any:
        status, data = await self.ask(method, path, fields or None)
        assert status == 200, data
        return data

    async def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        status, data = await self.ask(method, path, body)
        return status, data["error"]


@pytest.fixture
async def cj() -> AsyncIterator[Simulator]:
    async with unlimited(clock=Clock(START, frozen=True)) as simulator:
        yield simulator


@pytest.fixture
async def remote(cj: Simulator) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(cj, session)


def an_order(cj: Simulator, code: str = "SD1", *, sandbox: bool = False) -> Order:
    """An order in the books, made without the API."""
    line = Line("1", "V-1", "CJ-1", 0, 0, 2, 450, 100)
    order = Order(
        code=code,
        long_id=1234567890123456789,
        number="SHOP-1",
        status="CREATED",
        fields={"orderNumber": "SHOP-1"},
        lines=[line],
        origin="CN",
        destination="US",
        method="CJPacket Ordinary",
        postage=300,
        created=cj.clock.time(),
        sandbox=sandbox,
    )
    cj.account.state.book.orders[code] = order
    return order


async def test_the_directory_lists_every_route(remote: Remote) -> None:
    rows = await remote.do("GET", "/")
    assert len(rows) == len(ROUTES)
    assert {"method": "POST", "path": "/reset"}.items() <= rows[1].items()
    assert all(row["what"] for row in rows)
    assert await remote.do("GET", "") == rows


async def test_accounts_are_listed_added_and_changed(cj: Simulator, remote: Remote) -> None:
    (first,) = await remote.do("GET", "/accounts")
    assert first["api_key"] == cj.api_key
    assert (first["place"], first["balance"], first["points"]) == (0, 1000.0, None)
    added = await remote.do("POST", "/accounts", tier="plus", points=500, balance=12.5)
    told = [added[name] for name in ("tier", "rate", "remaining", "balance")]
    assert told == ["plus", 2.0, 500, 12.5]
    path = f"/accounts/{added['number']}"
    changed = await remote.do("PATCH", path, tier=9.5, remaining=20, balance="0.01")
    assert (changed["tier"], changed["remaining"], changed["balance"]) == (9.5, 20, 0.01)
    assert (await remote.do("PATCH", "/accounts/1", points=None))["points"] is None
    assert (await remote.do("GET", f"/accounts/{cj.api_key}"))["place"] == 0
    assert len(cj.accounts) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"tier": "gold"}, "tier must be"),
        ({"balance": -1}, "balance must be"),
        ({"balance": 0.001}, "balance must be"),
        ({"points": -1}, "points must be"),
        ({"points": 5, "remaining": 6}, "remaining must be"),
        ({"remaining": 5}, "remaining must be left out"),
        ({"balanc": 5}, "unknown field `balanc`"),
        ({"balance": "much"}, "balance"),
    ],
)
async def test_a_change_that_makes_no_sense_changes_nothing(
    cj: Simulator, remote: Remote, body: dict[str, object], words: str
) -> None:
    before = await remote.do("GET", "/accounts")
    status, error = await remote.refused("PATCH", "/accounts/0", {"tier": 3, **body})
    assert status == 400
    assert words in error
    assert await remote.do("GET", "/accounts") == before


async def test_the_clock_is_moved(cj: Simulator, remote: Remote) -> None:
    shown = await remote.do("GET", "/clock")
    assert (shown["now"], shown["frozen"], shown["factor"]) == ("2026-03-01T12:00:00Z", True, 1.0)
    shown = await remote.do("POST", "/clock/advance", seconds=90)
    assert shown["now"] == "2026-03-01T12:01:30Z"
    assert (await remote.do("POST", "/clock/speed", factor=3600))["factor"] == 3600
    assert (await remote.do("POST", "/clock/thaw"))["frozen"] is False
    assert (await remote.do("POST", "/clock/freeze"))["frozen"] is True
    for path, body in (
        ("advance", {"seconds": -1}),
        ("advance", {"seconds": 1e300}),
        ("advance", {"seconds": 1e10}),
        ("advance", {}),
        ("speed", {"factor": 0}),
        ("speed", {"factor": 1e9}),
    ):
        assert (await remote.refused("POST", f"/clock/{path}", body))[0] == 400


async def test_moving_the_clock_lets_happen_what_is_due(cj: Simulator, remote: Remote) -> None:
    an_order(cj)
    seen = [(await remote.do("POST", "/orders/SD1/advance"))["status"] for _ in range(2)]
    assert [row["what"] for row in await remote.do("GET", "/agenda")] == ["orders.ship"]
    await remote.do("POST", "/clock/advance", seconds=moves.SHIPPED_AFTER)
    assert [*seen, cj.orders()[0].status] == ["UNPAID", "UNSHIPPED", "SHIPPED"]


async def test_requests_are_filtered(cj: Simulator, caller: Caller, remote: Remote) -> None:
    await remote.do("DELETE", "/requests")
    await caller.get("/setting/get")
    cj.clock.advance(timedelta(minutes=1))
    await caller.get("/product/query", pid="NOBODY")
    await caller.get("/nowhere")

    async def found(query: str) -> list[str]:
        return [row["operation"] for row in await remote.do("GET", f"/requests?{query}")]

    assert await found("") == ["settings.get", "products.get", ""]
    assert await found("operation=products.get") == ["products.get"]
    assert await found("code=1602001") == ["products.get"]
    assert await found("status=200&limit=2") == ["products.get", ""]
    assert await found("since=2026-03-01T12:00:30Z") == ["products.get", ""]
    assert await found("account=0") == ["settings.get", "products.get"]
    last = (await remote.do("GET", "/requests"))[-1]
    assert await found(f"since={last['number'] - 1}") == [""]
    assert await found(f"since={last['number']}") == []
    assert last["seconds"] >= 0
    assert not [row for row in cj.requests if "__sim__" in row.path]


async def test_orders_are_moved_on(cj: Simulator, remote: Remote) -> None:
    an_order(cj)
    (row,) = await remote.do("GET", "/orders")
    assert (row["code"], row["long_id"], row["total"]) == ("SD1", "1234567890123456789", 12.0)
    seen = [(await remote.do("POST", "/orders/SHOP-1/advance"))["status"] for _ in range(4)]
    assert seen == ["UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED"]
    assert (await remote.refused("POST", "/orders/SD1/advance"))[0] == 400
    assert await remote.do("GET", "/orders?status=DELIVERED")
    assert not await remote.do("GET", "/orders?status=UNPAID&account=0")
    assert (await remote.do("GET", "/orders/SD1"))["delivered"] == "2026-03-01T12:00:00Z"
    (payable,) = await remote.do("GET", "/payables?account=0")
    assert (payable["amount"], payable["paid_at"]) == (12.0, "2026-03-01T12:00:00Z")
    assert await remote.do("GET", "/charges") == []
    assert await remote.do("GET", "/balance") == {"balance": 1000.0}


async def test_an_order_goes_straight_to_a_status(cj: Simulator, remote: Remote) -> None:
    an_order(cj)
    an_order(cj, "SD2")
    assert (await remote.do("POST", "/orders/SD1/move", status="SHIPPED"))["status"] == "SHIPPED"
    for status in ("UNPAID", "SHIPPED", "CANCELLED", "LOST"):
        assert (await remote.refused("POST", "/orders/SD1/move", {"status": status}))[0] == 400
    done = await remote.do("POST", "/orders/SD2/move", status="CANCELLED")
    assert done["status"] == "CANCELLED"
    assert (await remote.refused("POST", "/orders/SD2/move", {"status": "SHIPPED"}))[0] == 400
    assert (await remote.refused("GET", "/orders/SD3"))[0] == 404


async def test_a_sandbox_order_goes_step_by_step(cj: Simulator, remote: Remote) -> None:
    an_order(cj, sandbox=True)
    steps = [(await remote.do("POST", "/orders/SD1/advance"))["step"] for _ in range(6)]
    assert steps == [0, 300, 400, 500, 600, 700]
    assert (await remote.refused("POST", "/orders/SD1/advance"))[0] == 400


async def test_faults_are_set_up_listed_and_taken_back(
    cj: Simulator, caller: Caller, remote: Remote
) -> None:
    made = await remote.do("POST", "/faults", operation="settings.get", code=5, data={"a": [1]})
    assert (made["operation"], made["hits"]) == ("settings.get", 0)
    answer = await caller.get("/setting/get")
    assert (answer.code, answer.body["data"]) == (5, {"a": [1]})
    assert [row["hits"] for row in await remote.do("GET", "/faults")] == [1]
    await remote.do("POST", "/faults/rewind")
    assert (await caller.get("/setting/get")).code == 5
    rows = [{"operation": "settings.get", "nth": 2, "code": 6}]
    await remote.do("PUT", "/faults", faults=rows, seed=4)
    assert [(await caller.get("/setting/get")).code for _ in range(3)] == [200, 6, 200]
    assert (await remote.refused("POST", "/faults", {"operation": "x"}))[0] == 400
    assert (await remote.refused("POST", "/faults", []))[0] == 400
    await remote.do("DELETE", "/faults")
    assert await remote.do("GET", "/faults") == []


async def test_snapshots_and_reset(cj: Simulator, remote: Remote) -> None:
    await remote.do("POST", "/snapshots", name="clean")
    await remote.do("PATCH", "/accounts/0", balance=3)
    assert (await remote.do("POST", "/snapshots/clean/restore"))["name"] == "clean"
    assert cj.balance == 1000
    assert [row["name"] for row in await remote.do("GET", "/snapshots")] == ["clean"]
    await remote.do("DELETE", "/snapshots/clean")
    assert (await remote.refused("POST", "/snapshots/clean/restore"))[0] == 404
    assert (await remote.refused("POST", "/snapshots", {"name": ""}))[0] == 400
    await remote.do("PATCH", "/accounts/0", balance=3)
    assert await remote.do("POST", "/reset") == {"done": True}
    assert cj.balance == 1000


async def test_the_catalog_churns(cj: Simulator, caller: Caller, remote: Remote) -> None:
    assert (await remote.do("GET", "/catalog"))["products"] == 300
    done = await remote.do("POST", "/catalog/churn", inserted=2, deleted=3, repriced=4)
    many = {name: len(pids) for name, pids in done.items()}
    assert many == {"inserted": 2, "deleted": 3, "repriced": 4, "restocked": 0}
    catalog = await remote.do("GET", "/catalog")
    assert (catalog["products"], catalog["added"], catalog["removed"]) == (299, 2, 3)
    pid = (await remote.do("POST", "/catalog/products"))["pid"]
    await remote.do("PATCH", f"/catalog/products/{pid}", cents=777)
    await remote.do("PATCH", f"/catalog/products/{pid}", pieces=5, country="CN")
    assert (await caller.data("/product/query", pid=pid))["pid"] == pid
    await remote.do("DELETE", f"/catalog/products/{pid}")
    assert (await caller.get("/product/query", pid=pid)).code == 1602002
    for body in ({}, {"cents": 5, "pieces": 5}, {"pieces": 5, "country": "ZZ"}):
        assert (await remote.refused("PATCH", f"/catalog/products/{pid}", body))[0] == 400


async def test_an_event_without_a_topic_is_told_to_nobody(remote: Remote) -> None:
    assert await remote.do("POST", "/events", type="ORDER") is None
    assert (await remote.refused("POST", "/events", {"type": "PARTY"}))[0] == 400
    assert await remote.do("GET", "/callbacks") == []
    assert await remote.do("GET", "/disputes") == []


async def test_every_room_of_the_state_can_be_seen(remote: Remote) -> None:
    for room in ("book", "money", "private", "outbound", "merging", "aftersales", "callbacks"):
        assert isinstance(await remote.do("GET", f"/state/{room}?account=0"), dict)
    assert (await remote.refused("GET", "/state/kitchen"))[0] == 404
    assert (await remote.refused("GET", "/state/book?account=CJ1"))[0] == 404


async def test_what_is_not_there_is_said(remote: Remote) -> None:
    assert (await remote.refused("GET", "/nowhere"))[0] == 404
    status, error = await remote.refused("DELETE", "/clock")
    assert status == 405
    assert "GET" in error
    assert (await remote.refused("GET", "/orders?colour=red"))[0] == 400
    assert (await remote.refused("POST", "/accounts", [1]))[0] == 400
    status, data = await remote.ask("POST", "/snapshots", "x" * 10_000_001)
    assert status == 413
    assert "10,000,000" in data["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
    ],
)
async def test_pages_of_other_sites_are_not_welcome(
    remote: Remote, headers: dict[str, str]
) -> None:
    status, _ = await remote.ask("POST", "/reset", None, **headers)
    assert status == 403


async def test_a_page_of_the_simulator_itself_is_welcome(cj: Simulator, remote: Remote) -> None:
    origin = cj.base_url.removesuffix("/api2.0/v1")
    status, _ = await remote.ask("POST", "/reset", None, Origin=origin)
    assert status == 200
    port = origin.rpartition(":")[2]
    status, _ = await remote.ask("GET", "/clock", None, Host=f"localhost:{port}")
    assert status == 200


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.5", False),
        ("::ffff:10.0.0.5", False),
        ("", False),
    ],
)
def test_only_this_machine_controls(address: str, is_here: bool) -> None:
    assert _is_loopback(address) == is_here


async def test_it_listens_for_others_only_when_told_to() -> None:
    with pytest.raises(ValueError, match=r"^host must be a loopback address .*allow_remote=True"):
        Simulator(5, host="0.0.0.0")
    with pytest.raises(ValueError, match=r"^host must be an IP address, got"):
        Simulator(5, host="example.com", allow_remote=True)
    async with unlimited(5, host="0.0.0.0", allow_remote=True) as cj:
        assert cj.base_url.startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as session, session.get(cj.base_url) as response:
            assert response.status == 200


def test_absurd_numbers_of_accounts_are_refused() -> None:
    simulator = Simulator(5)
    for _ in range(MOST_ACCOUNTS - 1):
        simulator.add_account()
    with pytest.raises(ValueError, match=r"^accounts must be 1 to 1,000, got 1001"):
        simulator.add_account()
