"""What people and CI run around a stack."""
