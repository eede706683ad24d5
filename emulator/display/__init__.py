"""How a deployment is shown: live on a terminal, plain lines in CI, JSON for machines."""
