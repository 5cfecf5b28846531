"""What does an account own and owe? Its balance, what was charged, and what waits to be paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ._answers import Refusal, Refused

NO_MONEY = Refusal(1604000, "Balance is insufficient")
PaymentKind = Literal["parent", "private", "makeup"]


@dataclass(slots=True)
class Charge:
    """Money that left the balance: how much, in cents, what for, and when, in seconds since 1970."""

    amount: int
    payable: str
    at: float


@dataclass(slots=True)
class Payable:
    """Something that can be paid once.

    Attributes:
        id: what a payment names it by (``shipmentOrderId``).
        pay_id: its payment's own id.
        kind: what is paid for; decides what happens once it is paid.
        amount: cents.
        owner: what it belongs to, for its room: the code of an order, say.
        simulated: whether no money moves (sandbox orders).
        expires: when it can no longer be paid, in seconds since 1970; None: never.
        paid_at: when it was paid; None while it was not.
    """

    id: str
    pay_id: str
    kind: PaymentKind
    amount: int
    owner: str = ""
    simulated: bool = False
    expires: float | None = None
    paid_at: float | None = None


@dataclass(slots=True)
class Money:
    """The purse of one account, in cents.

    ``balance`` plus the sum of ``charges`` is always what was put in.
    """

    balance: int = 100_000
    bonus: int = 0
    frozen: int = 0
    charges: list[Charge] = field(default_factory=list[Charge])
    payables: dict[str, Payable] = field(default_factory=dict[str, Payable])

    def owe(self, payable: Payable) -> Payable:
        """Take in something that can be paid."""
        self.payables[payable.id] = payable
        return payable

    def pay(self, payable: Payable, now: float) -> None:
        """Take the money for something, once.

        Raises:
            Refused: the balance does not cover it. Nothing has changed then.
        """
        if payable.paid_at is not None:
            return
        if not payable.simulated:
            if payable.amount > self.balance:
                raise Refused(NO_MONEY)
            self.balance -= payable.amount
            self.charges.append(Charge(payable.amount, payable.id, now))
        payable.paid_at = now
