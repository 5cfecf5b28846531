"""Crawls a product search into a file of one JSON object per line, page by page."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Protocol

import msgspec

from cj_async import CJClient, ListCapped
from cj_async.models.product import ProductSearchItem

PAGE = 100
_ENCODER = msgspec.json.Encoder()


@dataclass(slots=True)
class Crawl:
    """What a crawl has done so far.

    Attributes:
        path: The file that is written.
        products: Rows written.
        pages: Pages fetched.
        total: Rows that CJ reports; at the cap it means "at least".
        sample: Id of one product of the crawl.
        capped: What CJ's limit of rows per query cut off, if it did.
        stopped: Whether it was stopped before its end.
    """

    path: Path
    products: int = 0
    pages: int = 0
    total: int | None = None
    sample: str | None = None
    capped: ListCapped | None = None
    stopped: bool = False
    began: float = field(default_factory=monotonic)
    ended: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds from the beginning to the end, or to now."""
        return (self.ended or monotonic()) - self.began


class Progress(Protocol):
    """Whoever shows how far a crawl is."""

    def advance(self, crawl: Crawl) -> None:
        """Called after every page."""
        ...


async def crawl_products(
    cj: CJClient,
    crawl: Crawl,
    progress: Progress,
    *,
    keyword: str | None = None,
    country: str | None = None,
    limit: int | None = None,
) -> None:
    """Writes every product of a search, a page at a time; what was fetched is kept when stopped."""
    search = cj.products.search(
        key_word=keyword, country_code=country, size=PAGE, features=["enable_category"]
    )
    try:
        with crawl.path.open("wb") as file:
            async for page in search.pages():
                rows = page.items if limit is None else page.items[: limit - crawl.products]
                _write(file, rows)
                crawl.pages += 1
                crawl.products += len(rows)
                crawl.total = page.total
                crawl.sample = crawl.sample or rows[0].id
                progress.advance(crawl)
                if limit is not None and crawl.products >= limit:
                    break
    except ListCapped as capped:
        crawl.capped = capped
    finally:
        crawl.ended = monotonic()


def _write(file: BinaryIO, rows: list[ProductSearchItem]) -> None:
    file.write(_ENCODER.encode_lines(rows))
    file.flush()


def peak_memory() -> float | None:
    """The most memory that this process has used, in MiB; ``None`` where the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
