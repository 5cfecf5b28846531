"""`python -m cj_async.cli` is `cj`."""

from cj_async.cli import main

main()
