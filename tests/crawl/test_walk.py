"""Is everything found that was there throughout, or is it said that this is not known?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from cj_async.crawl._segment import Terms
from cj_async.crawl._state import _modes, _segments
from tests.crawl.fake_list import FakeList, Item, Totals
from tests.crawl.walking import walk

SIZE = 5
MOST = 120
COMPLETE = ("complete", "complete_with_churn")


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small lists are shared as eagerly as large ones."""
    monkeypatch.setattr(_modes, "_PAGES_EACH", 1)
    monkeypatch.setattr(_segments, "_FEWEST_PAGES", 1)
    monkeypatch.setattr(_segments, "_PAGES_PER_OTHER", 0)


def catalog(
    seed: int, many: int, *, bulk: int = 0, grain: int = 1, categories: str = "abca-"
) -> dict[str, Item]:
    """Products over a span of time; the last ``bulk`` of them of one moment."""
    chance = Random(seed)
    span = 400 * (many + 1) * grain
    moment = 1_000_000 + chance.randrange(span)
    moment -= moment % grain
    items = [
        Item(
            pid=f"p{number}",
            created=moment if number >= many - bulk else 1_000_000 + chance.randrange(span),
            category=chance.choice([*categories]),
            price=chance.randrange(50, 9_000),
        )
        for number in range(many)
    ]
    return {item.pid: item for item in items}


@st.composite
def lists(draw: st.DrawFn) -> FakeList:
    """Lists that lie in some ways."""
    grain = draw(st.sampled_from([1, 1, 1_000]))
    many = draw(st.integers(0, 90))
    bulk = draw(st.sampled_from([0, 0, 3, 12, 40]))
    items = catalog(draw(st.integers(0, 9_999)), many, bulk=min(bulk, many), grain=grain)
    empty_total = draw(st.sampled_from([None, 0]))
    some = st.sets(st.sampled_from(sorted(items) or ["-"]), max_size=6)
    return FakeList(
        items=items,
        size=SIZE,
        cap=draw(st.sampled_from([15, 20, 33, None])),
        totals=draw(st.sampled_from(["capped", "capped", "true", "none"])),
        grain=grain,
        is_sorted=draw(st.sampled_from([True, True, True, False])),
        ignores=draw(
            st.sampled_from(
                [
                    (),
                    (),
                    (),
                    ("start",),
                    ("end",),
                    ("start", "end"),
                    ("category",),
                    ("price",),
                    ("start", "end", "category"),
                    ("start", "end", "category", "price"),
                ]
            )
        ),
        excludes_start=draw(st.sampled_from([False, False, True])),
        excludes_end=draw(st.sampled_from([False, False, True])),
        hidden=draw(st.one_of(st.just(set[str]()), some)),
        undated=draw(st.one_of(st.just(set[str]()), some, st.just(set(items)))),
        empty=draw(st.sets(st.integers(1, 60), max_size=3 if empty_total is None else 1)),
        empty_total=empty_total,
    )


def churn(rate: float) -> Callable[[FakeList, Random], None]:
    """Products that go and come between two calls."""

    def happen(fake: FakeList, chance: Random) -> None:
        if chance.random() < rate and fake.items:
            fake.delete(chance.sample(sorted(fake.items), 1))
        if chance.random() < rate and len(fake.items) + len(fake.gone) < MOST:
            fake.insert(1)

    return happen


def terms_for(fake: FakeList, cap: int | None) -> Terms:
    slack = fake.grain if fake.grain > 1 else 0
    return Terms(size=fake.size, grain=fake.grain, slack=slack, cap=cap)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    fake=lists(),
    knows_cap=st.booleans(),
    workers=st.integers(1, 5),
    seed=st.integers(0, 9_999),
    rate=st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.3]),
)
def test_what_was_there_throughout_is_found_or_the_verdict_says_no(
    fake: FakeList, knows_cap: bool, workers: int, seed: int, rate: float
) -> None:
    before = set(fake.items)
    note(f"{ {name: value for name, value in vars(fake).items() if name != 'items'} }")
    note(f"{list(fake.items.values())}")
    walked = walk(
        fake,
        terms_for(fake, fake.cap if knows_cap else 40),
        workers=workers,
        seed=seed,
        meanwhile=churn(rate),
        categories="abc-" if rate else "abc",  # what goes could hide what has no category
    )
    missing = before - fake.gone - walked.found
    assert not missing or walked.judged.verdict not in COMPLETE, (walked.judged, missing)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(many=st.integers(300, 400), seed=st.integers(0, 9_999), workers=st.integers(1, 3))
