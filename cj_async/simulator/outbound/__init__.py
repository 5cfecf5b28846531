"""Orders that ship from the private inventory."""
