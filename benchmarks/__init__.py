"""How long the emulator takes, beside the pulumi CLI where there is one: `python -m benchmarks`."""
