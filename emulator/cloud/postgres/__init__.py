"""PostgreSQL servers: the programs, the processes, and what RDS puts into a new server."""
