"""Whatever is done to orders and money, in whatever order: does it all add up?

A hypothesis machine plays a shop. It takes legal and illegal steps through the client, over a real
socket, while the clock stands still, and keeps books of its own. After every step the books, the state
of the simulator and all that the client can see must be the same.
"""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cj_async import CJClient
from cj_async.errors import APIError
from cj_async.params.order import OrderProductInput
from cj_async.simulator import Clock
from tests.conftest import client_of, error_of
from tests.simulator.money import books as codes
from tests.simulator.money.books import UNKNOWN, Booked, Books
from tests.simulator.money.flow import ADDRESS, Shop, shop

T = TypeVar("T")
PAY_TYPES: Mapping[str, Any] = {"later": 3, "page": 1, "balance": 2}
STATUSES: Sequence[Any] = (
    *("CREATED", "IN_CART", "UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED", "CANCELLED"),
)
MOST_ORDERS = 8
START = datetime(2026, 11, 21, tzinfo=UTC)
"""A whole second, so that the simulator's times and those of the books are equally exact."""
TOKENS_LAST = timedelta(days=10_000)
SHIPPED_AFTER, DELIVERED_AFTER = timedelta(days=2), timedelta(days=10)


MUST_HAPPEN = {
    *(("create balance", each) for each in (None, codes.NO_MONEY)),
    *(("confirm_cart", each) for each in (None, codes.NOT_CONFIRMED)),
    *(("create_parent_order", each) for each in (None, codes.NOT_CONFIRMED)),
    *(("pay", each) for each in (None, codes.NOT_PAID)),
    *(("pay_v2", each) for each in (None, codes.ORDER_MISSING)),
    *(("simulate_pay of a parent", each) for each in (None, codes.NOT_PAID, codes.REAL)),
    ("update_status", None),
    *(("delete", each) for each in (None, codes.NOT_DELETED)),
    *((what, None) for what in ("a new payId", "the same payId")),
}
"""Steps and how they end. A machine that never gets there proves nothing: let it run longer then."""


class Pick(NamedTuple):
    """Which order or parent a step is about: one that is fit for it, if there is one, or any."""

    number: int
    fit: bool

    def among(self, names: Iterable[str], why_not: Callable[[str], int | None]) -> str:
        fitting = [name for name in names if why_not(name) is None] if self.fit else []
        pool = fitting or [*names, UNKNOWN]
        return pool[self.number % len(pool)]


class Wish(NamedTuple):
    """An order that the shop wants: through which call, and how far that shall go.

    Those that are meant to be ``together`` come into one parent order in the beginning.
    """

    how: str
    product: int
    pieces: int
    sandbox: bool


wishes = st.builds(
    Wish,
    st.sampled_from(["v3", "later", "together", "together", "page", "balance"]),
    st.integers(0, 2),
    st.integers(1, 3),
    st.booleans(),
)
picks = st.builds(Pick, st.integers(0, 100), st.sampled_from([True, True, False]))
many_picks = st.lists(picks, min_size=1, max_size=4)


