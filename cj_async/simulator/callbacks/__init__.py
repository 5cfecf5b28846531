"""Webhooks: which are set, and how they are sent."""
