"""Each wire type reads every spelling that CJ was seen to use, and nothing else."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cj_async._decode import decode
from cj_async._wire import (
    BeijingTime,
    EpochTime,
    Flag,
    Id,
    Integer,
    JsonText,
    Money,
    Number,
    NumericId,
    PriceRange,
    Secret,
    UtcTime,
    WeightRange,
    clock_text,
    epoch_ms,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
EN_DASH = "\N{EN DASH}"
FIRST_MS, LAST_MS = -62_135_596_800_000, 253_402_300_799_999  # years 1 to 9999

cents = st.integers(0, 10**9).map(lambda number: Decimal(number) / 100)
blanks = st.sampled_from(["", " ", "\t"])
spaces = st.sampled_from(["", " ", "  "])
separators = st.sampled_from(["-", "--", EN_DASH, "\N{EM DASH}", "~"])
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
milliseconds = st.integers(FIRST_MS, LAST_MS)
plain_words = st.text(st.characters(categories=["L"]), min_size=1).filter(
    lambda word: word.lower() not in {"null", "true", "false", "nan", "infinity"}
)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def moment(number: int) -> datetime:
    return EPOCH + timedelta(milliseconds=number)


# ------------------------------------------------------------------------------- ids


@given(st.integers())
def test_a_number_is_as_good_an_id_as_its_digits(number: int) -> None:
    assert decode(NumericId, str(number).encode()) == str(number)
    assert decode(NumericId, as_json(str(number))) == str(number)
    assert decode(Id, str(number).encode()) == str(number)


@pytest.mark.parametrize("kind", [Id, NumericId, Secret])
def test_an_id_above_two_to_the_53_keeps_every_digit(kind: type[str]) -> None:
    assert decode(kind, b"1234567890123456789") == "1234567890123456789"
    assert decode(kind, b"98765432109876543210987") == "98765432109876543210987"


def test_an_id_written_with_a_fraction_of_zero_keeps_every_digit() -> None:
    assert decode(NumericId, b"9007199254740993.0") == "9007199254740993"


@pytest.mark.parametrize("text", ["true", "null", '""', '" "', "1.5", "[]", "{}", "1e999999"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(NumericId, text.encode())


# ------------------------------------------------------------------------------- numbers


@given(cents)
def test_money_comes_from_the_raw_digits_of_a_number_or_a_text(amount: Decimal) -> None:
    assert decode(Money, str(amount).encode()) == amount
    assert str(decode(Money, as_json(str(amount)))) == str(amount)
    assert decode(Money, as_json(f" {amount} ")) == amount


def test_money_keeps_more_digits_than_a_float_has() -> None:
    digits = "12345678901234567890.123456789"
    assert str(decode(Money, digits.encode())) == digits


not_finite = st.sampled_from(
    ["NaN", "nan", "sNaN", "-NaN", "NaN7", "Infinity", "-inf", "INF", " nan "]
)


@given(not_finite)
def test_no_text_makes_money_that_is_not_finite(text: str) -> None:
    for kind in (Money, Number, PriceRange, WeightRange):
        with pytest.raises(msgspec.ValidationError):
            decode(kind, as_json(text))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_json_number_that_is_not_finite_is_not_json(number: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(Money, number.encode())


@given(st.integers())
def test_a_count_may_be_a_number_or_a_text_or_end_in_a_fraction_of_zero(number: int) -> None:
    assume(abs(number) < 2**53)
    assert decode(Integer, str(number).encode()) == number
    assert decode(Integer, as_json(str(number))) == number
    assert decode(Integer, as_json(f" {number}.0 ")) == number


@pytest.mark.parametrize("text", ["1.5", '"1.5"', "true", '""', "[1]", '"1,000"'])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Integer, text.encode())


@pytest.mark.parametrize("text", ["true", "1", '"1"', '"true"', '"True"', "1.0", '" 1 "'])
def test_a_flag_has_many_ways_to_say_yes(text: str) -> None:
    assert decode(Flag, text.encode()) is True


@pytest.mark.parametrize("text", ["false", "0", '"0"', '"false"', '"FALSE"', "0.0"])
def test_a_flag_has_many_ways_to_say_no(text: str) -> None:
    assert decode(Flag, text.encode()) is False


@pytest.mark.parametrize("text", ["2", '"maybe"', "[]", "{}", '""', "-1"])
def test_a_flag_never_guesses(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Flag, text.encode())


# ------------------------------------------------------------------------------- ranges


@given(cents)
def test_a_single_price_is_both_ends_of_its_range(amount: Decimal) -> None:
    expected = PriceRange(low=amount, high=amount)
    for text in (str(amount), f'"{amount}"', f'" {amount} "'):
        price = decode(PriceRange, text.encode())
        assert price == expected
        assert price.is_single


@given(cents, cents, spaces, separators, spaces)
def test_a_range_is_read_whatever_stands_between_its_ends(
    one: Decimal, other: Decimal, before: str, separator: str, after: str
) -> None:
    text = f"{one}{before}{separator}{after}{other}"
    expected = (min(one, other), max(one, other))
    price = decode(PriceRange, as_json(text))
    weight = decode(WeightRange, as_json(text))
    assert (price.low, price.high) == (weight.low, weight.high) == expected


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("11.85", "11.85"),
        ("11.09 -- 17.07", "11.09-17.07"),
        ("0.97-4.08", "0.97-4.08"),
        ("1730.00-3200.00", "1730.00-3200.00"),
        (f"2.10 {EN_DASH} 3", "2.10-3"),
        ("5.00-5.00", "5.00"),
    ],
)
def test_a_range_is_written_with_one_dash_and_a_single_amount_with_none(
    text: str, written: str
) -> None:
    assert str(decode(PriceRange, as_json(text))) == written


@pytest.mark.parametrize(
    "text", ["true", '"$5"', '"5-"', '"1-2-3"', '"1,50"', "[1, 2]", "{}", '{"low": 1}', '"NaN-2"']
)
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(PriceRange, text.encode())


@given(cents, cents)
def test_a_range_survives_its_own_json_and_pickle_and_copy(one: Decimal, other: Decimal) -> None:
    price = PriceRange(low=min(one, other), high=max(one, other))
    assert decode(PriceRange, msgspec.json.encode(price)) == price
    assert pickle.loads(pickle.dumps(price)) == price
    assert copy.deepcopy(price) == price
    assert len({price, copy.copy(price)}) == 1


def test_a_range_is_an_instance_of_its_own_type_only() -> None:
    price: object = PriceRange(low=Decimal(1), high=Decimal(2))
    assert isinstance(price, PriceRange)
    assert not isinstance(price, WeightRange)
    assert not isinstance(None, PriceRange)
    assert repr(price) == "PriceRange(low=Decimal('1'), high=Decimal('2'))"


def test_a_range_can_be_taken_apart_by_a_match() -> None:
    match decode(WeightRange, b'"10-20"'):
        case WeightRange(low=low, high=high):
            assert (low, high) == (Decimal(10), Decimal(20))


def test_a_range_cannot_be_changed() -> None:
    price = PriceRange(low=Decimal(1), high=Decimal(2))
    with pytest.raises(AttributeError):
        price.low = Decimal(0)  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


# ------------------------------------------------------------------------------- times

TIMES = [(UtcTime, UTC), (BeijingTime, BEIJING), (EpochTime, UTC)]
by_time_type = pytest.mark.parametrize(("kind", "zone"), TIMES)


@by_time_type
@given(number=milliseconds)
def test_epoch_milliseconds_are_exact_as_a_number_and_as_text(
    kind: type[datetime], zone: timezone, number: int
) -> None:
    assume(len(str(number)) != 8)  # eight digits are a date
    for text in (str(number), f'"{number}"', f"{number}.0"):
        value = decode(kind, text.encode())
        assert value == moment(number)
        assert value.utcoffset() is not None


@by_time_type
@given(value=st.datetimes(timezones=offsets), spelled=st.sampled_from(["%z", "%:z"]))
def test_text_with_an_offset_means_that_moment_in_every_zone(
    kind: type[datetime], zone: timezone, value: datetime, spelled: str
) -> None:
    text = value.isoformat(timespec="milliseconds")
    if spelled == "%z":
        text = text[:-3] + text[-2:]
    truncated = value.replace(microsecond=value.microsecond // 1000 * 1000)
    assert decode(kind, as_json(text)) == truncated


@by_time_type
@given(
    value=st.datetimes(),
    pattern=st.sampled_from(
        [
            "%H:%M:%S",
            "%H:%M",
            "%H:%M:%S.%f",
        ]
    ),
    separator=st.sampled_from([" ", "T"]),
)
def test_text_without_an_offset_is_in_the_zone_of_the_field(
    kind: type[datetime], zone: timezone, value: datetime, pattern: str, separator: str
) -> None:
    text = f"{value.date().isoformat()}{separator}{value.strftime(pattern)}"
    expected = datetime.fromisoformat(text).replace(tzinfo=zone)
    result = decode(kind, as_json(text))
    assert result == expected
    assert result.utcoffset() == zone.utcoffset(None)


@by_time_type
@given(value=st.dates())
def test_a_date_is_midnight_in_the_zone_of_the_field(
    kind: type[datetime], zone: timezone, value: datetime
) -> None:
    midnight = datetime(value.year, value.month, value.day, tzinfo=zone)
    assert decode(kind, as_json(value.isoformat())) == midnight


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T21:53:58+08:00", datetime(2026, 11, 24, 13, 53, 58, tzinfo=UTC)),
        ("2026-11-24T21:53:58Z", datetime(2026, 11, 24, 21, 53, 58, tzinfo=UTC)),
        ("2026-11-24T21:53:58.123+0000", datetime(2026, 11, 24, 21, 53, 58, 123000, tzinfo=UTC)),
        ("2021-10-12T01+08:00", datetime(2021, 10, 11, 17, tzinfo=UTC)),
        ("2021-10-12 01:33", datetime(2021, 10, 11, 17, 33, tzinfo=UTC)),
        (" 2021-10-12 ", datetime(2021, 10, 11, 16, tzinfo=UTC)),
        ("20211012", datetime(2021, 10, 11, 16, tzinfo=UTC)),
    ],
)
def test_the_spellings_of_the_field_notes_are_read(text: str, expected: datetime) -> None:
    assert decode(BeijingTime, as_json(text)) == expected


def test_the_milliseconds_of_an_epoch_do_not_suffer_from_floats() -> None:
    for number in (1609228800123, 1609228800001, 1609228800999, LAST_MS):
        assert decode(EpochTime, str(number).encode()).microsecond == number % 1000 * 1000


@by_time_type
@given(blank=blanks)
def test_a_blank_time_is_none(kind: type[datetime], zone: timezone, blank: str) -> None:
    assert decode(kind | None, as_json(blank)) is None


@by_time_type
@pytest.mark.parametrize(
    "text", ["true", "1.5", "[]", '"soon"', '"2021-13-01"', "1e99", "9" * 30, f'"{"9" * 30}"']
)
def test_what_is_no_time_is_refused(kind: type[datetime], zone: timezone, text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(kind, text.encode())


# ------------------------------------------------------------------------------- JSON in text

TEXTS = JsonText[list[str]]


@given(st.lists(st.text()))
def test_a_list_inside_text_is_that_list(texts: list[str]) -> None:
    assert decode(TEXTS, as_json(json.dumps(texts))) == texts


@given(st.lists(st.text()))
def test_a_real_list_is_as_good_as_one_inside_text(texts: list[str]) -> None:
    assert decode(TEXTS, as_json(texts)) == texts


@given(st.lists(st.text()))
def test_a_list_inside_text_inside_text_is_that_list(texts: list[str]) -> None:
    assert decode(TEXTS, as_json(json.dumps(json.dumps(texts)))) == texts


@given(st.lists(plain_words, min_size=1))
def test_a_comma_list_is_its_words(texts: list[str]) -> None:
    assert decode(TEXTS, as_json(",".join(texts))) == texts
    assert decode(TEXTS, as_json(" , ".join(texts))) == texts
    assert decode(TEXTS, as_json(f"[{', '.join(texts)}]")) == texts


@pytest.mark.parametrize("text", ["lamp", "24", "true", "[New] lamp", "1.5"])
def test_a_plain_word_is_a_list_of_one(text: str) -> None:
    assert decode(TEXTS, as_json(text)) == [text]


@given(blanks)
def test_blank_json_text_is_none_and_an_empty_list_is_empty(blank: str) -> None:
    assert decode(TEXTS | None, as_json(blank)) is None
    assert decode(TEXTS | None, b'"null"') is None
    assert decode(TEXTS, b'"[]"') == []


@pytest.mark.parametrize("text", ['["a", "b', '{"a"', "[[1"])
def test_json_text_that_is_cut_off_is_not_taken_for_words(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(TEXTS, as_json(text))


def test_the_items_of_json_text_are_mended_like_any_others() -> None:
    assert decode(TEXTS, as_json('[1, "b", 2.50]')) == ["1", "b", "2.50"]
    assert decode(JsonText[list[int]], b'"1, 2"') == [1, 2]
    assert decode(JsonText[dict[str, Decimal]], as_json('{"a": "1.5"}')) == {"a": Decimal("1.5")}


def test_json_text_holds_no_number_that_is_not_finite() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(JsonText[list[Money]], as_json('["NaN"]'))


# ------------------------------------------------------------------------------- requests


@given(milliseconds)
def test_epoch_ms_is_the_opposite_of_reading_one(number: int) -> None:
    assert epoch_ms(moment(number)) == number
    assert epoch_ms(number) == number


@given(milliseconds.filter(lambda number: abs(number) < 10**13).map(moment))
def test_clock_text_is_the_opposite_of_reading_one(value: datetime) -> None:
    text = clock_text(value, "+08:00", "%Y-%m-%d %H:%M:%S")
    assert decode(BeijingTime, as_json(text)) == value.replace(microsecond=0)


def test_clock_text_writes_the_zone_that_is_asked_for() -> None:
    value = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    assert clock_text(value, "+08:00", "%Y-%m-%d %H:%M") == "2026-01-01 08:30"
    assert clock_text(value, "-01:00", "%Y-%m-%d %H:%M") == "2025-12-31 23:30"
    assert clock_text(value, "UTC", "%Y-%m-%d %H:%M") == "2026-01-01 00:30"


def test_a_datetime_without_a_zone_is_refused_with_advice() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  # the point of the test
    with pytest.raises(ValueError, match=r"no time zone.*aware datetime"):
        epoch_ms(naive)
    with pytest.raises(ValueError, match=r"no time zone.*aware datetime"):
        clock_text(naive, "UTC", "%Y")


@pytest.mark.parametrize("zone", ["", "Mars", "8"])
def test_a_zone_that_is_no_offset_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match=r"offset|isoformat"):
        clock_text(datetime(2026, 1, 1, tzinfo=UTC), zone, "%Y")
