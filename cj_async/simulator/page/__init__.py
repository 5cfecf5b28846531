"""The page at ``/`` of the simulator: how it is looked at, and told things, in a browser."""
