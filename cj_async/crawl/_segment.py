"""What part of the catalog does a segment stand for, and how far is it?

A segment is a window of the list: a span of creation time, perhaps one category, perhaps a span of
prices. It is plain data, kept in the state file; `_seek` and `_scan` say how it moves.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Mode = Literal["seek", "scan", "count"]
"""``seek`` follows the creation time; ``scan`` pages through; ``count`` only asks for the total."""

Doubt = Literal["unsorted", "undated", "time_ignored", "filter_ignored"]
"""What a page showed that the crawl relies on and that is not so."""


class Segment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A window of the list and its ledger. Times are milliseconds since 1970, prices US cents.

    Attributes:
        id: Number in the state; 0 for one that is not there yet.
        mode: How it is read.
        family: Number of the window that was split by category or price into this one and others;
            0 where none was. They are counted first, then read, then counted again.
        start: Earliest creation time, inclusive; None for no bound.
        end: Latest creation time, inclusive; None for no bound.
        category: Id of the third-level category, where it is only one.
        low: Lowest price, inclusive, where prices are bounded.
        high: Highest price, inclusive; None for no bound.
        state: ``open``; ``done``; ``split`` (its children have the rest); ``capped``: rows are out of
            reach.
        cursor: Seek: creation time from which the next page begins; None for the very beginning.
        page: Number of the next page.
        is_tied: Seek: a row of the cursor's moment is known, so that the next page must show it again.
        turn: Scan: how often the window is being read; again when it was not shown as a whole.
        turn_rows: Scan: different rows of this turn.
        news: Scan: rows of this turn that may have come meanwhile: not seen before, and not of the
            past.
        fresh: Rows that no other window of its family had shown; those apart that are too young for it.
        before: Count: what the same window counted before its family was read; None the first time.
        is_closing: Scan: the first page is read once more, because the total moved meanwhile.
        expected: Seek: rows from the cursor on, where the total told them exactly.
        gap: Rows by which one total and the next disagreed: products that came or went.
        withheld: Rows that the list counted, and did not show.
        loose: Pages that did not show the row again from which they were asked for.
        hollow: Answers in a row that were not believed: empty or short although rows were due, or
            not as relied on.
        rows: Rows received.
        distinct: Rows that this run had not seen before.
        repeats: Rows that it had.
        unread: Rows that could not be read: no object, or without an id.
        undated: Rows that showed no creation time.
        first_total: Total of the first page; of a scan: of this turn.
        last_total: Total of the newest page.
        requests: Pages fetched.
        points: Points they cost.
    """

    id: int = 0
    mode: Mode = "seek"
    family: int = 0
    start: int | None = None
    end: int | None = None
    category: str | None = None
    low: int | None = None
    high: int | None = None
    state: Literal["open", "done", "split", "capped"] = "open"
    cursor: int | None = None
    page: int = 1
    is_tied: bool = False
    turn: int = 1
    turn_rows: int = 0
    news: int = 0
    fresh: int = 0
    before: int | None = None
    is_closing: bool = False
    expected: int | None = None
    gap: int = 0
    withheld: int = 0
    loose: int = 0
    hollow: int = 0
    rows: int = 0
    distinct: int = 0
    repeats: int = 0
    unread: int = 0
    undated: int = 0
    first_total: int | None = None
    last_total: int | None = None
    requests: int = 0
    points: int = 0


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a window, as it is asked for; the fields mean what those of a segment do."""

    start: int | None
    end: int | None
    category: str | None
    low: int | None
    high: int | None
    page: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a page showed.

    Attributes:
        times: Creation time of each row, in the order of the page; None where a row has none.
        total: Rows that match, as told.
        misfits: Rows that the category or the prices asked for should have kept away.
        unread: Rows that are missing here because they could not be read.
        known: Rows that the run had seen before.
        repeated: Rows that the same window had shown before.
        beyond_cap: The page was refused because it begins beyond the cap.
    """

    times: tuple[int | None, ...] = ()
    total: int | None = None
    misfits: int = 0
    unread: int = 0
    known: int = 0
    repeated: int = 0
    beyond_cap: bool = False

    @property
    def places(self) -> int:
        """How many places of the list the page covers: its rows, and those that cannot be read."""
        return len(self.times) + self.unread


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is like.

    Attributes:
        size: Rows of a full page.
        grain: Milliseconds that its times are rounded to.
        slack: Milliseconds to begin earlier, where the bound itself may not count.
        cap: Rows that one query shows; None while there seems to be no limit.
        by_category: Whether a window can be split by category.
        by_price: Whether a window can be split by price.
    """

    size: int
    grain: int = 1
    slack: int = 0
    cap: int | None = 6000
    by_category: bool = True
    by_price: bool = True

    def is_exact(self, total: int | None) -> bool:
        """Whether a total tells the number of rows, and not only "at least".

        A total above the cap does, too: such a list shows less than it counts.
        """
        return total is not None and total != self.cap

    def is_reachable(self, page: int) -> bool:
        """Whether a page begins below the cap."""
        return self.cap is None or (page - 1) * self.size < self.cap

    def due(self, total: int | None, page: int) -> int:
        """How many rows a page must have where so many match; 0 where that is not told."""
        shown = total or 0 if self.cap is None else min(total or 0, self.cap)
        return min(max(shown - (page - 1) * self.size, 0), self.size)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page leads.

    Attributes:
        segment: The segment after it.
        split: A window that has to be split, because it holds more rows than a query shows.
        aside: Another window that is to be read: a moment that fills a page, to be paged through by
            itself; or the window that was counted, to be counted again when its family is read.
        is_late: The page began after the moment it was asked from: a bound does not count itself.
        doubt: What the page showed that the crawl relies on and that is not so.
    """

    segment: Segment
    split: Segment | None = None
    aside: Segment | None = None
    is_late: bool = False
    doubt: Doubt | None = None


def ask_of(segment: Segment, terms: Terms) -> Ask:
    """The next page that a segment wants.

    Its end lies a grain later, and the start of a window a grain earlier, lest a bound not count
    itself; a seek notices when its start does not.
    """
    is_seek = segment.mode == "seek"
    start = segment.cursor if is_seek else segment.start
    slack = terms.slack if is_seek else max(terms.slack, terms.grain)
    return Ask(
        start=None if start is None else max(start - slack, 0),
        end=asked_end(segment, terms),
        category=segment.category,
        low=segment.low,
        high=segment.high,
        page=segment.page,
    )


def asked_end(segment: Segment, terms: Terms) -> int | None:
    """Up to where the pages of a segment are asked for."""
    return None if segment.end is None else segment.end + max(terms.slack, terms.grain)


def as_read(segment: Segment, seen: Seen) -> Segment:
    """The segment with the total of a page entered; the rest of the ledger is for who stores it."""
    first = segment.first_total if segment.requests else seen.total
    return msgspec.structs.replace(segment, first_total=first, last_total=seen.total)
