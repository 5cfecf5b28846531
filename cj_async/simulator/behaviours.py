"""What does the local CJ do, and how is that known? The table of all behaviours, for docs/simulator.md.

``python -m cj_async.simulator.behaviours docs/simulator.md`` writes it between its two marks.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from ._evidence import BEHAVIOURS, Behaviour
from ._quirks import QUIRKS

BEGIN, END = "<!-- behaviours: generated, do not edit -->", "<!-- end of behaviours -->"
_HEAD = "| where | what | known | source |\n| --- | --- | --- | --- |\n"


def table() -> str:
    """All behaviours as a Markdown table, by operation; then the quirks by name."""
    importlib.import_module("cj_async.simulator._simulator")  # loads every room
    rows = "".join(sorted({_row(each) for each in BEHAVIOURS}))
    quirks = "".join(f"| `{name}` | {what} |\n" for name, what in sorted(QUIRKS.items()))
    return f"{_HEAD}{rows}\n| quirk | while it is on |\n| --- | --- |\n{quirks}"


def _row(each: Behaviour) -> str:
    cells = (f"`{each.operation}`", each.what, each.known, each.source)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def written(text: str) -> str:
    """A document with the table as it is now between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
