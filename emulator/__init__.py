"""A Pulumi engine and an AWS account that live on this machine."""
