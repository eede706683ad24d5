"""Systems Manager's sessions: port-forwards through an instance, to a host of its VPC."""
