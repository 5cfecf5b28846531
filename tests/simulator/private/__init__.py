"""The private inventory, the address book and make-up bills."""
