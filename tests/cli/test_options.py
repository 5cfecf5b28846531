"""What the options of `cj` mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from cj_async.cli._options import deadline_of, documents_of, filters_of, since_of, tier_of
from cj_async.cli._outs import out_of, outs_of
from cj_async.cli._show import span

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("90m", timedelta(minutes=90)),
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(minutes=90)),
        ("1d", timedelta(days=1)),
        ("45s", timedelta(seconds=45)),
        ("2030-01-31T14:00+01:00", timedelta(hours=1)),
        ("2030-01-31T13:00Z", timedelta(hours=1)),
    ],
)
def test_a_deadline_is_a_span_or_a_moment(text: str, after: timedelta) -> None:
    assert deadline_of(text, NOW) == NOW + after


@pytest.mark.parametrize("text", ["", "90", "2 h", "tomorrow", "2030-01-31", "999999999d"])
def test_any_other_deadline_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        deadline_of(text, NOW)


def test_since_is_the_last_run_or_a_moment() -> None:
    assert since_of(None) is None
    assert since_of("last") == "last"
    assert since_of("2030-01-31T12:00Z") == NOW


def test_documents_keep_their_order_with_commas_or_an_option_each() -> None:
    assert documents_of(["stock, details", "reviews"]) == ("stock", "details", "reviews")


def test_a_tier_is_a_name_or_a_number() -> None:
    assert (tier_of("advanced"), tier_of("2.5")) == (6.0, 2.5)


def test_filters_have_the_types_of_their_list() -> None:
    given = ["customization=1", "is_warehouse=true", "end_sell_price=9.90", "lv3category_list=a, b"]
    named = {"--country": "US", "--keyword": None}
    assert filters_of("rich", given, named) == {
        "country_code": "US",
        "customization": 1,
        "is_warehouse": True,
        "end_sell_price": Decimal("9.90"),
        "lv3category_list": ["a", "b"],
    }
    assert filters_of("cheap", ["delivery_time=24"], {}) == {"delivery_time": "24"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("customization=yes", "one of 0, 1 is due"),
        ("is_warehouse=2", "true or false is due"),
        ("end_sell_price=x", "a number is due"),
        ("start_warehouse_inventory=1.5", "a whole number is due"),
        ("x", "name=value is due"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused_with_the_rule(text: str, rule: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"{text}.*{rule}"):
        filters_of("rich", [text], {})


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("a.jsonl", "jsonl", "a.jsonl"),
        ("a.JSONL.GZ", "jsonl", "a.JSONL.GZ"),
        ("a.db", "sqlite", "a.db"),
        ("a.sqlite", "sqlite", "a.sqlite"),
        ("out/", "parquet", "out"),
        ("there", "parquet", "there"),
        ("a.parquet", "parquet", "a.parquet"),
        ("jsonl:odd.txt", "jsonl", "odd.txt"),
        ("parquet:out.db", "parquet", "out.db"),
    ],
)
def test_a_sink_is_told_by_the_end_of_its_path_or_by_a_word(
    text: str, kind: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    out = out_of(text)
    assert (out.kind, out.path) == (kind, tmp_path / path)
    assert out_of(str(out)) == out
    assert out.name == out.sink().name


def test_a_sink_that_is_named_twice_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert len(outs_of([str(path), f"jsonl:{path}"], tmp_path / "state.db")) == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (95, "2 min"),
        (3_600, "1 h"),
        (5_760, "1 h 36 min"),
        (187_200, "2 d 4 h"),
    ],
)
def test_spans_are_said_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words
