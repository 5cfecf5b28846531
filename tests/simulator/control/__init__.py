"""Control of the local CJ: in Python, over HTTP, from the command line, from pytest."""
