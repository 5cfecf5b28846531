"""The page at ``/`` in a real browser: what it shows, what its buttons do, what it must not let happen."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    async_playwright,
    expect,
)

from cj_async.simulator import Clock, Simulator
from cj_async.simulator.control.views import OrderView
from cj_async.simulator.page.serving import page as page_html
from tests.conftest import eventually
from tests.simulator.callbacks.receiver import Shop, a_shop
from tests.simulator.orders.prepared import ADDRESS
from tests.simulator.plain import Caller, calling, unlimited

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
HASTE = "const wait = setTimeout; setTimeout = (work, pause) => wait(work, Math.min(pause, 100));"
"""The page looks ten times a second at what there is, where it would once."""
DESKTOP, PHONE = (1400, 1000), (390, 844)

in_one_loop = pytest.mark.asyncio(loop_scope="module")
in_a_browser = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")


@dataclass
class Seen:
    """A page that is shown by the browser, the simulator it is about, and what went wrong with it."""

    cj: Simulator
    caller: Caller
    page: Page
    problems: list[str] = field(default_factory=list[str])
    elsewhere: list[str] = field(default_factory=list[str])

    @property
    def origin(self) -> str:
        return self.cj.base_url.removesuffix("/api2.0/v1")

    def part(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True).first

    def press(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def says(self, words: str, *, error: bool = False) -> None:
        notes = self.page.locator("#note-bad" if error else "#note-good")
        await expect(notes).to_contain_text(words)

    async def an_order(self, number: str = "SHOP-1", **more: object) -> OrderView:
        world = self.cj.control.world
        pid = world.catalog.pid(0)
        detail = await self.caller.data("/product/query", pid=pid)
        products = [{"vid": detail["variants"][0]["vid"], "quantity": 1}]
        body = {"orderNumber": number, "products": products, **ADDRESS, "payType": 3, **more}
        answer = await self.caller.post("/shopping/order/createOrderV2", **body)
        assert answer.code == 200, answer.text
        return self.cj.orders()[-1]

    async def row_of(self, order: OrderView) -> Locator:
        row = self.part("Orders").get_by_role("row").filter(has_text=order.code)
        await expect(row).to_have_count(1)
        return row


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[BrowserContext]:
    """A Chromium of our own, with a new profile; it ends with the context."""
    profile = tmp_path_factory.mktemp("chromium")
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=BROWSER, headless=True, args=list(QUIET)
        )
        await context.add_init_script(HASTE)
        try:
            context.set_default_timeout(15_000)
            yield context
        finally:
            await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def seen(browser: BrowserContext) -> AsyncGenerator[Seen]:
    clock = Clock(START, frozen=True)
    async with unlimited(60, clock=clock, points=50_000) as cj, calling(cj) as caller:
        page = await browser.new_page()
        page.set_default_timeout(15_000)
        seen = Seen(cj, caller, page)
        page.on("console", lambda message: _note_console(seen, message))
        page.on("pageerror", lambda error: seen.problems.append(str(error)))
        page.on("request", lambda request: _note_request(seen, request))
        await page.goto(seen.origin + "/")
        await expect(page.locator("#connected")).to_have_text("connected")
        try:
            yield seen
        finally:
            await page.close()
    assert not seen.problems
    assert not seen.elsewhere


@pytest_asyncio.fixture(loop_scope="module")
async def shop() -> AsyncGenerator[Shop]:
    async with a_shop() as running:
        yield running


def _note_console(seen: Seen, message: ConsoleMessage) -> None:
    expected = "the server responded with a status of 4" in message.text
    if message.type in ("error", "warning") and not expected:
        seen.problems.append(message.text)


def _note_request(seen: Seen, request: Request) -> None:
    if not request.url.startswith((seen.origin + "/", "data:")):
        seen.elsewhere.append(request.url)


@in_a_browser
@in_one_loop
async def test_accounts_and_their_limits_are_shown(seen: Seen) -> None:
    first = seen.cj.account
    other = seen.cj.add_account(tier="plus", points=None, balance=12.5)
    seen.cj.accounts.change(first, remaining=1234, balance=77)
    card = seen.page.get_by_role("article", name=f"Account CJ{first.number}")
    for words in ("10000/s", "$77.00", "1,234 of 50,000"):
        await expect(card).to_contain_text(words)
    card = seen.page.get_by_role("article", name=f"Account CJ{other.number}")
    for words in ("plus, 2/s", "$12.50", "not counted"):
        await expect(card).to_contain_text(words)


@in_a_browser
@in_one_loop
async def test_secrets_are_shown_only_when_asked_for(seen: Seen) -> None:
    account = seen.cj.account
    secret, open_id = account.api_key.rpartition("@")[2], str(account.open_id)
    await seen.an_order()
    await expect(seen.part("Orders")).to_contain_text("SHOP-1")
    assert seen.caller.token
    html = await seen.page.content()
    assert not [each for each in (secret, open_id, seen.caller.token) if each in html]
    await seen.press(f"Show API key of CJ{account.number}").click()
    card = seen.page.get_by_role("article", name=f"Account CJ{account.number}")
    await expect(card).to_contain_text(account.api_key)
    await seen.press(f"Show openId of CJ{account.number}").click()
    await expect(card).to_contain_text(open_id)
    seen.cj.accounts.change(balance=3)
    await expect(card).to_contain_text("$3.00")
    await expect(card).to_contain_text(account.api_key)
    await seen.press(f"Hide API key of CJ{account.number}").click()
    assert secret not in await seen.page.content()
    assert seen.caller.token not in await seen.page.content()


@in_a_browser
@in_one_loop
async def test_the_log_is_live_and_tells_what_was_asked(seen: Seen) -> None:
    log = seen.part("Requests")
    await seen.caller.get("/product/listV2", keyWord="lamp")
    await seen.caller.get("/product/query", pid="NOBODY")
    await expect(log.get_by_role("row").filter(has_text="products.search")).to_contain_text("200")
    row = log.get_by_role("row").filter(has_text="products.get")
    await expect(row).to_contain_text("1602001")
    await row.get_by_role("button", name="Details of request").click()
    await expect(log.locator("pre")).to_contain_text('"query": "pid=NOBODY"')
    await seen.press(re.compile("Hide of request")).click()
    await expect(log.locator("pre")).to_have_count(0)

    await log.get_by_label("Problems only").check()
    await expect(log.locator("tbody tr")).to_have_count(1)
    await log.get_by_label("Problems only").uncheck()
    await log.get_by_label("Filter of requests").fill("search")
    await expect(log.locator("tbody tr")).to_have_count(1)
    await log.get_by_label("Filter of requests").fill("")
    await log.get_by_role("button", name="Clear").click()
    await seen.says("The log is empty")
    await expect(log).to_contain_text("Nothing was asked yet")
    assert not len(seen.cj.requests)


@in_a_browser
@in_one_loop
async def test_it_can_be_paused(seen: Seen) -> None:
    await seen.page.get_by_label("Live").uncheck()
    await expect(seen.page.locator("#connected")).to_have_text("paused")
    await seen.caller.get("/product/listV2", keyWord="lamp")
    log = seen.part("Requests")
    await expect(log).not_to_contain_text("products.search")
    await seen.page.get_by_label("Live").check()
    await expect(log).to_contain_text("products.search")


@in_a_browser
@in_one_loop
async def test_an_order_is_advanced_step_by_step(seen: Seen) -> None:
    order = await seen.an_order()
    row = await seen.row_of(order)
    await expect(row).to_contain_text("CREATED")
    for button, status in (
        ("Confirm", "UNPAID"),
        ("Pay", "UNSHIPPED"),
        ("Ship", "SHIPPED"),
        ("Deliver", "DELIVERED"),
    ):
        await seen.press(f"{button}: advance order {order.code}").click()
        await seen.says(f"{order.code} is {status}")
        await expect(row).to_contain_text(status)
        assert seen.cj.orders()[0].status == status
    await expect(row.get_by_role("button")).to_have_count(0)


@in_a_browser
@in_one_loop
async def test_a_sandbox_order_goes_by_its_steps(seen: Seen) -> None:
    order = await seen.an_order(isSandbox=1)
    row = await seen.row_of(order)
    for button, step in (("Confirm", ""), ("Pay", "300"), ("Next step", "400")):
        await seen.press(f"{button}: advance order {order.code}").click()
        await expect(row).to_contain_text(f"sandbox {step}".strip())
    assert seen.cj.orders()[0].step == 400


@in_a_browser
@in_one_loop
async def test_orders_are_cancelled_and_filtered(seen: Seen) -> None:
    first, second = await seen.an_order("A"), await seen.an_order("B")
    await seen.row_of(first)
    await seen.press(f"Cancel order {first.code}").click()
    await seen.says(f"{first.code} is CANCELLED")
    assert [each.status for each in seen.cj.orders()] == ["CANCELLED", "CREATED"]
    orders = seen.part("Orders")
    await orders.get_by_label("Status of the orders shown").select_option("CREATED")
    await expect(orders.locator("tbody tr")).to_have_count(1)
    await expect(orders).to_contain_text(second.code)
    await orders.get_by_label("Status of the orders shown").select_option("DELIVERED")
    await expect(orders).to_contain_text("No order is DELIVERED.")


@in_a_browser
@in_one_loop
async def test_a_refused_action_says_why(seen: Seen) -> None:
    order = await seen.an_order()
    await seen.row_of(order)
    await seen.page.get_by_label("Live").uncheck()
    await expect(seen.page.locator("#connected")).to_have_text("paused")
    seen.cj.control.orders.move(order.code, "DELIVERED")
    await seen.press(f"Confirm: advance order {order.code}").click()
    await seen.says("nothing follows", error=True)
    await seen.press("Dismiss").click()
    await expect(seen.page.locator(".note")).to_have_count(0)


@in_a_browser
@in_one_loop
async def test_the_clock_is_moved(seen: Seen) -> None:
    clock = seen.part("Clock")
    await expect(clock).to_contain_text("10:00:00 UTC")
    await expect(clock).to_contain_text("frozen")
    for button, by, shown in (
        ("+1 min", timedelta(minutes=1), "10:01:00"),
        ("+1 hour", timedelta(hours=1), "11:01:00"),
        ("+1 day", timedelta(days=1), "Sunday, 22 November 2026"),
    ):
        before = seen.cj.clock.now()
        await clock.get_by_role("button", name=button).click()
        await expect(clock).to_contain_text(shown)
        assert seen.cj.clock.now() == before + by
    await clock.get_by_label("Seconds in a real one").fill("60")
    await clock.get_by_role("button", name="Set speed").click()
    await seen.says("60 seconds pass")
    await clock.get_by_role("button", name="Let run").click()
    await expect(clock).to_contain_text("running × 60")
    assert (seen.cj.clock.frozen, seen.cj.clock.factor) == (False, 60)
    await clock.get_by_role("button", name="Freeze").click()
    await expect(clock).to_contain_text("frozen")
    assert seen.cj.clock.frozen


@in_a_browser
@in_one_loop
async def test_a_fault_is_injected_and_strikes(seen: Seen) -> None:
    faults = seen.part("Faults")
    await faults.get_by_role("combobox", name="Operation", exact=True).fill("products.get")
    await faults.get_by_label("Code").fill("1600101")
    await faults.get_by_label("Message", exact=True).fill("<b>Out of order</b>")
    await faults.get_by_label("How often").fill("2")
    await faults.get_by_label("Whose calls").select_option(str(seen.cj.account.number))
    await seen.press("Inject fault").click()
    await seen.says("A fault waits for products.get")
    answer = await seen.caller.get("/product/query", pid="1")
    assert (answer.code, answer.body["message"]) == (1600101, "<b>Out of order</b>")
    for words in ("products.get", "<b>Out of order</b>", "struck 1 time", "times 2"):
        await expect(faults.locator(".item")).to_contain_text(words)
    row = seen.part("Requests").get_by_role("row").filter(has_text="products.get")
    await expect(row).to_contain_text("fault")
    await faults.get_by_role("button", name="Rewind").click()
    await expect(faults.locator(".item")).to_contain_text("struck 0 times")
    await faults.get_by_role("button", name="Clear all").click()
    await expect(faults.locator(".item")).to_have_count(0)
    assert not list(seen.cj.control.faults)


@in_a_browser
@in_one_loop
async def test_a_fault_of_each_kind_can_be_injected(seen: Seen) -> None:
    faults = seen.part("Faults")
    kinds: list[str] = (
        await faults.get_by_label("What goes wrong").locator("option").all_inner_texts()
    )
    for kind in kinds:
        await faults.get_by_label("What goes wrong").select_option(kind)
        await expect(faults.locator("#fault-meaning")).not_to_be_empty()
        await expect(faults.get_by_label("Code")).to_be_visible(visible=kind == "refuse")
        await seen.press("Inject fault").click()
        waiting = faults.locator(".item").get_by_text(kind, exact=True)
        await expect(waiting).to_have_count(1)
    assert [each.kind for each in seen.cj.control.faults] == kinds
    await faults.get_by_role("combobox", name="Operation", exact=True).fill("no.such")
    await seen.press("Inject fault").click()
    await seen.says("operation must be", error=True)
    assert len(list(seen.cj.control.faults)) == len(kinds)


@in_a_browser
@in_one_loop
async def test_a_webhook_is_fired(seen: Seen, shop: Shop) -> None:
    events, messages = seen.part("Fire a webhook"), seen.part("Webhook messages")
    await events.get_by_role("combobox", name="Type", exact=True).select_option("ORDER")
    await seen.press("Send message").click()
    await seen.says("has not switched that topic on", error=True)

    topic = {"type": "ENABLE", "callbackUrls": [shop.url]}
    names = ("product", "stock", "order", "logistics")
    assert (await seen.caller.post("/webhook/set", **dict.fromkeys(names, topic))).code == 200
    await events.get_by_label("Message type").select_option("INSERT")
    params = '{"cjOrderId": 9007199254740993123, "note": "<img src=x>"}'
    await events.get_by_label("Params, JSON").fill(params)
    await seen.press("Send message").click()
    await seen.says("ORDER INSERT is on its way")
    await expect(messages).to_contain_text("delivered HTTP 200")
    (received,) = shop.received
    assert received.json["params"] == {"cjOrderId": 9007199254740993123, "note": "<img src=x>"}
    await messages.get_by_role("button", name="Details of message").click()
    await expect(messages.locator("pre")).to_contain_text("9007199254740993123")
    await expect(messages.locator("pre")).to_contain_text("<img src=x>")

    await events.get_by_label("Params, JSON").fill("{")
    await seen.press("Send message").click()
    await seen.says("Params are no JSON", error=True)
    await events.get_by_label("Params, JSON").fill("")
    await events.get_by_role("combobox", name="Type", exact=True).select_option("STOCK")
    await events.get_by_label("Message type").select_option("")
    await seen.press("Send message").click()
    await eventually(lambda: bool(shop.of("STOCK")))


@in_a_browser
@in_one_loop
async def test_an_account_is_changed(seen: Seen) -> None:
    form, number = seen.part("Change an account"), seen.cj.account.number
    await seen.press("Change account").click()
    await seen.says("Nothing to change", error=True)
    await form.get_by_label("Tier").select_option("prime")
    await form.get_by_label("Balance, $").fill("5.25")
    await form.get_by_label("Left today").fill("10")
    await seen.press("Change account").click()
    await seen.says(f"CJ{number} was changed")
    card = seen.page.get_by_role("article", name=f"Account CJ{number}")
    for words in ("prime, 4/s", "$5.25", "10 of 50,000"):
        await expect(card).to_contain_text(words)
    assert (seen.cj.account.rate, float(seen.cj.balance), seen.cj.points.remaining) == (4, 5.25, 10)


@in_a_browser
@in_one_loop
async def test_what_comes_from_outside_is_text_and_never_markup(seen: Seen) -> None:
    evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    await seen.caller.get("/product/query", pid=evil)
    await seen.caller.get(f"/{evil}")
    seen.cj.account.name = evil
    await seen.an_order(number="<u>SHOP</u>")
    await expect(seen.page.get_by_role("article")).to_contain_text(evil)
    await expect(seen.part("Orders")).to_contain_text("<u>SHOP</u>")
    assert await seen.page.locator("main img, main script, main u").count() == 0
    assert await seen.page.title() == "Local CJ"


@in_a_browser
@in_one_loop
async def test_it_says_when_the_simulator_is_gone_and_when_it_is_back(seen: Seen) -> None:
    async with calling(seen.cj) as caller:
        await caller.get("/setting/get")
    await seen.page.route("**/__sim__/**", lambda route: route.abort())
    await expect(seen.page.locator("#connected")).to_contain_text("does not answer")
    await seen.press("+1 day").click()
    await seen.says("does not answer", error=True)
    await seen.page.unroute("**/__sim__/**")
    await expect(seen.page.locator("#connected")).to_have_text("connected")
    assert seen.cj.clock.now() == START
    seen.problems[:] = [each for each in seen.problems if "net::ERR_FAILED" not in each]


@in_a_browser
@in_one_loop
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_the_screen_and_every_control_has_a_name(
    seen: Seen, size: tuple[int, int], scheme: Any
) -> None:
    await seen.an_order()
    await seen.page.set_viewport_size({"width": size[0], "height": size[1]})
    await seen.page.emulate_media(color_scheme=scheme)
    await seen.row_of(seen.cj.orders()[0])
    assert await seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    nameless = await seen.page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea")].filter((each) =>
            !(each.ariaLabel || each.textContent.trim() && each.tagName === "BUTTON" || each.labels?.length)
        ).map((each) => each.outerHTML)"""
    )
    assert nameless == []
    assert await seen.page.locator("th:not([scope=col])").count() == 0
    back: str = await seen.page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor"
    )
    brightness = sum(map(int, re.findall(r"\d+", back)))
    assert (brightness < 200) is (scheme == "dark")
    assert await _faintest(seen.page) >= 4.5


