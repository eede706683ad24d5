"""Services whose actions and resources are mapped exactly, a module each."""
