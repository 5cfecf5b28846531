"""Does the audit find the values that a note names?"""

from __future__ import annotations

import pytest

from codegen.audit.values import values_in

NOTES = [
    ("0-not free, 1-free", "0 1"),
    ("Default 1, minimum 1, maximum 1000", ""),
    ("Optional values: 24 (within 24 hours), 48 (within 48 hours)", "24 48"),
    ("选项:1=平台物流,2=商家物流", "1 2"),
    ("是否完整1:完整 0:不完整", "1 0"),
    ("仅在 orderStatus=3 时生效;0=Awaiting", "0"),
    ("values: CREATED,IN_CART、UNPAID", "CREATED IN_CART UNPAID"),
    ("POLL 或 FINISHED；SKU、SPU", "POLL FINISHED"),
    ("root：NO_PERMISSION - no GENERAL - general", "NO_PERMISSION GENERAL"),
    ("enable_video(returns videos)", "enable_video"),
    ("3 means approved", "3"),
    ("Optional values: desc (descending order), asc (ascending) - Default: desc", "desc asc"),
    ("UTC Time, eg: 2025-03-14 13:21:07", ""),
    ("Such as: USD,AUD,EUR etc.", ""),
    ("2-letter country code", ""),
    ('Example: [{"type":"1","a":"B-C"}]', ""),
]


@pytest.mark.parametrize(("note", "values"), NOTES)
def test_the_values_of_a_note_are_found(note: str, values: str) -> None:
    assert " ".join(values_in(note)) == values
