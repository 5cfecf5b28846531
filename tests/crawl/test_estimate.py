"""Does an estimate say what a crawl costs, exactly and at once?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async.crawl._documents import operation_of
from cj_async.crawl._estimate import Estimate, estimate
from cj_async.crawl._filters import Profile
from cj_async.crawl._lists import LISTS
from cj_async.crawl._plan import DOCUMENTS, Document
from cj_async.errors import InvalidRequest
from cj_async.resources import operations

DAY = 86_400
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
NOON = MIDNIGHT + timedelta(hours=12)
OVERHEAD = 4 + 2
"""Half pages at the ends of eight segments, and the self-check."""


def of(products: int, **given_: Any) -> Estimate:
    return estimate(products, **changed({"rate": 1.0, "now": MIDNIGHT}, **given_))


def changed(given_: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**given_, **changes}


# --- the table of docs/crawl.md

TIERS = {"free": 1.0, "plus": 2.0, "prime": 4.0, "advanced": 6.0}
SIZES = (100_000, 400_000, 1_000_000)
CRAWLS: tuple[tuple[str, Profile, tuple[Document, ...]], ...] = (
    ("cheap", "cheap", ()),
    ("rich", "rich", ()),
    ("rich + details", "rich", ("details",)),
)


def cost_rows() -> Iterator[tuple[str, int, dict[str, Estimate]]]:
    """What is crawled, how many products, and the estimate for each tier."""
    for name, profile, documents in CRAWLS:
        for products in SIZES:
            by_tier = {
                tier: of(products, profile=profile, enrich=documents, rate=rate)
                for tier, rate in TIERS.items()
            }
            yield name, products, by_tier


def cost_table() -> str:
    """The table in Markdown: an account of 50,000 points, all there, and a start at 00:00 UTC."""
    head = ["crawl", "products", "calls", "points", *(f"hours, {tier}" for tier in TIERS)]
    lines = [[*head, "days by points"], ["---", *["---:"] * (len(head))]]
    for name, products, by_tier in cost_rows():
        free = by_tier["free"]
        hours = [digits(each.seconds_by_rate / 3600) for each in by_tier.values()]
        days = digits(free.seconds_by_points / DAY)
        counts = [f"{count:,}" for count in (products, free.calls, free.points)]
        lines.append([name, *counts, *hours, days])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def digits(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:,.1f}"


def test_a_table_row_reads_as_the_estimate() -> None:
    lines = cost_table().splitlines()
    assert len(lines) == 2 + len(CRAWLS) * len(SIZES)
    assert "| rich | 1,000,000 | 10,108 | 505,400 | 2.84 | 1.42 | 0.71 | 0.47 | 5.00 |" in lines


def test_one_column_of_days_serves_all_tiers() -> None:
    for _, _, by_tier in cost_rows():
        days = [each.seconds_by_points / DAY for each in by_tier.values()]
        assert max(days) - min(days) < 0.02


# --- calls and points


@pytest.mark.parametrize(("profile", "pages"), [("rich", 102), ("cheap", 51)])
def test_a_page_brings_one_new_row_less_than_it_has(profile: Profile, pages: int) -> None:
    found = of(10_000, profile=profile)
    assert found.list_calls == found.calls == pages + OVERHEAD
    assert found.points == found.calls * 50
    assert found.points_a_product == found.points / 10_000


def test_more_segments_end_with_more_half_pages() -> None:
    assert of(1000, parallel=20).calls - of(1000, parallel=8).calls == 6


@pytest.mark.parametrize(
    ("documents", "calls", "points"),
    [
        ((), 0, 0),
        (("details",), 1, 10),
        (("variants",), 1, 10),
        (("stock",), 1, 10),
        (("reviews",), 1, 0),
        (("variants", "stock"), 1, 10),
        (("details", "variants", "stock"), 1, 10),
        (("details", "variants", "stock", "reviews"), 2, 10),
        (("stock", "stock"), 1, 10),
    ],
)
def test_documents_that_come_together_are_asked_once(
    documents: tuple[Document, ...], calls: int, points: int
) -> None:
    found, bare = of(5000, enrich=documents), of(5000)
    assert found.document_calls == 5000 * calls
    assert found.points - bare.points == 5000 * points
    assert found.calls == found.list_calls + found.document_calls


def test_no_products_are_looked_for_all_the_same() -> None:
    found = of(0, enrich=["details"])
    assert (found.calls, found.points_a_product, found.days) == (OVERHEAD, 0.0, 1)


def test_every_operation_is_one_that_the_client_has() -> None:
    by_id = {operation.id: operation for operation in operations().values()}
    assert by_id.keys() >= {operation_of(kind) for kind in DOCUMENTS}
    for rows in LISTS.values():
        paging = by_id[rows.operation].paging
        assert paging is not None
        assert paging.default_size == rows.terms.size


# --- time


def test_the_rate_counts_with_the_clients_margin() -> None:
    found = of(9900, rate=2, total=None)
    assert found.seconds == found.seconds_by_rate == pytest.approx(106 * 1.01 / 2)
    assert (found.seconds_by_points, found.days, found.binding) == (0.0, 0, "rate")


def test_points_that_suffice_leave_it_to_the_rate() -> None:
    found = of(9900)
    assert found.seconds == found.seconds_by_rate == found.seconds_by_points
    assert (found.days, found.binding) == (1, "rate")


def test_one_call_waits_for_its_points_and_leaves_the_reserve() -> None:
    needed = 50 * OVERHEAD + 2500
    assert of(0, remaining=needed).binding == "rate"
    found = of(0, remaining=2500, rate=1000)
    assert found.seconds_by_points == pytest.approx(OVERHEAD * 50 * DAY / 50_000, abs=0.01)
    assert found.binding == "points"
    more = of(0, remaining=2500, rate=1000, reserve=2600)
    assert more.seconds - found.seconds == pytest.approx(100 * DAY / 50_000)


def test_a_day_brings_its_refill_and_what_was_there_at_midnight() -> None:
    # What would be refilled for the last call of a day comes with midnight itself.
    a_day = (50_000 - 2_500 + 50_000) // 50 - 1
    calls = 5 * a_day + 1  # the last is the first one of the sixth day
    found = of((calls - OVERHEAD) * 99)
    assert found.calls == calls
    assert found.seconds_by_points == pytest.approx(5 * DAY, abs=2)
    assert found.days == 6


def test_midnight_fills_the_account_before_the_refill_would() -> None:
    late = MIDNIGHT + timedelta(hours=23, minutes=59)
    found = of(0, remaining=0, now=late)
    assert found.seconds_by_points == pytest.approx(60 + OVERHEAD * 1.01)
    assert found.days == 2


def test_now_may_be_told_in_any_zone() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=8)))
    assert of(200_000, now=east) == of(200_000, now=NOON)


def test_ten_million_products_can_be_reckoned() -> None:
    found = of(10_000_000, enrich=["details", "reviews"])
    assert found.seconds / DAY == pytest.approx(found.points / 97_500, abs=1)


# --- against the account itself


def brute(found: Estimate, listing: int, paid: int, given_: dict[str, Any]) -> tuple[float, float]:
    """The same, call by call: when the last paid one is through, and when everything is."""
    total, reserve = given_["total"], max(given_["reserve"], Fraction(given_["total"], 20))
    interval, refill = Fraction(101, 100) / Fraction(given_["rate"]), Fraction(total, DAY)
    start = moment = Fraction((given_["now"] - MIDNIGHT) // timedelta(seconds=1))
    costs = [listing] * found.list_calls + [10] * paid
    free = found.calls - len(costs)
    balance, through = Fraction(min(given_["remaining"], total)), Fraction(0)

    def later(seconds: Fraction) -> None:
        nonlocal moment, balance
        crossed = (moment + seconds) // DAY > moment // DAY
        moment += seconds
        balance = Fraction(total) if crossed else min(Fraction(total), balance + seconds * refill)

    while costs or free:
        short = min(costs[0] + reserve, Fraction(total)) - balance if costs else 1
        if short <= 0:
            balance -= costs.pop(0)
            through = moment + interval - start
            later(interval)
        elif free:
            free -= 1
            later(interval)
        else:
            later(min(short / refill, DAY - moment % DAY))
    return float(through), float(moment - start)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of `estimate`, for accounts small enough to go through call by call."""
    total = draw(st.integers(50, 5000))
    return {
        "profile": draw(st.sampled_from(tuple(LISTS))),
        "enrich": draw(st.lists(st.sampled_from(tuple(DOCUMENTS)), unique=True)),
        "rate": draw(st.sampled_from([1 / 300, 0.01, 0.1, 1.0, 6.0])),
        "total": total,
        "remaining": draw(st.integers(0, 5000)),
        "reserve": draw(st.just(0) | st.integers(0, total - 50)),
        "now": MIDNIGHT + timedelta(seconds=draw(st.integers(0, DAY - 1))),
    }


