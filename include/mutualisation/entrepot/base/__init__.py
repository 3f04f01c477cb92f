"""The warehouse: embedded PostgreSQL, connections, migrations."""
