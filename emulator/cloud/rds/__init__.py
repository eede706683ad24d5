"""Database instances: what moto keeps of them, and the real servers that follow it."""
