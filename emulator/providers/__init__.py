"""Resource providers that act on the emulated cloud, served over Pulumi's own protocol."""
