"""Data functions."""
