"""Component resources, one per file: what `__main__.py` composes a host and a tenant from."""
