"""The emulated AWS account, a process of its own in the background."""
