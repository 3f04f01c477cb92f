"""This room reaches the warehouse: embedded PostgreSQL, connections, migrations."""
