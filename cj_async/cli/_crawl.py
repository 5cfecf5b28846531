"""Crawls a product search into a file of one JSON object per line, page by page."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Final, Protocol

import msgspec

from cj_async import CJClient, ListCapped, Page
from cj_async.models.product import ProductSearchItem

PAGE = 100
FEATURES: Final = ("enable_category", "enable_combine", "enable_description", "enable_video")
"""All that a row can hold; a page costs the same with and without."""

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
        stopped: Whether somebody stopped it before its end.
        complete: Whether it reached the end of the list, or of what was asked for.
    """

    path: Path
    products: int = 0
    pages: int = 0
    total: int | None = None
    sample: str | None = None
    capped: ListCapped | None = None
    stopped: bool = False
    complete: bool = False
    began: float = field(default_factory=monotonic)
    ended: float | None = None
    file: BinaryIO | None = None

    def open(self) -> BinaryIO:
        """Opens the file for writing; what it held before is gone."""
        self.file = self.path.open("wb")
        return self.file

    @property
    def state(self) -> str:
        """How it ended, in a word or two."""
        if self.complete:
            return "done"
        return "stopped" if self.stopped else "not complete"

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
        key_word=keyword, country_code=country, size=PAGE, features=FEATURES
    )
    with ExitStack() as closing:
        try:
            async for page in search.pages():
                # Opened late: a crawl that gets nothing leaves an older file as it was.
                file = crawl.file or closing.enter_context(crawl.open())
                _take(crawl, page, file, limit)
                progress.advance(crawl)
                if limit is not None and crawl.products >= limit:
                    break
            crawl.complete = True
        except ListCapped as capped:
            crawl.capped = capped
        finally:
            crawl.ended = monotonic()


def _take(crawl: Crawl, page: Page[ProductSearchItem], file: BinaryIO, limit: int | None) -> None:
    rows = page.items if limit is None else page.items[: limit - crawl.products]
    file.write(_ENCODER.encode_lines(rows))
    file.flush()
    crawl.pages += 1
    crawl.products += len(rows)
    crawl.total = page.total
    crawl.sample = crawl.sample or rows[0].id


def peak_memory() -> float | None:
    """The most memory that this process has used, in MiB; ``None`` where the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
