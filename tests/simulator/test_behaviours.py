"""Does the document tell what the local CJ does, and how that is known?"""

from __future__ import annotations

from pathlib import Path

from cj_async.simulator._evidence import BEHAVIOURS
from cj_async.simulator._spec import operations
from cj_async.simulator.behaviours import written

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "simulator.md"
ROOMS = {each.partition(".")[0] for each in operations()}


def test_the_document_is_in_step() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written(text) == text, "run `make behaviours`"


def test_every_behaviour_says_where_what_and_how_it_is_known() -> None:
    assert len(BEHAVIOURS) > 100
    for each in BEHAVIOURS:
        assert each.what.endswith("."), each
        assert each.source or each.known == "assumed", each
        assert "." not in each.operation or each.operation in operations(), each
