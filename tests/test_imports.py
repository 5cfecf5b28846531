"""Imports run one way: a module may import what stands on the left of it, never what stands right."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

LAYERS = [
    {"_version", "_wire", "_masking"},
    {"_model"},
    {"models"},
    {"errors"},
    {
        "_codes",
        "_operation",
        "_salvage",
        "_filelock",
        "_retry",
        "_interrupts",
        "_refusals",
        "_settings",
        "_upload",
        "params",
    },
    {"_decode", "_envelope", "_rules"},
    {"_values"},
    {"_request"},
    {"_protocol", "_bucket", "_multipart"},
    {"_window", "_tokens"},
    {"_pace", "_token_life"},
    {"_points", "_auth", "_paging"},
    {"_account", "_namespace"},
    {"_pool"},
    {"_transport"},
    {"resources"},
    {"_login"},
    {"client"},
    {"__init__"},
    {"webhooks", "reference", "crawl"},
    {"simulator"},
    {"cli"},
]
"""From left to right; modules of one set do not import each other."""

SIMULATOR_MAY_IMPORT = {"models", "_wire", "_model", "simulator"}
PLUGIN = "pytest_plugin.py"
"""Brings the simulator and a client together, for users' tests."""
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    return sorted((PROJECT / "cj_async").rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PROJECT / "cj_async").parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> Iterator[str]:
    """The modules of cj_async that a file imports, by the first part of their name."""
    inside_package = path.relative_to(PROJECT / "cj_async").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("cj_async."):
                    yield alias.name.split(".")[1]
                elif alias.name == "cj_async":
                    yield "__init__"
        elif isinstance(node, ast.ImportFrom):
            yield from from_import(node, inside_package)


def from_import(node: ast.ImportFrom, inside_package: tuple[str, ...]) -> Iterator[str]:
    module = (node.module or "").split(".")
    if node.level:
        yield inside_package[0] if inside_package else module[0]
    elif module[0] == "cj_async" and len(module) > 1:
        yield module[1]
    elif module == ["cj_async"]:
        for alias in node.names:
            yield alias.name if alias.name in RANK else "__init__"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_a_module_imports_only_what_stands_left_of_it(path: Path) -> None:
    room = room_of(path)
    assert room in RANK, f"{room}: say in LAYERS where this module stands"
    for other in imported_rooms(path):
        assert other == room or RANK[other] < RANK[room], f"{room} imports {other}"


def test_the_simulator_shares_only_models_and_wire_types_with_the_client() -> None:
    for path in modules():
        if room_of(path) == "simulator" and path.name != PLUGIN:
            assert set(imported_rooms(path)) <= SIMULATOR_MAY_IMPORT, path.name


@pytest.mark.parametrize(
    "module",
    [
        "_protocol",
        "_request",
        "_envelope",
        "_values",
        "_rules",
        "_operation",
        "_refusals",
        "_masking",
        "_settings",
    ],
)
def test_the_pure_core_imports_neither_asyncio_nor_aiohttp(module: str) -> None:
    source = (PROJECT / "cj_async" / f"{module}.py").read_text(encoding="utf-8")
    imported = {
        name.name.split(".")[0]
        if isinstance(node, ast.Import)
        else (node.module or "").split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert not imported & {"asyncio", "aiohttp", "time", "socket"}


def test_the_code_generator_and_the_package_do_not_know_each_other() -> None:
    for path in (PROJECT / "codegen").rglob("*.py"):
        assert "cj_async" not in set(imported_names(path)), path.name
    for path in modules():
        assert "codegen" not in set(imported_names(path)), path.name


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def test_importing_the_package_loads_no_extra_and_no_development_tool() -> None:
    unwanted = (
        "{'typer', 'rich', 'yaml', 'jinja2', 'pydantic', 'cj_async.simulator', 'cj_async.cli'}"
    )
    code = f"import sys, cj_async; print(sorted({unwanted} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
