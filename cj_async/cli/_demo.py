"""Does a crawl survive kill -9? `cj demo` shows it: a local CJ, a crash in the middle, a resume."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final, NamedTuple

import msgspec
import typer
from rich.console import Console

from cj_async import CJClient, FileTokenStore, crawl
from cj_async.cli._show import pairs, product_table
from cj_async.cli._summary import Summary, memory_words
from cj_async.crawl import StateError
from cj_async.simulator import Simulator

TIER: Final = "advanced"
PRODUCTS: Final = 20_000

_LOOK = 0.2  # seconds between two looks at the state
_GOODBYE = 10.0  # seconds that a child has to end in order


class Files(NamedTuple):
    """What the demo writes; only ``lines`` stays.

    Attributes:
        lines: The products as JSON lines.
        table: The products as a table of SQLite.
        state: The state of the crawl.
        tokens: The access token.
    """

    lines: Path
    table: Path
    state: Path
    tokens: Path


class Found(NamedTuple):
    """What a file holds, compared with the catalog."""

    rows: int
    lost: int
    double: int

    def __str__(self) -> str:
        return f"{self.rows} rows, {self.lost} lost, {self.double} double"

    @property
    def is_exact(self) -> bool:
        """Whether it is the catalog, each product once."""
        return not self.lost and not self.double


async def demo(out: Path, products: int) -> int:
    """Crawls a local CJ in a process of its own, kills it half-way, resumes, and compares.

    Args:
        out: File of the products; what an earlier demo wrote there is removed.
        products: Size of the catalog.

    Returns:
        The exit code: 0 when nothing was lost and nothing is there twice.

    Raises:
        BadParameter: something is there that no demo wrote.
    """
    _start_afresh(out)
    console = Console(highlight=False)
    console.print(f"A local CJ with {products:,} products, account tier {TIER}.")
    with TemporaryDirectory(prefix="cj-demo-") as folder:
        files = Files(out, *(Path(folder, name) for name in ("products.db", "state.db", "tokens")))
        async with Simulator(products=products, tier=TIER) as simulator, _unclaimed(out):
            began = monotonic()
            known = await _crash(simulator, files, products // 2)
            console.print(f"kill -9 with {known:,} products in the state; now: cj crawl resume")
            code, told = await _resume(simulator, files)
            if told is None:
                return code or 1
            wanted = {simulator.control.world.catalog.pid(place) for place in range(products)}
            found = [_compared(ids, wanted) for ids in (_ids_of_lines(out), _ids_of(files.table))]
            refusals = simulator.requests.codes[1600200]
            rows = _rows(files, told, found, monotonic() - began, refusals)
            console.print(pairs(told.verdict, rows))
            await _look_up(console, simulator, files, min(wanted))
    return code if all(each.is_exact for each in found) else 1


async def _crash(simulator: Simulator, files: Files, half: int) -> int:
    """Crawls, and kills that when so many products are in the state; returns how many are."""
    arguments = ("--tier", TIER, "--out", f"jsonl:{files.lines}", "--out", str(files.table))
    async with _child(simulator, files, "run", *arguments) as process:
        while await _known(files.state) < half and process.returncode is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await process.wait()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return await _known(files.state)


async def _resume(simulator: Simulator, files: Files) -> tuple[int, Summary | None]:
    """Goes on; returns the exit code, and what it came to."""
    async with _child(simulator, files, "resume") as process:
        out, _ = await process.communicate()
    try:
        return process.returncode or 0, msgspec.json.decode(out, type=Summary)
    except msgspec.DecodeError:
        return process.returncode or 0, None


@asynccontextmanager
async def _child(
    simulator: Simulator, files: Files, command: str, *arguments: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """`cj crawl` against the simulator; whoever leaves early ends it, too."""
    shared = ("--state", str(files.state), "--token-file", str(files.tokens), "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", "crawl", command, *shared, *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"CJ_API_KEY": simulator.api_key, "CJ_BASE_URL": simulator.base_url},
    )
    try:
        yield process
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_GOODBYE):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()


async def _known(state: Path) -> int:
    """How many products the state knows; none while it is being made."""
    try:
        return (await crawl.status(state)).products
    except StateError:
        return 0


def _start_afresh(out: Path) -> None:
    """Removes what an earlier demo left, and nothing else."""
    marker = _marker_of(out)
    has_content = out.exists() and (not out.is_file() or out.stat().st_size > 0)
    if has_content and not _is_of_a_demo(out):
        words = f"{out} is there, and no demo wrote it: name another file, or move it away"
        raise typer.BadParameter(words, param_hint="--out")
    if marker.exists() and not has_content:
        words = (
            f"a crawl is about to write to {out}, {marker} says: name another file, or remove that"
        )
        raise typer.BadParameter(words, param_hint="--out")
    for path in (out, marker):
        path.unlink(missing_ok=True)


class _Line(msgspec.Struct):
    id: str


def _is_of_a_demo(path: Path) -> bool:
    """Whether a file holds products of the demo's catalog and nothing else; its end may be torn off."""
    if not path.is_file():
        return False
    catalog, known = Simulator(products=PRODUCTS).control.world.catalog, 0
    with path.open("rb") as lines:
        for line in lines:
            try:
                pid = msgspec.json.decode(line, type=_Line).id
            except (msgspec.DecodeError, UnicodeDecodeError):
                return known > 0 and not line.endswith(b"\n")
            if catalog.number(pid) is None:
                return False
            known += 1
    return True


@asynccontextmanager
async def _unclaimed(out: Path) -> AsyncGenerator[None]:
    """Leaves no hidden file behind, however a demo ends."""
    try:
        yield
    finally:
        _marker_of(out).unlink(missing_ok=True)


def _marker_of(out: Path) -> Path:
    """The hidden file with which a sink claims a file before its first batch."""
    return out.with_name(f".{out.name}.crawl")


def _ids_of_lines(path: Path) -> Iterable[str]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line)["id"] for line in lines)


def _ids_of(path: Path) -> Iterable[str]:
    with closing(sqlite3.connect(path)) as database:
        yield from (row[0] for row in database.execute("SELECT id FROM products"))


def _compared(ids: Iterable[str], wanted: set[str]) -> Found:
    rows = list(ids)
    found = set(rows)
    return Found(len(rows), len(wanted - found), len(rows) - len(found & wanted))


def _rows(
    files: Files, told: Summary, found: list[Found], seconds: float, refusals: int
) -> dict[str, str]:
    return {
        "products": f"{told.products}",
        "pages": f"{told.calls}",
        "seconds": f"{seconds:.1f}",
        "requests a second": f"{told.rate} of {told.permitted:g} permitted, after the crash",
        "refusals": f"{refusals}",
        "points spent": f"{told.points}",
        "peak memory": memory_words(told.peak_memory),
        str(files.lines): str(found[0]),
        "table of SQLite": str(found[1]),
        "verdict": f"{told.verdict}: {told.because}",
    }


async def _look_up(console: Console, simulator: Simulator, files: Files, pid: str) -> None:
    store = FileTokenStore(files.tokens)
    async with CJClient(
        simulator.api_key, base_url=simulator.base_url, tier=TIER, token_store=store
    ) as cj:
        product = await cj.products.get(pid=pid)
        variants = await cj.variants.list(pid=pid)
        stock = await cj.inventory.by_product(pid=pid)
    console.print(product_table(product, variants, stock))
