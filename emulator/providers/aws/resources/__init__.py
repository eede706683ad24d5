"""Handlers of resource types, one module per group of types."""
