"""Does the generated table of codes say what errors.yaml says?"""

from __future__ import annotations

from typing import Any

from cj_async._codes import CODES, REFINEMENTS, STATUSES, Meaning
from codegen.codes import generate_codes
from codegen.load import Spec
from tests.codegen.small import Small


def said(row: dict[str, Any]) -> tuple[str, str, bool, str]:
    """A row of errors.yaml."""
    return row["name"], row["class"], row["waiting-helps"], row.get("token", "")


def generated(row: Meaning) -> tuple[str, str, bool, str]:
    """A row of the generated table."""
    return row.name, row.error.__name__, row.waiting_helps, row.token


def test_every_code_but_success_has_its_row(real_spec: Spec) -> None:
    assert {code: generated(row) for code, row in CODES.items()} == {
        code: said(row) for code, row in real_spec.errors["codes"].items() if code not in {0, 200}
    }


def test_refinements_keep_their_order(real_spec: Spec) -> None:
    assert [
        (row.code, row.operation, row.contains, generated(row.meaning)) for row in REFINEMENTS
    ] == [
        (row["code"], row["operation"], row["message-contains"] or "", said(row))
        for row in real_spec.errors["refinements"]
    ]


def test_an_exact_status_goes_before_its_group(small: Small) -> None:
    rows = small.spec.errors["statuses"]
    small.spec.errors["statuses"] = {"5xx": rows["5xx"], 503: rows["5xx"], 401: rows[401]}

    source = generate_codes(small.spec)

    places = [
        source.index(f"({low}, {high}):") for low, high in [(401, 401), (503, 503), (500, 599)]
    ]
    assert places == sorted(places)


def test_every_status_has_its_row(real_spec: Spec) -> None:
    for status, row in real_spec.errors["statuses"].items():
        low, high = (int(str(status).replace("x", digit)) for digit in "09")
        assert generated(STATUSES[low, high]) == said(row)


def test_a_code_that_leaves_the_spec_leaves_the_table(small: Small) -> None:
    assert "1602001: Meaning" in generate_codes(small.spec)
    del small.spec.errors["codes"][1602001]
    assert "1602001: Meaning" not in generate_codes(small.spec)
