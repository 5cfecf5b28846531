"""Merging orders into one parcel."""
