"""What lies in the account's own stock, and who may have it? Find, lock, unlock and take lots.

A lot is what one private order brought in of one variant. An outbound order locks pieces of a lot,
and either unlocks them (it was changed or called off) or takes them (they went out).
"""

from __future__ import annotations

from .._storage import plain_id
from .model import PrivateState, PrivateStock


def lots(
    state: PrivateState, storage: str, *, search: str = "", private_order: str = ""
) -> list[PrivateStock]:
    """The lots of a warehouse, oldest first.

    Args:
        state: of the account.
        storage: id of the warehouse, however it is spelled.
        search: the SKU of the variant, or that of its product (SPU); "" for any.
        private_order: the order that brought them in; "" for any.
    """
    wanted = plain_id(storage)
    return [
        lot
        for lot in state.stock
        if lot.storage == wanted
        and private_order in ("", lot.private_order)
        and (not search or lot.sku == search or lot.sku.startswith(f"{search}-"))
    ]


def find(state: PrivateState, storage: str, private_order: str, vid: str) -> PrivateStock | None:
    """The lot of a variant (``stanProductId``) that a private order brought to a warehouse."""
    of_order = lots(state, storage, private_order=private_order)
    return next((lot for lot in of_order if lot.vid == vid), None)


def available(state: PrivateState, storage: str, private_order: str, vid: str) -> int:
    """How many pieces of a lot are not locked; 0 where there is no such lot."""
    lot = find(state, storage, private_order, vid)
    return lot.available if lot else 0


def lock(state: PrivateState, storage: str, private_order: str, vid: str, wanted: int) -> int:
    """Reserve pieces of a lot, as many as can be.

    Returns:
        How many were locked: at most ``wanted``, 0 where there is no such lot.
    """
    lot = find(state, storage, private_order, vid)
    if lot is None:
        return 0
    locked = max(0, min(wanted, lot.available))
    lot.locked += locked
    return locked


def unlock(state: PrivateState, storage: str, private_order: str, vid: str, pieces: int) -> None:
    """Give back pieces that were locked."""
    lot = find(state, storage, private_order, vid)
    if lot is not None:
        lot.locked -= min(pieces, lot.locked)


def take(state: PrivateState, storage: str, private_order: str, vid: str, pieces: int) -> None:
    """Pieces that were locked go out: they are neither locked nor in stock any more."""
    lot = find(state, storage, private_order, vid)
    if lot is not None:
        gone = min(pieces, lot.locked)
        lot.locked -= gone
        lot.quantity -= gone


def bring_in(state: PrivateState, lot: PrivateStock) -> None:
    """A lot arrives."""
    state.stock.append(lot)
