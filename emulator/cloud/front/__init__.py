"""What stands before each database server: TLS, and the login rules of RDS."""
