"""Are Python's names the same in methods and in models?"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cj_async.models import cogs
from codegen.load import Spec
from codegen.pytypes import ATTRIBUTE_ALIASES, attribute, snake


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pid", "pid"),
        ("keyWord", "key_word"),
        ("openId", "open_id"),
        ("isSelfPickup", "is_self_pickup"),
        ("hasCECertification", "has_ce_certification"),
        ("lv2categoryList", "lv2category_list"),
        ("customizationJson1", "customization_json1"),
        ("totalUnVerifiedInventory", "total_un_verified_inventory"),
        ("consigneeID", "consignee_id"),
        ("postageCNY", "postage_cny"),
        ("reqDTOS", "req_dtos"),
        ("visiable", "visiable"),
    ],
)
def test_names_of_cj_become_snake_case(name: str, expected: str) -> None:
    assert snake(name) == expected


def test_every_attribute_of_the_models_is_named_as_parameters_are_or_in_the_spec(
    project: Path, real_spec: Spec
) -> None:
    names = {
        (json_name, python_name)
        for path in (project / "cj_async" / "models").glob("[a-z]*.py")
        for struct in vars(importlib.import_module(f"cj_async.models.{path.stem}")).values()
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct)
        for json_name, python_name in zip(
            struct.__struct_encode_fields__, struct.__struct_fields__, strict=True
        )
    }

    assert len(names) > 600
    others = {pair for pair in names if attribute(pair[0]) != pair[1]}
    assert others == set(named_in_the_spec(real_spec))


def named_in_the_spec(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yields the name in JSON and the attribute of every field that the spec gives a name."""
    for document in spec.documents.values():
        for schema in document["components"]["schemas"].values():
            for name, value in schema.get("properties", {}).items():
                if "x-python-name" in value:
                    yield name, value["x-python-name"]


def test_only_keys_that_say_nothing_are_named_in_the_spec(real_spec: Spec) -> None:
    named = list(named_in_the_spec(real_spec))

    assert len(named) > 20
    assert {name for name, _ in named if len(name) > 2} == set()


def test_the_same_letter_has_its_own_name_in_each_object() -> None:
    fields = {
        struct.__name__: dict(
            zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True)
        )
        for struct in (cogs.CogsDetails, cogs.CogsProduct, cogs.CogsDispute)
    }

    assert fields["CogsDetails"]["d"] == "pay_flag"
    assert fields["CogsDispute"]["d"] != "pay_flag"
    assert fields["CogsDetails"]["z"] == "product_info_map"
    assert fields["CogsProduct"]["z"] != "product_info_map"


def test_only_a_field_called_list_has_another_name(project: Path) -> None:
    assert ATTRIBUTE_ALIASES == {"list": "items"}
    assert attribute("list") == "items"
    assert attribute("lists") == "lists"
