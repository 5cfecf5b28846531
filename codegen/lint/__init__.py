"""The rules of spec/README.md, checked; a finding is one line: where, what, and the rule."""

from __future__ import annotations

from codegen.lint.errors import error_findings
from codegen.lint.examples import example_findings
from codegen.lint.keys import key_findings
from codegen.lint.operations import incomplete_findings, operation_findings
from codegen.lint.reference import reference_table_findings
from codegen.lint.references import reference_findings
from codegen.lint.root import root_findings
from codegen.lint.schemas import schema_findings
from codegen.lint.shape import shape_findings
from codegen.load import Spec

__all__ = ["lint"]

STAGES = (
    (shape_findings, error_findings, reference_table_findings),
    (key_findings, reference_findings, incomplete_findings),
    (root_findings, operation_findings, schema_findings, example_findings),
)
"""A stage relies on those before it: it is asked only when they found nothing."""


def lint(spec: Spec) -> list[str]:
    """Returns the findings, sorted; empty when the spec follows its own rules."""
    for stage in STAGES:
        findings = sorted({finding for rule in stage for finding in rule(spec)})
        if findings:
            return findings
    return []
