"""The audit: compares CJ's documentation with the spec. Read `command` first, it names the steps."""
