"""The command line, with the names, flags and exit codes of `pulumi`."""
