"""Where it is kept: server, connections, migrations, and dbt's build of a candidate. Imports the floors below."""