class MoneyMachine(RuleBasedStateMachine):
    """A shop that does anything to its orders, and keeps books.

    Attributes:
        reached: how often which step ended how, of all runs.
    """

    reached: ClassVar[Counter[tuple[str, int | None]]] = Counter()

    @initialize(
        balance=st.integers(0, 20_000),
        quirks=st.booleans(),
        wanted=st.lists(wishes, min_size=3, max_size=6),
    )
    def open(self, balance: int, wanted: list[Wish], *, quirks: bool) -> None:
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.clock = Clock(START, frozen=True)
        self.quirks = quirks
        opened = shop(self.clock, quirks=quirks, token_life=TOKENS_LAST)
        self.mine: Shop = self.run(self.stack.enter_async_context(opened))
        self.other = self.mine.local.add_account(tier=10_000, points=None)
        stranger = client_of(self.mine.local, self.other.api_key)
        self.stranger: CJClient = self.run(self.stack.enter_async_context(stranger))
        self.untouched = copy.deepcopy(self.other.state)
        self.mine.state.money.balance = balance
        self.books = Books(balance, balance)
        self.seen: Books | None = None
        for wish in wanted:
            self.create(wish)
        for sandbox in (True, False):
            self._put_together(wanted, sandbox=sandbox)

    def _put_together(self, wanted: list[Wish], *, sandbox: bool) -> None:
        """One parent order of all that is meant for one."""
        made = zip(self.books.ever, wanted, strict=True)
        meant = [code for code, wish in made if (wish.how, wish.sandbox) == ("together", sandbox)]
        if meant:
            self._add_to_cart(meant)
            self._confirm(meant)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.run(self.stack.aclose())
            self.loop.close()

    def run(self, call: Awaitable[T]) -> T:
        return self.loop.run_until_complete(call)

    def attempt(self, what: str, call: Awaitable[T], refusal: int | None) -> T | None:
        """Make a call that must succeed, or be refused with a code and change nothing."""
        self.reached[what, refusal] += 1
        if refusal is None:
            return self.run(call)
        before = pickle.dumps(self.mine.state)  # faster than a deep copy
        error = self.run(error_of(call, APIError))
        assert error.code == refusal, what
        assert self.mine.state == pickle.loads(before)
        return None

    # --- orders come into being

    @precondition(lambda self: len(self.books.ever) < MOST_ORDERS)
    @rule(wish=wishes)
    def create(self, wish: Wish) -> None:
        number = f"shop-{len(self.books.ever)}"
        refusal = None
        try:
            self.run(self._create(wish, number))
        except APIError as error:
            refusal = error.code
        parent = self._write_down(number, wish)
        is_paid = wish.how == "balance"
        expected = self.books.why_not_settle(parent) if is_paid else None
        self.reached[f"create {wish.how}", expected] += 1
        assert refusal == expected
        if is_paid and refusal is None:
            self.books.pay(parent)

    async def _create(self, wish: Wish, number: str) -> None:
        known: dict[str, Any] = {
            **ADDRESS,
            "order_number": number,
            "products": [OrderProductInput(vid=self.mine.vids[wish.product], quantity=wish.pieces)],
            "is_sandbox": int(wish.sandbox),
        }
        if wish.how not in PAY_TYPES:
            await self.mine.cj.orders.create_v3(**known)
        else:
            await self.mine.cj.orders.create_v2(**known, pay_type=PAY_TYPES[wish.how])

    def _write_down(self, number: str, wish: Wish) -> str:
        """Put an order that was created into the books; the id of its parent, if it has one."""
        found = self.run(self.mine.cj.orders.get(order_id=number))
        assert found.order_amount is not None
        code = str(found.cj_order_id)
        self.books.create(code, Booked(number, wish.sandbox, int(found.order_amount * 100)))
        parent = self.mine.state.book.orders[code].parent
        assert bool(parent) == (wish.how in ("page", "balance"))
        if parent:  # its payment is made at once: a page of CJ has its payId in the address
            self.books.confirm(parent, [code])
            self.books.prepare(parent, self.mine.state.book.parents[parent].pay_id)
        return parent

    @precondition(lambda self: bool(self.books.orders))
    @rule(number=st.integers(0, 100))
    def create_again(self, number: int) -> None:
        orders = list(self.books.orders.values())
        again = orders[number % len(orders)].number
        call = self._create(Wish("later", 0, 1, sandbox=False), again)
        self.attempt("create again", call, codes.REPEATED)

    # --- cart, confirmation, parent order

    @rule(several=many_picks)
    def add_to_cart(self, several: list[Pick]) -> None:
        asked = [
            pick.among(self.books.ever, lambda code: self.books.why_not_into_cart([code]))
            for pick in several
        ]
        self._add_to_cart(asked)

    def _add_to_cart(self, asked: list[str]) -> None:
        fitting = self.books.with_status("CREATED", asked)
        call = self.mine.cj.orders.add_to_cart(cj_order_id_list=asked)
        answer = self.attempt("add_to_cart", call, self.books.why_not_into_cart(asked))
        if answer is not None:
            assert answer.add_success_orders == fitting
            for code in fitting:
                self.books.orders[code].status = "IN_CART"

    @rule(several=many_picks)
    def confirm_cart(self, several: list[Pick]) -> None:
        self._confirm(
            [
                pick.among(self.books.ever, lambda code: self.books.why_not_out_of_cart([code]))
                for pick in several
            ]
        )

    @rule(sandbox=st.booleans())
    def confirm_all_of_a_kind(self, *, sandbox: bool) -> None:
        waiting = self.books.with_status("IN_CART")
        asked = [code for code in waiting if self.books.orders[code].sandbox == sandbox]
        if asked:
            self._confirm(asked)

    def _confirm(self, asked: list[str]) -> None:
        fitting = self.books.with_status("IN_CART", asked)
        call = self.mine.cj.orders.confirm_cart(cj_order_id_list=asked)
        answer = self.attempt("confirm_cart", call, self.books.why_not_out_of_cart(asked))
        if answer is not None:
            assert (answer.success_count, answer.submit_success) == (len(fitting), True)
            self.books.confirm(str(answer.shipments_id), fitting)

    @rule(pick=picks)
    def confirm(self, pick: Pick) -> None:
        code = pick.among(self.books.ever, self.books.why_not_confirm)
        refusal = self.books.why_not_confirm(code)
        self.attempt("confirm", self.mine.cj.orders.confirm(order_id=code), refusal)
        if refusal is None:
            self.books.confirm(self.mine.state.book.orders[code].parent, [code])

    @rule(pick=picks)
    def create_parent_order(self, pick: Pick) -> None:
        parent = pick.among(self.books.parents, self.books.why_not_prepare)
        call = self.mine.cj.orders.create_parent_order(shipment_order_id=parent)
        answer = self.attempt("create_parent_order", call, self.books.why_not_prepare(parent))
        if answer is not None:
            total = sum(each.cost for each in self.books.of(parent))
            assert answer.order_money == dollars(total)
            assert answer.success_orders == self.books.parents[parent].codes
            is_new = self.books.prepare(parent, str(answer.pay_id))
            self.reached["a new payId" if is_new else "the same payId", None] += 1

    # --- payments

    @rule(pick=picks)
    def pay(self, pick: Pick) -> None:
        code = pick.among(self.books.ever, self.books.why_not_pay)
        refusal = self.books.why_not_pay(code)
        self.attempt("pay", self.mine.cj.payments.pay(order_id=code), refusal)
        if refusal is None:
            self.books.pay(self.books.orders[code].parent)

    @rule(pick=picks, which=st.sampled_from(["none", "none", "right", "old", "wrong"]))
    def pay_v2(self, pick: Pick, which: str) -> None:
        parent = pick.among(self.books.parents, self._why_not_pay_v2)
        known = self.books.parents.get(parent)
        old, right = (known.old_pay_id, known.pay_id) if known else ("", "")
        pay_id = {"none": "", "right": right, "old": old, "wrong": "PAY"}[which]
        refusal = self._why_not_pay_v2(parent, pay_id)
        call = self.mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=pay_id or None)
        self.attempt("pay_v2", call, refusal)
        if refusal is None:
            self.books.pay(parent)

    def _why_not_pay_v2(self, parent: str, pay_id: str = "") -> int | None:
        return self.books.why_not_pay_v2(parent, pay_id, sandbox_refused=self.quirks)

    @rule(pick=picks, hours=st.sampled_from([1, 23, 25]))
    def pay_after_a_while(self, pick: Pick, hours: int) -> None:
        """A payId ends with its day; the machine would seldom wait for it."""
        self.create_parent_order(pick)
        self.time_passes(hours)
        self.pay_v2(pick, "right")

    @rule(pick=picks, order_type=st.sampled_from([9, 24]))
    def pay_as_something_else(self, pick: Pick, order_type: Any) -> None:
        parent = pick.among(self.books.parents, self._why_not_pay_v2)
        call = self.mine.cj.payments.pay_v2(
            shipment_order_id=parent, order_type=order_type, pay_id="PAY"
        )
        self.attempt("pay_v2 as something else", call, codes.ORDER_MISSING)

    @rule(pick=picks)
    def simulate_pay(self, pick: Pick) -> None:
        code = pick.among(self.books.ever, self.books.why_not_simulate)
        refusal = self.books.why_not_simulate(code)
        self.attempt("simulate_pay", self.mine.cj.sandbox.simulate_pay(order_id=code), refusal)
        if refusal is None:
            self.books.pay(self.books.orders[code].parent)

    @rule(pick=picks)
    def simulate_pay_of_a_parent(self, pick: Pick) -> None:
        parent = pick.among(self.books.parents, self.books.why_not_simulate_all)
        refusal = self.books.why_not_simulate_all(parent)
        call = self.mine.cj.sandbox.simulate_pay(shipment_order_id=parent)
        self.attempt("simulate_pay of a parent", call, refusal)
        if refusal is None:
            self.books.pay(parent)

    # --- what else happens to orders

    @rule(pick=picks, leap=st.sampled_from([0, 0, 0, 100, 200, -100]))
    def update_status(self, pick: Pick, leap: int) -> None:
        def why_not(code: str) -> int | None:
            return self.books.why_no_step(code, self.books.next_step(code))

        code = pick.among(self.books.ever, why_not)
        target: Any = min(max(self.books.next_step(code) + leap, 400), 700)
        refusal = self.books.why_no_step(code, target)
        call = self.mine.cj.sandbox.update_status(order_id=code, target_status=target)
        self.attempt("update_status", call, refusal)
        if refusal is None:
            order = self.books.orders[code]
            order.step, order.status = target, codes.STATUS_OF_STEP[target]

    @rule(pick=picks)
    def delete(self, pick: Pick) -> None:
        code = pick._replace(fit=False).among(self.books.ever, self.books.why_not_delete)
        refusal = self.books.why_not_delete(code)
        self.attempt("delete", self.mine.cj.orders.delete(order_id=code), refusal)
        if refusal is None:
            del self.books.orders[code]

    @rule(number=st.integers(0, 100), meant=st.sampled_from([True, False, False]))
    def somebody_cancels(self, number: int, *, meant: bool) -> None:
        not_gone = ("CREATED", "IN_CART", "UNPAID", "UNSHIPPED")
        open_orders = [code for code in self.books.ever if self._status(code) in not_gone]
        if meant and open_orders:
            code = open_orders[number % len(open_orders)]
            self.reached[f"cancelled when {self._status(code)}", None] += 1
            self.run(self.mine.cancel(code))
            self.books.cancel(code)

    def _status(self, code: str) -> str:
        return self.books.orders[code].status if code in self.books.orders else ""

    @rule(hours=st.sampled_from([1, 25, 49, 241]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.books.now += timedelta(hours=hours)
        for code, order in self.books.orders.items():
            status = str(self.run(self.mine.status(code)))
            if status != order.status:
                self._moved_by_itself(order, status)

    def _moved_by_itself(self, order: Booked, status: str) -> None:
        assert order.paid is not None
        assert not order.sandbox
        assert order.status in ("UNSHIPPED", "SHIPPED")
        assert status in ("SHIPPED", "DELIVERED")
        age = self.books.now - order.paid
        assert age >= (SHIPPED_AFTER if status == "SHIPPED" else DELIVERED_AFTER)
        self.reached[f"{order.status} became {status}", None] += 1
        order.status = status

    @rule(cents=st.integers(1, 10_000))
    def money_is_put_in(self, cents: int) -> None:
        self.mine.state.money.balance += cents
        self.books.balance += cents
        self.books.put_in += cents

    @precondition(lambda self: bool(self.books.parents))
    @rule(pick=picks, which=st.integers(0, 5))
    def a_stranger_finds_nothing(self, pick: Pick, which: int) -> None:
        cj = self.stranger
        code = pick.among(self.books.ever, self.books.why_not_pay)
        parent = pick.among(self.books.parents, self.books.why_not_settle)
        tries: Sequence[tuple[Callable[[], Awaitable[Any]], int]] = (
            (lambda: cj.payments.pay(order_id=code), codes.ORDER_MISSING),
            (lambda: cj.payments.pay_v2(shipment_order_id=parent), codes.ORDER_MISSING),
            (lambda: cj.sandbox.simulate_pay(order_id=code), codes.NO_SANDBOX_ORDER),
            (lambda: cj.sandbox.simulate_pay(shipment_order_id=parent), codes.NO_SANDBOX_ORDER),
            (lambda: cj.orders.delete(order_id=code), codes.ORDER_MISSING),
            (lambda: cj.orders.confirm(order_id=code), codes.ORDER_MISSING),
        )
        call, refusal = tries[which]
        self.attempt("a stranger", call(), refusal)
        assert self.other.state == self.untouched

    # --- what always holds

    @invariant()
    def the_money_adds_up(self) -> None:
        money = self.mine.state.money
        assert money.balance == self.books.balance >= 0
        assert money.balance + sum(each.amount for each in money.charges) == self.books.put_in
        charged = {each.payable: each.amount for each in money.charges}
        assert len(charged) == len(money.charges), "something was charged twice"
        assert charged == self.books.charged

    @invariant()
    def the_simulator_knows_what_the_shop_knows(self) -> None:
        known = self.mine.state.book.orders.items()
        booked = self.books.orders.items()
        assert [(code, each.status, each.step, each.parent) for code, each in known] == [
            (code, each.status, each.step, each.parent) for code, each in booked
        ]

    @invariant()
    def the_client_sees_the_same(self) -> None:
        """Looked at whenever something has changed; a refusal has been proved to change nothing."""
        if self.seen != self.books:
            self.run(self._looks_the_same(self.mine.cj))
            self.seen = copy.deepcopy(self.books)

    async def _looks_the_same(self, cj: CJClient) -> None:
        assert (await cj.payments.balance()).amount == dollars(self.books.balance)
        for code, order in self.books.orders.items():
            seen = await cj.orders.get(order_id=code)
            assert (seen.order_status, seen.is_sandbox) == (order.status, order.sandbox)
            assert seen.order_amount == dollars(order.cost)
            assert (seen.payment_date is not None) == (order.paid is not None)
        for status in STATUSES:
            listed = await cj.orders.list(status=status)
            mine = self.books.with_status(status)
            assert [each.cj_order_id for each in listed.items] == mine[::-1]
            assert listed.total == len(mine)


def dollars(cents: int) -> Decimal:
    return Decimal(cents) / 100


def test_orders_and_money_add_up_whatever_happens() -> None:
    MoneyMachine.reached.clear()
    run_state_machine_as_test(
        MoneyMachine,
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
        ),
    )
    assert set(MoneyMachine.reached) >= MUST_HAPPEN
