"""Who takes the money, and what does a call mean by what it names? Without orders and sockets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cj_async.simulator import Clock, Simulator
from cj_async.simulator._account import Account
from cj_async.simulator._answers import Refused
from cj_async.simulator._money import Payable
from cj_async.simulator._state import State
from cj_async.simulator._world import World
from cj_async.simulator.money.payables import (
    check_in_time,
    check_named_rightly,
    kind_of,
    payable_named,
)
from cj_async.simulator.money.paying import settle
from tests.simulator.plain import unlimited

NOT_FOUND, NOT_PAID, NO_MONEY, WRONG = 1603100, 1603101, 1604000, 1600300


@pytest.fixture
def cj(frozen: Clock) -> Simulator:
    return unlimited(0, clock=frozen)


@pytest.fixture
def world(cj: Simulator) -> World:
    found = vars(cj)["_world"]
    assert isinstance(found, World)
    return found


@pytest.fixture
def settled(world: World) -> list[str]:
    """What was settled so far, by id."""
    seen: list[str] = []

    def note(_world: World, _account: Account, payable: Payable) -> None:
        seen.append(payable.id)

    world.settled = dict.fromkeys(("parent", "private", "makeup"), note)
    return seen


def bill(state: State, **changes: object) -> Payable:
    """A make-up bill of 40 dollars among what the account owes."""
    known: dict[str, object] = {"id": "1", "pay_id": "PAY1", "kind": "makeup", "amount": 4000}
    return state.money.owe(Payable(**{**known, **changes}))  # type: ignore[arg-type]


def code_of(raised: pytest.ExceptionInfo[Refused]) -> int:
    return raised.value.refusal.code


# --- paying


def test_a_payment_takes_the_money_once_and_lets_things_happen(
    cj: Simulator, world: World, settled: list[str]
) -> None:
    money, payable = cj.account.state.money, bill(cj.account.state)
    settle(world, cj.account, payable)
    assert (money.balance, payable.paid_at, settled) == (96_000, cj.clock.time(), ["1"])
    assert [(charge.amount, charge.payable) for charge in money.charges] == [(4000, "1")]
    with pytest.raises(Refused) as raised:
        settle(world, cj.account, payable)
    assert code_of(raised) == NOT_PAID
    assert (money.balance, len(money.charges), settled) == (96_000, 1, ["1"])


def test_a_balance_pays_its_last_cent_and_not_one_more(
    cj: Simulator, world: World, settled: list[str]
) -> None:
    money = cj.account.state.money
    dear = bill(cj.account.state, amount=100_001)
    with pytest.raises(Refused) as raised:
        settle(world, cj.account, dear)
    assert code_of(raised) == NO_MONEY
    assert (money.balance, money.charges, dear.paid_at, settled) == (100_000, [], None, [])
    settle(world, cj.account, bill(cj.account.state, id="2", amount=100_000))
    assert money.balance == 0


def test_what_is_simulated_costs_nothing(cj: Simulator, world: World, settled: list[str]) -> None:
    money = cj.account.state.money
    settle(world, cj.account, bill(cj.account.state, amount=500_000, simulated=True))
    assert (money.balance, money.charges, settled) == (100_000, [], ["1"])


# --- what a call means


@pytest.mark.parametrize(
    ("order_type", "kind"),
    [(None, "parent"), ("", "parent"), (9, "private"), ("9", "private"), (24, "makeup")],
)
def test_the_order_type_says_what_is_paid(order_type: object, kind: str) -> None:
    assert kind_of(order_type) == kind


@pytest.mark.parametrize("order_type", [0, 1, 10, 9.5, "x", True, [9]])
def test_there_is_no_other_order_type(order_type: object) -> None:
    with pytest.raises(Refused) as raised:
        kind_of(order_type)
    assert code_of(raised) == WRONG


def test_a_payable_is_found_by_its_id_among_those_of_its_kind() -> None:
    state = State()
    payable = bill(state)
    assert payable_named(state, "makeup", "1") is payable
    for kind, asked in (("private", "1"), ("parent", "1"), ("makeup", "2"), ("makeup", "PAY1")):
        with pytest.raises(Refused) as raised:
            payable_named(state, kind, asked)  # type: ignore[arg-type]
        assert code_of(raised) == NOT_FOUND


def test_a_private_order_is_found_by_what_it_belongs_to_and_nothing_else_is() -> None:
    state = State()
    payable = bill(state, kind="private", owner="SY1")
    bill(state, id="2", owner="MD1")
    assert payable_named(state, "private", "SY1") is payable
    with pytest.raises(Refused):
        payable_named(state, "makeup", "MD1")


def test_a_pay_id_must_be_the_right_one() -> None:
    payable = bill(State())
    for pay_id in ("PAY1", ""):
        check_named_rightly(payable, pay_id, None)
    with pytest.raises(Refused) as raised:
        check_named_rightly(payable, "PAY2", None)
    assert code_of(raised) == WRONG


@pytest.mark.parametrize("amount", [40, 40.0, "40.00", Decimal(40), None])
def test_the_amount_of_a_makeup_bill_may_come_in_any_spelling(amount: object) -> None:
    check_named_rightly(bill(State()), "PAY1", amount)


@pytest.mark.parametrize("amount", [39.99, "40.01", "x", "", "NaN", [40], 0])
def test_the_amount_of_a_makeup_bill_must_be_right(amount: object) -> None:
    with pytest.raises(Refused) as raised:
        check_named_rightly(bill(State()), "PAY1", amount)
    assert code_of(raised) == WRONG


def test_an_amount_has_no_meaning_elsewhere() -> None:
    check_named_rightly(bill(State(), kind="private"), "", 1)


@pytest.mark.parametrize("kind", ["parent", "private", "makeup"])
@pytest.mark.parametrize("now", [100.0, 1e9])
def test_a_payment_whose_time_is_over_is_refused(kind: str, now: float) -> None:
    payable = bill(State(), kind=kind, expires=100.0)
    check_in_time(payable, "PAY1", 99.9)
    with pytest.raises(Refused) as raised:
        check_in_time(payable, "PAY1", now)
    assert code_of(raised) == NOT_PAID


def test_a_parent_order_gets_a_new_payment_where_none_is_named() -> None:
    check_in_time(bill(State(), kind="parent", expires=100.0), "", 1e9)
    with pytest.raises(Refused):
        check_in_time(bill(State(), kind="private", expires=100.0), "", 1e9)


def test_what_never_expires_can_always_be_paid() -> None:
    check_in_time(bill(State()), "PAY1", 1e12)
