"""Is everything found that was there throughout, or is it said that this is not known?"""

from __future__ import annotations

from collections.abc import Callable
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
    assert walked.judged.verdict in ("complete", "cap_suspected", "complete_with_churn")
    assert sum(each.gap + each.withheld + each.loose for each in walked.segments) == 0
    assert walked.run.doubts == ()
