"""Freight, tracking and disputes."""
