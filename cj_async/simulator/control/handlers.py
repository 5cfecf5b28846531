"""What does each route of the control desk do? Asked in JSON, done in Python."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import UNSET, to_builtins

from .._log import Record, without_files
from .accounts import Who
from .asks import (
    AccountChange,
    Advance,
    Ask,
    Churning,
    FaultList,
    Firing,
    Moving,
    NewAccount,
    Nothing,
    OfAccount,
    OrderFilter,
    ProductChange,
    RequestFilter,
    Speed,
    Taken,
)
from .schedule import read_schedule, row_of
from .views import callback_view, moment

if TYPE_CHECKING:
    from .._faults import Fault
    from .control import Control
    from .snapshots import Snapshot

_DONE = {"done": True}


def reset(control: Control, ask: Ask) -> object:
    """Everything as when it was first started."""
    ask.fields(Nothing)
    control.reset()
    return _DONE


def list_snapshots(control: Control, _: Ask) -> object:
    """Those that have a name."""
    return [_snapshot(each) for each in control.snapshots.named]


def take_snapshot(control: Control, ask: Ask) -> object:
    """Keep how it is now."""
    return _snapshot(control.snapshots.take(ask.fields(Taken).name))


def restore_snapshot(control: Control, ask: Ask) -> object:
    """Have it again as it was."""
    return _snapshot(control.snapshots.restore(ask.names["name"]))


def forget_snapshot(control: Control, ask: Ask) -> object:
    """Keep it no longer."""
    control.snapshots.forget(ask.names["name"])
    return _DONE


def list_accounts(control: Control, _: Ask) -> object:
    """Every account."""
    return control.state.accounts()


def add_account(control: Control, ask: Ask) -> object:
    """One more."""
    told = ask.fields(NewAccount)
    account = control.accounts.add(tier=told.tier, points=told.points, balance=told.balance)
    return control.state.account(account)


def show_account(control: Control, ask: Ask) -> object:
    """One account."""
    return control.state.account(ask.names["account"])


def change_account(control: Control, ask: Ask) -> object:
    """Another tier, points or balance; nothing changes when one of them makes no sense."""
    who, told = control.accounts.find(ask.names["account"]), ask.fields(AccountChange)
    control.accounts.change(
        who,
        **{
            name: value
            for name in ("tier", "points", "remaining", "balance")
            if (value := getattr(told, name)) is not UNSET
        },
    )
    return control.state.account(who)


def show_clock(control: Control, _: Ask) -> object:
    """The time and how it goes on."""
    clock = control.clock
    return {"now": clock.now(), "frozen": clock.frozen, "factor": clock.factor}


def freeze_clock(control: Control, ask: Ask) -> object:
    """Stand still."""
    ask.fields(Nothing)
    control.clock.freeze()
    return show_clock(control, ask)


def thaw_clock(control: Control, ask: Ask) -> object:
    """Run again."""
    ask.fields(Nothing)
    control.clock.thaw()
    return show_clock(control, ask)


def advance_clock(control: Control, ask: Ask) -> object:
    """Move forward."""
    control.advance(_seconds(ask.fields(Advance).seconds))
    return show_clock(control, ask)


def speed_clock(control: Control, ask: Ask) -> object:
    """Run faster or slower."""
    control.clock.speed(ask.fields(Speed).factor)
    return show_clock(control, ask)


def list_requests(control: Control, ask: Ask) -> object:
    """The newest records that are meant, oldest first."""
    wanted = ask.filter(RequestFilter)
    account = None if wanted.account is None else control.accounts.find(wanted.account).number
    return [
        _record(record)
        for record in control.log.select(
            operation=wanted.operation,
            account=account,
            status=wanted.status,
            code=wanted.code,
            since=wanted.since,
            limit=wanted.limit,
        )
    ]


def clear_requests(control: Control, _: Ask) -> object:
    """Forget all records."""
    control.log.clear()
    return _DONE


def list_orders(control: Control, ask: Ask) -> object:
    """Orders of one account, or of all."""
    wanted = ask.filter(OrderFilter)
    return control.state.orders(wanted.account, wanted.status)


def show_order(control: Control, ask: Ask) -> object:
    """One order."""
    return control.state.order(ask.names["order"])


def show_balance(control: Control, ask: Ask) -> object:
    """US dollars."""
    return {"balance": control.state.balance(_account(ask))}


def list_charges(control: Control, ask: Ask) -> object:
    """What left the balance."""
    return control.state.charges(_account(ask))


def list_payables(control: Control, ask: Ask) -> object:
    """What can be paid, or has been."""
    return control.state.payables(_account(ask))


def list_agenda(control: Control, _: Ask) -> object:
    """What will happen by itself."""
    return [
        {"at": moment(each.at), "what": each.action, "account": each.account, "about": each.about}
        for each in sorted(control.world.agenda.entries)
    ]


def show_room(control: Control, ask: Ask) -> object:
    """One part of an account's state."""
    return control.state.room(ask.names["room"], _account(ask))


