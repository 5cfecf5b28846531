"""Payments and the sandbox: what moves money, or seems to."""
