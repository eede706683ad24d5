"""The proof of isolation: every principal tries every door, and what opened is compared."""
