"""Do the examples of messages fit the schemas of the spec, and show every field of them?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cj_async._masking import is_list, is_mapping
from codegen.bundle import bundle
from codegen.load import read_spec
from tests.codegen.test_examples import problems, said_plainly
from tests.webhooks.examples import EXAMPLES, SPEC

COMPONENTS: Any = bundle(read_spec(SPEC))["components"]
SCHEMAS: dict[str, Any] = COMPONENTS["schemas"]
PLAIN: Any = said_plainly(COMPONENTS)
MEMBERS: dict[str, str] = {
    kind: target.rpartition("/")[2]
    for kind, target in SCHEMAS["Message"]["discriminator"]["mapping"].items()
}


def schema_of(name: str) -> str:
    """The schema of an example such as ``STOCK.update``."""
    return MEMBERS[name.partition(".")[0]]


def test_every_type_of_message_has_examples() -> None:
    assert {name.partition(".")[0] for name in EXAMPLES} == set(MEMBERS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_fits_the_schema_of_its_message(name: str) -> None:
    assert problems(EXAMPLES[name], PLAIN["schemas"][schema_of(name)], PLAIN) == []


@pytest.mark.parametrize("kind", MEMBERS)
def test_every_field_of_a_message_occurs_in_an_example(kind: str) -> None:
    shown = [value for name, value in EXAMPLES.items() if name.partition(".")[0] == kind]
    due = {field for name in reached(MEMBERS[kind]) for field in SCHEMAS[name]["properties"]}

    assert due - set(filled(shown)) <= MISSING.get(kind, set())


MISSING = {kind: {"openId"} for kind in ("ORDERSPLIT", "SOURCINGCREATE", "PRIVATE_ORDER")}
"""What no example of a type has, because no documentation shows it there."""


def reached(name: str) -> Iterator[str]:
    """A schema of the webhook chapter, and those that it refers to."""
    yield name
    for inner in sorted(set(references(SCHEMAS[name])) & set(SCHEMAS)):
        if "properties" in SCHEMAS[inner]:
            yield from reached(inner)


def references(schema: Any) -> Iterator[str]:
    if is_list(schema):
        for item in schema:
            yield from references(item)
    elif is_mapping(schema):
        for key, value in schema.items():
            if key in {"$ref", "x-python-type"}:
                yield str(value).rpartition("/")[2].removeprefix(JSON_LIST).removesuffix("]]")
            yield from references(value)


JSON_LIST = "cj_async._wire.JsonText[list["


def filled(value: Any) -> Iterator[str]:
    """The names of all fields that are not null, also in JSON inside text."""
    if is_list(value):
        for item in value:
            yield from filled(item)
    elif is_mapping(value):
        for name, item in value.items():
            if item is not None:
                yield str(name)
            yield from filled(item)
    elif isinstance(value, str) and value.startswith("["):
        yield from filled(json.loads(value))
