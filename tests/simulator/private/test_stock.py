"""The account's own stock: lots are found, locked, unlocked, and taken."""

from __future__ import annotations

from cj_async.simulator.private import stock
from cj_async.simulator.private.model import PrivateState, PrivateStock

STORAGE = "08c0ffee000040008000000000000501"


def lot(order: str = "SY1", vid: str = "1", sku: str = "CJXX0000001AA-Black") -> PrivateStock:
    return PrivateStock(order, sku, vid, 0, 0, STORAGE, 10, 725, 100, 0.0)


def state(*lots: PrivateStock) -> PrivateState:
    return PrivateState(stock=list(lots))


def test_lots_are_found_by_warehouse_sku_product_and_order() -> None:
    first, second = lot(), lot("SY2", "2", "CJXX0000001AA-White")
    mine = state(first, second)
    spelled = "{08C0FFEE-0000-4000-8000-000000000501}"
    assert stock.lots(mine, spelled) == [first, second]
    assert stock.lots(mine, STORAGE, search="CJXX0000001AA") == [first, second]
    assert stock.lots(mine, STORAGE, search="CJXX0000001AA-White") == [second]
    assert stock.lots(mine, STORAGE, search="CJXX") == []
    assert stock.lots(mine, STORAGE, private_order="SY1") == [first]
    assert stock.lots(mine, "other") == []


def test_no_more_is_locked_than_there_is() -> None:
    mine = state(lot())
    assert stock.lock(mine, STORAGE, "SY1", "1", 7) == 7
    assert stock.available(mine, STORAGE, "SY1", "1") == 3
    assert stock.lock(mine, STORAGE, "SY1", "1", 7) == 3
    assert stock.lock(mine, STORAGE, "SY1", "1", 1) == 0
    assert stock.lock(mine, STORAGE, "SY9", "1", 1) == 0


def test_unlocked_pieces_can_be_had_again() -> None:
    mine = state(lot())
    stock.lock(mine, STORAGE, "SY1", "1", 7)
    stock.unlock(mine, STORAGE, "SY1", "1", 5)
    assert stock.available(mine, STORAGE, "SY1", "1") == 8
    stock.unlock(mine, STORAGE, "SY1", "1", 99)
    assert stock.available(mine, STORAGE, "SY1", "1") == 10


def test_only_locked_pieces_are_taken() -> None:
    mine = state(lot())
    stock.lock(mine, STORAGE, "SY1", "1", 4)
    stock.take(mine, STORAGE, "SY1", "1", 9)
    (left,) = mine.stock
    assert (left.quantity, left.locked, left.available) == (6, 0, 6)


def test_a_lot_that_is_not_there_has_nothing() -> None:
    mine = state()
    assert stock.available(mine, STORAGE, "SY1", "1") == 0
    stock.unlock(mine, STORAGE, "SY1", "1", 1)
    stock.take(mine, STORAGE, "SY1", "1", 1)
    assert mine.stock == []