def list_faults(control: Control, _: Ask) -> object:
    """What goes wrong."""
    return [_fault(each) for each in control.faults]


def add_fault(control: Control, ask: Ask) -> object:
    """One more."""
    (fault,) = read_schedule([ask.fields(dict[str, object])]).faults
    return _fault(control.add_fault(fault))


def load_faults(control: Control, ask: Ask) -> object:
    """A schedule instead of what there is."""
    told = ask.fields(FaultList)
    return [_fault(each) for each in control.load_faults(told.faults, told.seed)]


def rewind_faults(control: Control, ask: Ask) -> object:
    """Let all begin again."""
    control.faults.rewind()
    return list_faults(control, ask)


def clear_faults(control: Control, _: Ask) -> object:
    """Nothing goes wrong any more."""
    control.faults.clear()
    return _DONE


def fire_event(control: Control, ask: Ask) -> object:
    """Send a webhook; null when its topic is off."""
    told = ask.fields(Firing)
    account = control.accounts.find(told.account)
    sent = control.fire(account, told.type, told.message_type, told.params)
    return None if sent is None else callback_view(account, sent)


def advance_order(control: Control, ask: Ask) -> object:
    """Move an order on by one step."""
    ask.fields(Nothing)
    return control.orders.advance(ask.names["order"])


def move_order(control: Control, ask: Ask) -> object:
    """Move an order on until it has a status."""
    return control.orders.move(ask.names["order"], ask.fields(Moving).status)


def list_disputes(control: Control, ask: Ask) -> object:
    """Complaints."""
    return control.state.disputes(_account(ask))


def list_callbacks(control: Control, ask: Ask) -> object:
    """Messages of webhooks."""
    return control.state.callbacks(_account(ask))


def show_catalog(control: Control, _: Ask) -> object:
    """How many products there are, and what changed."""
    world = control.world
    return {
        "seed": world.catalog.seed,
        "products": world.catalog.count - len(world.removed),
        "added": len(world.changes.added),
        "removed": len(world.removed),
        "changed": len(world.changes.facts),
    }


def churn(control: Control, ask: Ask) -> object:
    """Many products come, go and change."""
    return control.shelves.churn(**to_builtins(ask.fields(Churning)))._asdict()


def add_product(control: Control, ask: Ask) -> object:
    """A new product."""
    ask.fields(Nothing)
    return {"pid": control.shelves.add_product()}


def change_product(control: Control, ask: Ask) -> object:
    """Another price, or stock."""
    pid, told = ask.names["pid"], ask.fields(ProductChange)
    if told.pieces is None:
        control.shelves.change_price(pid, factor=told.factor, cents=told.cents)
    elif (told.factor, told.cents) != (None, None):
        raise ValueError("pieces must be changed by themselves, got a price, too")
    else:
        control.shelves.change_stock(pid, told.pieces, country=told.country)
    return _DONE


def remove_product(control: Control, ask: Ask) -> object:
    """Take a product off the shelves."""
    control.shelves.remove_product(ask.names["pid"])
    return _DONE


def _account(ask: Ask) -> Who:
    return ask.filter(OfAccount).account


def _seconds(seconds: float) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError(f"seconds must be at most 100 years, got {seconds!r}") from None


def _snapshot(snapshot: Snapshot) -> object:
    return {"name": snapshot.name, "time": snapshot.time}


def _fault(fault: Fault) -> object:
    return {**row_of(fault), "hits": fault.hits, "passed": fault.passed}


def _record(record: Record) -> object:
    told = {name: getattr(record, name) for name in Record.__slots__}
    return {**told, "body": without_files(record.body)}
