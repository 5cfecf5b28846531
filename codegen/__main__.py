"""`python -m codegen`: writes models, resources, the error table, the bundled spec and API.md.

`python -m codegen audit DOC…` compares CJ's documentation with the spec instead.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codegen.audit.command import add_audit, audit
from codegen.generate import drift, generate, write
from codegen.lint import lint
from codegen.load import SpecError, read_spec

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0 fine, 1 drift or findings, 2 unreadable spec)."""
    options = _parser().parse_args(arguments)
    if options.command == "audit":
        return audit(options)
    try:
        spec = read_spec(options.project / "spec")
        findings = lint(spec)
        if findings:
            print("\n".join(findings))
            return 1
        if options.lint:
            return 0
        files = generate(spec, options.project)
    except SpecError as error:
        print(f"spec: {error}", file=sys.stderr)
        return 2
    return _check(files, options.project) if options.check else _write(files, options.project)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="show drift and exit 1 instead of writing"
    )
    parser.add_argument(
        "--lint", action="store_true", help="only check the rules of spec/README.md"
    )
    parser.add_argument("--project", type=Path, default=PROJECT, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command")
    auditing = commands.add_parser("audit", help="compare CJ's documentation with the spec")
    add_audit(auditing)
    auditing.add_argument("--project", type=Path, default=PROJECT, help="folder that holds spec/")
    return parser


def _check(files: dict[str, str], project: Path) -> int:
    difference = drift(files, project)
    print(difference, end="")
    if difference:
        print("generated files differ from spec/: run `make models`", file=sys.stderr)
    return 1 if difference else 0


def _write(files: dict[str, str], project: Path) -> int:
    changed = write(files, project)
    print(f"{len(files)} files generated, {len(changed)} changed")
    for path in changed:
        print(f"  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
