"""A `session-manager-plugin` for machines that have none: what AWS's own does for port-forwards."""