async def _faintest(page: Page) -> float:
    """The lowest contrast of the colours of text."""
    ratio: float = await page.evaluate(
        """() => {
            const style = getComputedStyle(document.documentElement);
            const light = (name) => {
                const hex = style.getPropertyValue(name).trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
                const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
                const [r, g, b] = parts.map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
                return .2126 * r + .7152 * g + .0722 * b;
            };
            const pairs = ["--back", "--panel", "--raised"].flatMap((back) =>
                ["--text", "--soft", "--accent"].map((text) => [text, back]));
            for (const each of ["good", "bad", "odd", "warm", "cool"])
                pairs.push([`--${each}`, `--${each}-back`]);
            pairs.push(["--on-accent", "--accent"], ["--accent", "--good-back"], ["--accent", "--bad-back"]);
            return Math.min(...pairs.map(([a, b]) => {
                const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
                return (high + .05) / (low + .05);
            }));
        }"""
    )
    return ratio


@in_a_browser
@in_one_loop
async def test_a_page_of_another_site_cannot_drive_it(seen: Seen) -> None:
    """The other site is a simulator, too: as far as the browser knows, somebody else's."""
    async with unlimited(1) as other:
        elsewhere = other.base_url.removesuffix("/api2.0/v1")
        await seen.page.goto(elsewhere + "/__sim__/clock")
        script = """async (origin) => {
            const tries = [
                ["/clock/advance", {method: "POST", mode: "no-cors", body: '{"seconds": 60}'}],
                ["/clock/advance", {method: "POST", body: '{"seconds": 60}'}],
                ["/requests", {method: "DELETE"}],
                ["/accounts", {}],
            ];
            const read = [];
            for (const [path, how] of tries) {
                try { read.push(await (await fetch(origin + "/__sim__" + path, how)).text()); }
                catch { read.push(""); }
            }
            return read;
        }"""
        assert await seen.page.evaluate(script, seen.origin) == [""] * 4
    assert seen.cj.clock.now() == START
    assert len(seen.cj.requests) == 1
    seen.problems.clear()
    seen.elsewhere.clear()


