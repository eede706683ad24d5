"""The rules, a module for each kind of resource or question."""
