"""A Pulumi file backend: checkpoints, journal, secrets, locks, history."""
