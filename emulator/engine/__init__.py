"""The engine: runs a Pulumi program and brings what it registers about."""
