"""Are Python's names the same in methods and in models?"""

from __future__ import annotations

import importlib
from pathlib import Path

import msgspec
import pytest

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


def test_every_attribute_of_the_models_is_named_as_parameters_are(project: Path) -> None:
    names = {
        (json_name, python_name)
        for path in (project / "cj_async" / "models").glob("[a-z]*.py")
        for struct in vars(importlib.import_module(f"cj_async.models.{path.stem}")).values()
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct)
        for json_name, python_name in zip(
            struct.__struct_encode_fields__, struct.__struct_fields__, strict=True
        )
    }

    assert len(names) > 150
    assert {pair for pair in names if attribute(pair[0]) != pair[1]} == set()


def test_only_a_field_called_list_has_another_name(project: Path) -> None:
    assert ATTRIBUTE_ALIASES == {"list": "items"}
    assert attribute("list") == "items"
    assert attribute("lists") == "lists"