def test_pages_that_are_only_sorted_in_themselves_are_noticed(
    many: int, seed: int, workers: int
) -> None:
    fake = FakeList(catalog(seed, many), 20, 100, is_sorted_by_page=True)
    before = set(fake.items)
    walked = walk(fake, terms_for(fake, 100), workers=workers, seed=seed, categories="abc")
    assert walked.found == before or walked.judged.verdict not in COMPLETE


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    many=st.integers(0, 200),
    seed=st.integers(0, 9_999),
    bulk=st.sampled_from([0, 3, 12, 40]),
    cap=st.sampled_from([15, 20, 33]),
    totals=st.sampled_from(["capped", "true"]),
    workers=st.integers(1, 5),
    excludes=st.booleans(),
    grain=st.sampled_from([1, 1_000]),
)
def test_a_stable_honest_list_is_complete_without_gap_or_doubt(
    many: int,
    seed: int,
    bulk: int,
    cap: int,
    totals: Totals,
    workers: int,
    excludes: bool,
    grain: int,
) -> None:
    items = catalog(seed, many, bulk=min(bulk, many), grain=grain, categories="abc")
    fake = FakeList(items, SIZE, cap, totals, grain, excludes_start=excludes, excludes_end=excludes)
    walked = walk(fake, terms_for(fake, cap), workers=workers, seed=seed, categories="abc")
    note(f"{walked}")
    assert walked.found == set(items) or walked.judged.verdict == "cap_suspected"
    if walked.judged.verdict == "unverified":  # a moment that only prices part
        assert totals == "capped"
        assert any(each.category and each.low for each in walked.segments)
    else:
        assert walked.judged.verdict in ("complete", "cap_suspected", "complete_with_churn")
    assert sum(each.gap + each.withheld + each.loose for each in walked.segments) == 0
    assert walked.run.doubts == ()


def heavy(chance: Random, *, categories: str = "abcabcabc-", unpriced: float = 0.0) -> FakeList:
    """Moments of more products than a query shows."""
    items = catalog(chance.randrange(9_999), 40)
    for moment in (5_000_000, 5_000_002, 5_000_004):
        for number in range(30):
            price = -1 if chance.random() < unpriced else chance.randrange(50, 9_000)
            item = Item(
                pid=f"h{moment}-{number}",
                created=moment,
                category=chance.choice(categories),
                price=price,
            )
            items[item.pid] = item
    return FakeList(items)


def without_time(chance: Random) -> FakeList:
    """A list that ignores bounds of time."""
    items = catalog(chance.randrange(9_999), 150, categories="abc")
    return FakeList(items, ignores=("start", "end"), totals=chance.choice(["capped", "true"]))


def repricing(fake: FakeList, chance: Random) -> None:
    if chance.random() < 0.05:
        fake.reprice(chance.choice(sorted(fake.items)), chance.randrange(50, 9_000))


def deleting(fake: FakeList, chance: Random) -> None:
    if chance.random() < 0.05 and fake.items:
        fake.delete([chance.choice(sorted(fake.items))])


@pytest.mark.parametrize("meanwhile", [None, deleting, repricing, churn(0.03)])
@pytest.mark.parametrize(
    "make",
    [
        heavy,
        partial(heavy, categories="abc"),
        partial(heavy, categories="aab"),
        partial(heavy, categories="a", unpriced=0.1),
        partial(heavy, categories="abc", unpriced=0.1),
        without_time,
    ],
)
def test_windows_of_category_and_price_prove_what_they_are_said_to(
    make: Callable[[Random], FakeList],
    meanwhile: Callable[[FakeList, Random], None] | None,
) -> None:
    for seed in range(25):
        fake = make(Random(seed))
        before = set(fake.items)
        walked = walk(
            fake, terms_for(fake, 20), workers=1 + seed % 3, seed=seed, meanwhile=meanwhile
        )
        missing = before - fake.gone - walked.found
        assert not missing or walked.judged.verdict not in COMPLETE, (seed, walked.judged, missing)


@pytest.mark.parametrize("workers", [1, 3])
def test_moments_beyond_the_cap_are_complete_when_all_have_a_category(workers: int) -> None:
    for seed in range(5):
        fake = heavy(Random(seed), categories="abc")
        walked = walk(fake, terms_for(fake, 20), workers=workers, seed=seed)
        assert (walked.judged.verdict, walked.found) == ("complete", set(fake.items))


@pytest.mark.parametrize("many", [3, 8, 30])
def test_what_windows_of_time_hide_is_not_called_complete(many: int) -> None:
    items = catalog(1, 200, categories="abc")
    fake = FakeList(items, undated={*sorted(items)[:many]}, hides_undated=True)
    walked = walk(fake, terms_for(fake, 20))
    assert walked.found == set(items) or walked.judged.verdict == "unverified"
    assert (walked.judged.verdict == "complete") == (many < SIZE)


def test_rows_without_a_time_are_found_where_one_window_shows_all() -> None:
    items = catalog(1, 17, categories="abc")
    fake = FakeList(items, undated={*sorted(items)[:8]}, hides_undated=True)
    walked = walk(fake, terms_for(fake, 20))
    assert (walked.judged.verdict, walked.found) == ("complete", set(items))
    assert walked.run.doubts == ("undated",)


def test_a_short_page_of_a_window_costs_one_call() -> None:
    def calls(*shortened: int) -> int:
        fake = FakeList(catalog(1, 17), is_sorted=False, shortened=shortened)
        assert walk(fake, terms_for(fake, 20)).judged.verdict == "complete"
        return fake.calls

    whole = calls()
    assert [calls(number) for number in range(4, whole + 1)] == [whole + 1] * (whole - 3)
