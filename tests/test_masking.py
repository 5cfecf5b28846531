"""Is every secret masked, however it is written, and is what was JSON still JSON?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async._masking import is_secret, masked, secrets_of, without_secrets

FIELDS = ("accessToken", "refreshToken", "openId", "apiKey", "platformToken")

# --- fields by their names


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("body", "safe"),
    [
        ('{"%s":"canary"}', '{"%s":"***"}'),
        ('{"%s" : "canary", "a": 1}', '{"%s" : "***", "a": 1}'),
        ('{"%s"\n:\t"canary"}', '{"%s"\n:\t"***"}'),
        ('{"%s":12345678901234567890,"a":1}', '{"%s":"***","a":1}'),
        ('{"%s":-1.5E+10}', '{"%s":"***"}'),
        ('{"%s":"can\\"ary","a":1}', '{"%s":"***","a":1}'),
        ('{"%s":"canary\\\\","a":1}', '{"%s":"***","a":1}'),
        ('{"%s":"can\\u0061ry"}', '{"%s":"***"}'),
        ('{"%s":""}', '{"%s":"***"}'),
        ('{"%s":null}', '{"%s":null}'),
        ('{"a":[{"%s":"canary"},{"%s":"canary"}]}', '{"a":[{"%s":"***"},{"%s":"***"}]}'),
        ('{"data":"{\\"%s\\":\\"canary\\"}","b":2}', '{"data":"{\\"%s\\":\\"***\\"}","b":2}'),
        ('{"data":"{\\"%s\\" : 1234567}"}', '{"data":"{\\"%s\\" : \\"***\\"}"}'),
        ('{"data":"{\\"%s\\":\\"can\\\\\\"ary\\"}"}', '{"data":"{\\"%s\\":\\"***\\"}"}'),
    ],
)
def test_a_secret_field_is_masked(field: str, body: str, safe: str) -> None:
    fields = (field,) * body.count("%s")
    assert without_secrets((body % fields).encode()).decode() == safe % fields


@pytest.mark.parametrize("field", ["access_token", "ACCESSTOKEN", "openid", "api_key"])
def test_other_spellings_of_the_name_count_too(field: str) -> None:
    assert b"canary" not in without_secrets(f'{{"{field}":"canary"}}'.encode())
    assert is_secret(field)


@pytest.mark.parametrize("field", ["brandOpenId", "token", "pid", "accessTokenExpiryDate", 5, None])
def test_other_fields_are_left_alone(field: object) -> None:
    assert not is_secret(field)
    body = json.dumps({str(field): "value"}).encode()
    assert without_secrets(body) == body


@pytest.mark.parametrize("cut", range(len('{"accessToken":"'), len('{"accessToken":"can\\"ary"')))
def test_a_secret_that_was_cut_off_is_masked(cut: int) -> None:
    body = b'{"accessToken":"can\\"ary"'[:cut]
    assert without_secrets(body) == b'{"accessToken":"***"'


def test_a_cut_off_secret_inside_text_does_not_eat_the_rest() -> None:
    body = b'{"data":"{\\"accessToken\\":\\"canary","code":1}'
    assert without_secrets(body) == b'{"data":"{\\"accessToken\\":\\"***\\"","code":1}'
    assert b"can" not in without_secrets(b'{"data":"{\\"accessToken\\":\\"can')
    assert b"can" not in without_secrets(b'{"data":"{\\"accessToken\\":\\"can\\')


def nested(value: object, levels: int) -> str:
    text = json.dumps(value)
    for _ in range(levels):
        text = json.dumps({"data": text})
    return text


def unnested(text: bytes, levels: int) -> Any:
    value: Any = json.loads(text)
    for _ in range(levels):
        value = json.loads(value["data"])
    return value


@pytest.mark.parametrize("levels", range(4))
def test_json_inside_text_inside_text_is_masked_and_stays_json(levels: int) -> None:
    value = {"apiKey": "canary", "rest": {"openId": 12345, "a": 'b"c'}}
    safe = without_secrets(nested(value, levels).encode())
    assert b"canary" not in safe
    assert b"12345" not in safe
    assert unnested(safe, levels) == {"apiKey": "***", "rest": {"openId": "***", "a": 'b"c'}}


plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.text(max_size=6) | st.sampled_from(FIELDS), inside, max_size=3)
    ),
    max_leaves=10,
)


@given(plain_json, st.integers(0, 2), st.sets(st.text(min_size=8, alphabet="abcABC012-._@:/+=%")))
def test_what_was_json_stays_json(value: object, levels: int, secrets: set[str]) -> None:
    json.loads(without_secrets(nested(value, levels).encode(), secrets))


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(min_size=1) | st.integers(), min_size=1))
def test_no_value_of_a_secret_field_is_left(secret: dict[str, str | int]) -> None:
    for levels in range(3):
        safe = without_secrets(nested(secret, levels).encode())
        assert unnested(safe, levels) == dict.fromkeys(secret, "***")


@given(st.binary(max_size=300))
def test_masking_never_fails(body: bytes) -> None:
    without_secrets(body, ("secret",))
    without_secrets(b'{"accessToken":"' + body, ("secret",))


def test_masking_takes_no_endless_time() -> None:
    for hard in (b"\\" * 200_000, b'\\"' * 100_000, b'"accessToken":"\\' * 20_000, b"eyJ" * 50_000):
        without_secrets(hard, ("secret-0123",))


# --- outside of fields


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("key CJ123@api@0123abcdef is wrong", "key *** is wrong"),
        ("key CJ123%40api%400123abcdef.", "key ***."),
        ("key CJ123\\u0040api\\u00400123abcdef.", "key ***."),
        ("token API@CJ123@CJ:eyJhbGciOi.J9.x-_y is out", "token *** is out"),
        ("token API@CJ123@CJ:abc", "token ***"),
        ("/x?accessToken=abc123def456&size=1", "/x?accessToken=***&size=1"),
        ("CJ-Access-Token: 0123456789abcdef", "CJ-Access-Token: ***"),
        ("{accessToken=f59ac98193d64d62, code=1}", "{accessToken=***, code=1}"),
        ("Bearer eyJhbGciOiJI.eyJzdWIiOiI.SflKxwRJ", "Bearer ***"),
        ("openId: must not be empty", "openId: must not be empty"),
        ("apiKey can not be empty", "apiKey can not be empty"),
        ("call +1-555-0100, order SD123, CJ123456", "call +1-555-0100, order SD123, CJ123456"),
    ],
)
def test_what_looks_like_a_key_is_masked_anywhere(text: str, safe: str) -> None:
    assert without_secrets(text.encode()).decode() == safe


# --- secrets that were sent along


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in JSON": lambda secret: json.dumps(secret)[1:-1],
    "in JSON that keeps letters": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "in JSON in JSON": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
    "in JSON with escaped slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "in an address": lambda secret: quote(secret, safe=""),
    "in a path": quote,
    "in a form": quote_plus,
    "in an address that keeps signs": lambda secret: quote(secret, safe="@:"),
    "in a path that keeps signs": lambda secret: quote(secret, safe="/@:"),
    "in an address with small digits": lambda secret: re.sub(
        "%..", lambda found: found[0].lower(), quote(secret, safe="")
    ),
}
SECRETS = [
    "canary-0123456789",
    "plain/with+signs=and@more:x",
    'quo"ted\\and é',
    "with space/in it",
    "ending-in-\\",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("way", WRITTEN)
def test_a_given_secret_is_masked_however_it_is_written(secret: str, way: str) -> None:
    written = WRITTEN[way](secret)
    body = f'{{"message":"you sent {written}, no"}}'.encode()
    assert without_secrets(body, (secret,)) == b'{"message":"you sent ***, no"}'


def test_several_secrets_are_masked_and_none_is_no_secret() -> None:
    body = b"one-0123456 and two-0123456 and more"
    assert without_secrets(body, ("one-0123456", "", "two-0123456")) == b"*** and *** and more"
    assert without_secrets(body) == body


def test_half_a_surrogate_pair_is_no_trouble() -> None:
    assert without_secrets(b"body", ("\ud800-secret",)) == b"body"


def test_a_secret_that_is_a_number_leaves_a_number_behind() -> None:
    body = b'{"id":700000001,"note":"account 700000001","other":7000000012}'
    assert json.loads(without_secrets(body, ("700000001",))) == {
        "id": 0,
        "note": "account 0",
        "other": 7000000012,
    }


def test_a_short_secret_is_masked_only_where_it_stands_alone() -> None:
    body = b'{"result":false,"message":"result, results (result)"}'
    assert without_secrets(body, ("resul",)) == body
    safe = b'{"***":false,"message":"***, results (***)"}'
    assert without_secrets(body, ("result",)) == safe
    assert without_secrets(b"xx1234567 xx12345678", ("1234567", "12345678")) == b"xx0 xx0"
    assert without_secrets(b"xxabcdefg xxabcdefgh", ("abcdefgh",)) == b"xxabcdefg xx***"
    assert without_secrets(b"xxabcdefg abcdefg", ("abcdefg",)) == b"xxabcdefg ***"


# --- values


def test_values_are_masked_all_the_way_down() -> None:
    value = {"apiKey": "x", "a": [{"openId": 5}, ("CJ1@api@abc", None)], "b": 2.5, "openId": None}
    assert masked(value) == {
        "apiKey": "***",
        "a": [{"openId": "***"}, ["***", None]],
        "b": 2.5,
        "openId": None,
    }


def test_a_value_under_a_secret_name_is_masked() -> None:
    assert masked("x", "accessToken") == "***"
    assert masked(["x"], "accessToken") == "***"
    assert masked("x", "pid") == "x"


def test_a_value_that_contains_itself_is_cut() -> None:
    itself: list[object] = []
    itself.append(itself)
    assert repr(masked(itself)) == "[" * 50 + "'...'" + "]" * 50


def test_half_a_surrogate_pair_can_be_shown() -> None:
    assert masked("a\ud800b") == "a?b"


def test_secrets_are_found_all_the_way_down() -> None:
    value = {
        "apiKey": "x",
        "a": [{"openId": 5, "b": "y"}],
        "accessToken": ["t", ""],
        "openId": None,
    }
    assert sorted(secrets_of(value)) == ["5", "t", "x"]
