"""CrossGuard policies: rules as data, importable; `__main__.py` alone serves them."""
