"""Policy documents of AWS: where they are, what they say, and whom they reach."""
