"""Whatever the text, the reader reads it: no document can stop the audit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegen.audit.auditing import differences
from codegen.audit.reading import read_document
from codegen.audit.samples import read_sample
from codegen.load import Spec
from tests.codegen.audit.shop import FLAT, LEVELS

PIECES = sorted({*LEVELS.splitlines(), *FLAT.splitlines(), "```", "|", "|---|", "{", "curl '", "#"})
LINES = st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=60).map("\n".join)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_document(text)
    read_sample(text)


@given(LINES)
def test_the_lines_of_documents_are_read_in_any_order(text: str) -> None:
    read_document(text)


@given(cut=st.integers(0, len(LEVELS)), again=st.integers(0, len(LEVELS)))
def test_pieces_of_a_document_are_compared(shop_spec: Spec, cut: int, again: int) -> None:
    differences([read_document(LEVELS[cut:] + FLAT + LEVELS[:again])], shop_spec)
