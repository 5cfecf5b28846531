"""How is the page served? One file, and headers that let a browser load and ask nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from aiohttp import web

from .._faults import KINDS
from .._spec import operations
from ..callbacks.examples import EXAMPLES

PAGE_PATH = "/"


def is_page(request: web.BaseRequest) -> bool:
    """Whether somebody wants to see the page."""
    return request.method == "GET" and request.raw_path.partition("?")[0] == PAGE_PATH


def answer_page() -> web.Response:
    """The page; what it shows it asks of the control desk, which checks who asks."""
    text = page()
    return web.Response(text=text, content_type="text/html", headers=_headers(text))


@cache
def page() -> str:
    """The HTML with the names it offers: operations, kinds of faults, types of messages."""
    offered: Mapping[str, Iterable[str]] = {
        "operations": sorted(operations()),
        "kinds": KINDS,
        "messages": EXAMPLES,
    }
    text = files(__name__.rpartition(".")[0]).joinpath("index.html").read_text(encoding="utf-8")
    for name, values in offered.items():
        text = text.replace(f"<!-- {name} -->", _options(values))
    return text


@cache
def _headers(text: str) -> Mapping[str, str]:
    """Only the script and the style of the page itself run, and no page may frame it."""
    policy = (
        "default-src 'none'",
        "connect-src 'self'",
        "img-src data:",
        f"script-src {_hashes('script', text)}",
        f"style-src {_hashes('style', text)}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _hashes(tag: str, text: str) -> str:
    """The sources of inline content, as a policy names them."""
    contents: list[str] = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digests = (b64encode(sha256(each.encode()).digest()).decode() for each in contents)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _options(values: Iterable[str]) -> str:
    return "".join(f"<option>{escape(value)}</option>" for value in values)