sizes = st.integers(0, 400)


@given(products=sizes, given_=accounts())
def test_a_loop_over_all_calls_agrees(products: int, given_: dict[str, Any]) -> None:
    costly = [kind for kind in given_["enrich"] if kind != "reviews"]
    without_free, paid = changed(given_, enrich=costly), products if costly else 0
    alone = estimate(products, **without_free)
    through, _ = brute(alone, 50, paid, without_free)
    assert alone.seconds_by_points == pytest.approx(through)
    found = estimate(products, **given_)
    assert found.seconds_by_points == alone.seconds_by_points
    _, everything = brute(found, 50, paid, given_)
    # A free call may push one that costs points over midnight; its points are then lost.
    one_a_day = found.days * 50 * DAY / given_["total"]
    assert -1e-6 <= everything - found.seconds <= 1.01 / given_["rate"] + one_a_day + 1e-6


@given(products=sizes, more=sizes, given_=accounts())
def test_more_products_never_cost_less_or_end_earlier(
    products: int, more: int, given_: dict[str, Any]
) -> None:
    few, many = estimate(products, **given_), estimate(products + more, **given_)
    for name in ("calls", "points", "seconds_by_rate", "seconds_by_points", "seconds", "days"):
        assert getattr(few, name) <= getattr(many, name)


