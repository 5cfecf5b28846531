"""Does the project's own file of decisions hold together, and can the audit read the whole spec?"""

from __future__ import annotations

from codegen.audit.auditing import differences
from codegen.audit.deciding import KINDS, read_decisions
from codegen.audit.reading import read_document
from codegen.audit.reporting import MEANINGS
from codegen.load import Spec
from tests.codegen.audit.shop import FLAT


def test_the_decisions_of_the_project_can_be_read(real_spec: Spec) -> None:
    decisions = read_decisions(real_spec.folder)
    assert decisions
    assert all(decision.reason.endswith((".", ")")) for decision in decisions)


def test_the_whole_spec_can_be_compared(real_spec: Spec) -> None:
    found = differences([read_document(FLAT, "flat", "new")], real_spec)
    assert [each.kind for each in found if each.operation == "POST /thing/create"] == [
        "operation-missing"
    ]


def test_every_kind_of_difference_has_words_for_the_report() -> None:
    assert set(MEANINGS) == set(KINDS)
