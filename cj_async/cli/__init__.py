"""The command line `cj`; needs the extra: ``pip install 'cj-async[cli]'``."""

from __future__ import annotations

import sys

__all__ = ["main"]

_STOPPED = 130


def main() -> None:
    """Runs the command line."""
    try:
        _run()
    except KeyboardInterrupt:  # before a command has begun, which ends in order
        sys.exit(_STOPPED)


def _run() -> None:
    try:
        from cj_async.cli._app import app
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.exit(f"cj needs {error.name}: pip install 'cj-async[cli]'")
    app()
