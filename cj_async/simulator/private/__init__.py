"""Private inventory, its addresses and make-up bills."""
