"""What a shop believes about its orders and its money: the rules of CJ once more, in few words.

The machine of `test_money_machine.py` compares these books with the simulator and with the client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

ORDER_MISSING, NOT_PAID, NO_MONEY, WRONG = 1603100, 1603101, 1604000, 1600300
NOT_CONFIRMED, NOT_DELETED, REPEATED = 1603001, 1603002, 1603003
NO_SANDBOX_ORDER, REAL, CLOSED, SANDBOX_REFUSED = 803, 811, 819, 1600100
UNKNOWN = "SD9"
"""The id of nothing."""
NEXT_STEP = {300: 400, 400: 500, 500: 600, 600: 700}
STATUS_OF_STEP = {400: "UNSHIPPED", 500: "SHIPPED", 600: "DELIVERED", 700: "DELIVERED"}
PAY_ID_LASTS = timedelta(days=1)


@dataclass
class Booked:
    """An order; ``cost`` is cents."""

    number: str
    sandbox: bool
    cost: int
    status: str = "CREATED"
    step: int = 0
    parent: str = ""
    paid: timedelta | None = None


@dataclass
class Together:
    """A parent order."""

    codes: list[str]
    pay_id: str = ""
    old_pay_id: str = ""
    expires: timedelta = timedelta()


@dataclass
class Books:
    """Money is cents, times count from the beginning; ``ever`` holds all codes, deleted ones too."""

    put_in: int
    balance: int
    orders: dict[str, Booked] = field(default_factory=dict[str, Booked])
    parents: dict[str, Together] = field(default_factory=dict[str, Together])
    charged: dict[str, int] = field(default_factory=dict[str, int])
    ever: list[str] = field(default_factory=list[str])
    now: timedelta = timedelta()

    # --- what is there

    def of(self, parent: str) -> list[Booked]:
        """The orders of a parent order."""
        return [self.orders[code] for code in self.parents[parent].codes]

    def cost(self, parent: str) -> int:
        """What paying a parent order takes from the balance."""
        return sum(each.cost for each in self.of(parent) if not each.sandbox)

    def with_status(self, status: str, codes: Sequence[str] | None = None) -> list[str]:
        """Codes of the orders with a status, among some or all."""
        known = self.orders if codes is None else [each for each in codes if each in self.orders]
        return [code for code in dict.fromkeys(known) if self.orders[code].status == status]

    # --- what happens

    def create(self, code: str, order: Booked) -> None:
        self.orders[code] = order
        self.ever.append(code)

    def confirm(self, parent: str, codes: Sequence[str]) -> None:
        self.parents[parent] = Together(list(codes))
        for code in codes:
            self.orders[code].status, self.orders[code].parent = "UNPAID", parent

    def prepare(self, parent: str, pay_id: str) -> bool:
        """Write down the payId of a parent order; whether it is a new one."""
        known = self.parents[parent]
        if known.pay_id and self.now < known.expires:
            assert pay_id == known.pay_id
            return False
        assert pay_id not in ("", known.pay_id)
        known.old_pay_id, known.pay_id = known.pay_id, pay_id
        known.expires = self.now + PAY_ID_LASTS
        return True

    def pay(self, parent: str) -> None:
        orders = self.of(parent)
        if not orders[0].sandbox:
            self.charged[parent] = self.cost(parent)
            self.balance -= self.cost(parent)
        for order in orders:
            order.status, order.paid = "UNSHIPPED", self.now
            order.step = 300 if order.sandbox else 0

    def cancel(self, code: str) -> None:
        order = self.orders[code]
        if order.parent and order.paid is None:
            self.parents[order.parent].codes.remove(code)
            order.parent = ""
        order.status = "CANCELLED"

    # --- why something is refused: the code, or None

    def why_not_into_cart(self, codes: Sequence[str]) -> int | None:
        return self._why_none_is(codes, "CREATED")

    def why_not_out_of_cart(self, codes: Sequence[str]) -> int | None:
        kinds = {self.orders[code].sandbox for code in self.with_status("IN_CART", codes)}
        return NOT_CONFIRMED if len(kinds) > 1 else self._why_none_is(codes, "IN_CART")

    def _why_none_is(self, codes: Sequence[str], status: str) -> int | None:
        if self.with_status(status, codes):
            return None
        return NOT_CONFIRMED if any(code in self.orders for code in codes) else ORDER_MISSING

    def why_not_confirm(self, code: str) -> int | None:
        return self._why_not_early(code, NOT_CONFIRMED)

    def why_not_delete(self, code: str) -> int | None:
        return self._why_not_early(code, NOT_DELETED)

    def _why_not_early(self, code: str, refusal: int) -> int | None:
        if code not in self.orders:
            return ORDER_MISSING
        return None if self.orders[code].status in ("CREATED", "IN_CART") else refusal

    def why_not_prepare(self, parent: str) -> int | None:
        if parent not in self.parents:
            return ORDER_MISSING
        return None if {each.status for each in self.of(parent)} == {"UNPAID"} else NOT_CONFIRMED

    def why_not_pay(self, code: str) -> int | None:
        return self._why_not_alone(code) if code in self.orders else ORDER_MISSING

    def why_not_pay_v2(
        self, parent: str, pay_id: str = "", *, sandbox_refused: bool = False
    ) -> int | None:
        if parent not in self.parents or not self.parents[parent].codes:
            return ORDER_MISSING
        known = self.parents[parent]
        if pay_id and pay_id != known.pay_id:
            return WRONG
        if pay_id and self.now >= known.expires:
            return NOT_PAID
        if sandbox_refused and self.of(parent)[0].sandbox:
            return SANDBOX_REFUSED
        return self.why_not_settle(parent)

    def why_not_simulate(self, code: str) -> int | None:
        if code not in self.orders:
            return NO_SANDBOX_ORDER
        return self._why_not_alone(code) if self.orders[code].sandbox else REAL

    def why_not_simulate_all(self, parent: str) -> int | None:
        if parent not in self.parents or not self.parents[parent].codes:
            return NO_SANDBOX_ORDER
        return self.why_not_settle(parent) if self.of(parent)[0].sandbox else REAL

    def _why_not_alone(self, code: str) -> int | None:
        parent = self.orders[code].parent
        if not parent or len(self.parents[parent].codes) > 1:
            return NOT_PAID
        return self.why_not_settle(parent)

    def why_not_settle(self, parent: str) -> int | None:
        """What any payment of a parent order is refused with."""
        if any(order.status != "UNPAID" for order in self.of(parent)):
            return NOT_PAID
        return NO_MONEY if self.cost(parent) > self.balance else None

    def why_no_step(self, code: str, target: int) -> int | None:
        if code not in self.orders:
            return NO_SANDBOX_ORDER
        order = self.orders[code]
        if not order.sandbox:
            return REAL
        if order.step not in NEXT_STEP or order.status == "CANCELLED":
            return CLOSED
        return None if NEXT_STEP[order.step] == target else WRONG

    def next_step(self, code: str) -> int:
        """Where a sandbox order could go; any step for what can go nowhere."""
        return NEXT_STEP.get(self.orders[code].step, 400) if code in self.orders else 400
