"""Generates everything in memory, then writes it or shows how the tree differs."""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codegen.apidoc import generate_api_index
from codegen.bundle import bundle
from codegen.codes import generate_codes
from codegen.load import Spec
from codegen.models import generate_models
from codegen.operations import read_operations
from codegen.params import generate_params
from codegen.reference import generate_reference
from codegen.resources import generate_resources

RUFF = """\
line-length = 100
target-version = "py311"
[lint]
select = ["I", "F401"]
[lint.isort]
known-first-party = ["cj_async"]
"""

OWNED = ("cj_async/models", "cj_async/params", "cj_async/resources")
"""Folders that hold nothing but generated files: what is not generated any more is removed."""


def generate(spec: Spec, project: Path) -> dict[str, str]:
    """Returns every generated file: its text by its path in the project."""
    operations = read_operations(spec)
    with _scratch(project) as scratch:
        models = generate_models(spec, scratch)
        python = {f"cj_async/models/{name}": text for name, text in models.items()}
        resources = generate_resources(spec, operations)
        python |= {f"cj_async/resources/{name}": text for name, text in resources.items()}
        params = generate_params(spec)
        python |= {f"cj_async/params/{name}": text for name, text in params.items()}
        python["cj_async/_codes.py"] = generate_codes(spec)
        reference = generate_reference(spec)
        python |= {f"cj_async/reference/{name}": text for name, text in reference.items()}
        files = _formatted(python, scratch)
    files["cj_async/spec.json"] = json.dumps(bundle(spec), ensure_ascii=False, indent=1) + "\n"
    files["API.md"] = generate_api_index(operations)
    return dict(sorted(files.items()))


@contextmanager
def _scratch(project: Path) -> Generator[Path, None, None]:
    """A folder inside the project with its own ruff settings: ruff picks them by a file's place."""
    parent = project / ".codegen"
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        (folder / "ruff.toml").write_text(RUFF, encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder)
        with suppress(OSError):  # another run is at work
            parent.rmdir()


def _formatted(files: dict[str, str], scratch: Path) -> dict[str, str]:
    """Sorts imports, drops unused ones and formats, with the project's ruff."""
    for name, text in files.items():
        path = scratch / "python" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _ruff("check", "--quiet", "--fix", "--no-cache", str(scratch / "python"))
    _ruff("format", "--quiet", "--no-cache", str(scratch / "python"))
    return {name: (scratch / "python" / name).read_text(encoding="utf-8") for name in files}


def _ruff(*arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ruff {arguments[0]} failed:\n{done.stdout}{done.stderr}")


def write(files: dict[str, str], project: Path) -> list[str]:
    """Writes what changed, removes what is not generated any more; returns the paths."""
    changed = [path for path, text in files.items() if _current(project / path) != text]
    for path in changed:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(files[path], encoding="utf-8", newline="\n")
    stale = list(_stale(files, project))
    for path in stale:
        (project / path).unlink()
    return sorted(changed + stale)


def drift(files: dict[str, str], project: Path) -> str:
    """Returns a unified diff from the tree to what the spec says; empty when they agree."""
    wanted: dict[str, str | None] = {**files, **dict.fromkeys(_stale(files, project))}
    return "".join(
        _difference(path, _current(project / path), wanted[path]) for path in sorted(wanted)
    )


def _difference(path: str, current: str | None, wanted: str | None) -> str:
    """The diff of one file, ``None`` being no file; never empty when the two differ."""
    if current == wanted:
        return ""
    before = "/dev/null" if current is None else f"a/{path}"
    after = "/dev/null" if wanted is None else f"b/{path}"
    lines = difflib.unified_diff(
        (current or "").splitlines(keepends=True),
        (wanted or "").splitlines(keepends=True),
        before,
        after,
    )
    text = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    return text or f"--- {before}\n+++ {after}\n"


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _stale(files: dict[str, str], project: Path) -> Iterator[str]:
    for folder in OWNED:
        for path in sorted((project / folder).glob("*.py")):
            relative = path.relative_to(project).as_posix()
            if relative not in files:
                yield relative