@given(products=sizes, more=st.integers(0, 5000), given_=accounts())
def test_more_points_never_end_later(products: int, more: int, given_: dict[str, Any]) -> None:
    found = estimate(products, **given_)
    left = changed(given_, remaining=given_["remaining"] + more)
    assert estimate(products, **left).seconds <= found.seconds
    untouched = changed(given_, remaining=None)
    larger = changed(untouched, total=given_["total"] + more)
    assert estimate(products, **larger).seconds <= estimate(products, **untouched).seconds
    without = changed(given_, total=None)
    assert estimate(products, **without).seconds <= found.seconds


@given(products=sizes, given_=accounts(), factor=st.integers(1, 20))
def test_a_higher_rate_never_ends_later(products: int, given_: dict[str, Any], factor: int) -> None:
    faster = changed(given_, rate=given_["rate"] * factor)
    assert estimate(products, **faster).seconds <= estimate(products, **given_).seconds


def test_a_crawl_starts_at_once_unless_it_is_said_when() -> None:
    soon = estimate(200_000, rate=1.0, remaining=0)
    assert soon.days in {estimate(200_000, rate=1.0, remaining=0, now=at).days for at in around()}


def around() -> list[datetime]:
    """Moments before and after."""
    return [datetime.now(UTC) + timedelta(seconds=each) for each in (-60, 0, 60)]


# --- what cannot be reckoned


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("products", -1),
        ("products", "5"),
        ("products", 1.5),
        ("products", True),
        ("profile", ["rich"]),
        ("enrich", "details"),
        ("enrich", None),
        ("rate", "plus"),
        ("total", "50000"),
        ("now", "2026-11-20"),
        ("profile", "deep"),
        ("enrich", ["pictures"]),
        ("enrich", ["products"]),
        ("rate", 0.0),
        ("rate", float("nan")),
        ("rate", float("inf")),
        ("total", 49),
        ("remaining", -1),
        ("reserve", -1),
        ("reserve", 49_951),
        ("parallel", 0),
        ("now", datetime(2026, 11, 20)),  # noqa: DTZ001
    ],
)
def test_what_is_out_of_range_is_refused(name: str, value: object) -> None:
    given_: dict[str, Any] = {"products": 10, name: value}
    with pytest.raises(InvalidRequest) as caught:
        of(**given_)
    assert (caught.value.operation, caught.value.parameter) == ("crawl.estimate", name)
