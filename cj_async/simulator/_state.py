"""What has an account done? One tree of plain data, which can be copied, kept and put back."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._money import Money
from .aftersales.model import AftersalesState
from .callbacks.model import CallbackState
from .merging.model import MergeState
from .orders.model import OrderBook
from .outbound.model import OutboundState
from .private.model import PrivateState


@dataclass(slots=True)
class State:
    """Everything of an account that changes by using it, apart from tokens, pace and points.

    Nothing in it refers to a clock, a socket or the world: a deep copy is a snapshot.
    """

    money: Money = field(default_factory=Money)
    book: OrderBook = field(default_factory=OrderBook)
    private: PrivateState = field(default_factory=PrivateState)
    outbound: OutboundState = field(default_factory=OutboundState)
    merging: MergeState = field(default_factory=MergeState)
    aftersales: AftersalesState = field(default_factory=AftersalesState)
    callbacks: CallbackState = field(default_factory=CallbackState)
