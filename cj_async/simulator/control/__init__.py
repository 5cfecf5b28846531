"""How the simulator is told what to do while it runs."""
