"""The command line `cj`; needs the extra: ``pip install 'cj-async[cli]'``."""

from __future__ import annotations

import sys

__all__ = ["main"]

_STOPPED = 130


def main() -> None:
    """Runs the command line."""
    try:
        from cj_async.cli._app import app
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.exit(f"cj needs {error.name}: pip install 'cj-async[cli]'")
    except KeyboardInterrupt:  # before there is anything to end in order
        sys.exit(_STOPPED)
    app()
