"""This floor keeps the data: server, migrations, dbt's build of a candidate. It imports the floors below."""
