"""A session at a stage's databases through its read-only door."""