async def test_only_get_serves_the_page_and_it_is_no_request_of_the_log(cj: Simulator) -> None:
    address = cj.base_url.removesuffix("/api2.0/v1")
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/?from=here"):
            async with session.get(address + path) as response:
                assert (response.status, response.content_type) == (200, "text/html")
                assert await response.text() == page_html()
        assert not len(cj.requests)
        for method, path in (("POST", "/"), ("GET", "/index.html"), ("PUT", "/")):
            async with session.request(method, address + path) as response:
                assert response.content_type != "text/html"


async def test_the_policy_allows_the_page_and_nothing_else(cj: Simulator) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(cj.base_url.removesuffix("/api2.0/v1")) as response,
    ):
        rows = response.headers["Content-Security-Policy"].split("; ")
    policy = {name: values for name, *values in map(str.split, rows)}
    assert policy["default-src"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert [len(policy[name]) for name in ("script-src", "style-src")] == [1, 1]
    assert all(policy[name][0].startswith("'sha256-") for name in ("script-src", "style-src"))
    assert "unsafe" not in " ".join(rows)


def test_the_page_names_no_other_place_and_makes_no_markup() -> None:
    html = page_html()
    assert "//" not in re.sub(r"^\s*// .*$|  // .*$", "", html, flags=re.MULTILINE)
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        " style=",
        " onclick=",
    ):
        assert word not in html
    assert "<option>orders.create_v2</option>" in html
    assert "<!--" not in html
