"""The simulator: requests a second on one core, time to start, memory of a large catalog."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from typing import Any

Row = tuple[str, str, str]
CONNECTIONS = 8
SECONDS = 2.0
STARTS = 20
SEARCHES = (
    "/product/listV2?page=1&size=100&keyWord=lamp&orderBy=2&sort=asc",
    "/product/list?pageNum=1&pageSize=200&minPrice=5",
)
PATH = "/shopping/pay/getBalance"


def run() -> list[Row]:
    """Name, target and what was reached."""
    return [
        (
            "simulator: requests a second of its CPU, small answers, validated",
            ">= 3000",
            _rate("1"),
        ),
        ("simulator: the same without validation", "figure", _rate("0")),
        ("simulator: time to start, median", "<= 300 ms", _child("start")),
        ("simulator: memory of a process with 1,000,000 products", "<= 200 MB", _child("memory")),
    ]


def _rate(validate: str) -> str:
    command = [sys.executable, "-m", "benchmarks.local_cj", "serve", validate]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        told = json.loads(child.stdout.readline())
        answers = asyncio.run(_load(told["port"], told["token"]))
        busy, _ = child.communicate("\n")
    return f"{answers / float(busy):.0f}"


async def _load(port: int, token: str) -> int:
    head = f"GET /api2.0/v1{PATH} HTTP/1.1\r\nHost: local\r\nCJ-Access-Token: {token}\r\n\r\n"
    counts = await asyncio.gather(
        *(_one(port, head.encode(), time.perf_counter() + SECONDS) for _ in range(CONNECTIONS))
    )
    return sum(counts)


async def _one(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        assert b'"code":200' in body, body
        count += 1
    writer.close()
    await writer.wait_closed()
    return count


def _child(what: str) -> str:
    command = [sys.executable, "-m", "benchmarks.local_cj", what]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _unlimited(**settings: Any) -> Any:
    from cj_async.simulator import Simulator

    return Simulator(tier=100_000, per_ip=None, points=None, **settings)


async def _serve(*, validate: bool) -> None:
    async with _unlimited(products=1000, validate=validate) as simulator:
        port = int(simulator.base_url.split(":")[2].partition("/")[0])
        token = simulator.account.log_in().access
        began = _cpu()
        print(json.dumps({"port": port, "token": token}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        print(_cpu() - began, flush=True)


async def _start() -> None:
    """The first start of a process reads the spec; importing is not counted."""
    importlib.import_module("cj_async.simulator._simulator")
    taken: list[float] = []
    for _ in range(STARTS):
        began = time.perf_counter()
        async with _unlimited(products=1000):
            taken.append(time.perf_counter() - began)
    print(f"{statistics.median(taken) * 1000:.1f} ms (the first {taken[0] * 1000:.0f} ms)")


async def _memory() -> None:
    async with _unlimited(products=1_000_000) as simulator:
        token = simulator.account.log_in().access
        for path in SEARCHES:  # what is shown first is computed first
            await asyncio.to_thread(_get, f"{simulator.base_url}{path}", token)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{used / 1024:.0f} MB")


def _get(address: str, token: str) -> None:
    request = urllib.request.Request(address, headers={"CJ-Access-Token": token})
    with urllib.request.urlopen(request) as answer:
        assert b'"code":200' in answer.read()


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", validate]:
            asyncio.run(_serve(validate=validate == "1"))
        case ["start"]:
            asyncio.run(_start())
        case ["memory"]:
            asyncio.run(_memory())
        case _:
            for name, target, reached in run():
                print(f"{name:75} {target:20} {reached}")
