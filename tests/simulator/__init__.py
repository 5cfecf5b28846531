"""Tests of the simulator: over real sockets, with plain aiohttp and without the client."""
