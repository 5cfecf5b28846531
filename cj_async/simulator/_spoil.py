"""What does a fault make of an answer?"""

from __future__ import annotations

from dataclasses import replace

from ._faults import Fault
from ._gateway import Reply

_BAD_GATEWAY = 502
_HTML = "text/html;charset=UTF-8"
_PAGE = """<html>
<head><title>{status}</title></head>
<body><center><h1>{status}</h1></center><hr><center>gateway</center></body>
</html>
"""


def spoilt(fault: Fault, refusal: Reply, reply: Reply | None) -> Reply:
    """The answer a fault leaves; ``reply`` is the right one, None when the operation did not run.

    A fault that bends the right answer bends the refusal when there is no right answer.
    """
    right = refusal if reply is None else reply
    match fault.kind:
        case "delay":
            return right
        case "drip":
            return replace(right, drip=fault.seconds)
        case "refuse":
            return replace(refusal, status=fault.status or refusal.status)
        case "status":
            return Reply(fault.status or _BAD_GATEWAY, b"{}")
        case "html":
            status = fault.status or _BAD_GATEWAY
            return Reply(status, _PAGE.format(status=status).encode(), _HTML)
        case "cut" | "cut_unread":
            return Reply(right.status, b"", sent=0)
        case "truncate":
            return replace(right, code=None, sent=len(right.body) // 2)
        case "garble":
            return replace(right, code=None, body=right.body[: len(right.body) // 2] + b"\x00<!>")
        case "content_type":
            return replace(right, content_type=_HTML)
