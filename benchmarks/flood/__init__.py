"""What a hostile tenant costs its neighbour on the same server: `python -m benchmarks.flood`."""
