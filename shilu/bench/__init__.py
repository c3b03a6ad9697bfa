"""Measuring: seeded branches made in bulk, and what is timed on them."""
