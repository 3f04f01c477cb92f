"""Environment of alembic: the connection, its lock and its transaction are those of `migrer`."""

from alembic import context

from mutualisation.entrepot.migrations.application import TABLE

context.configure(connection=context.config.attributes["connexion"], version_table=TABLE, version_table_schema="public")
context.run_migrations()
