#!/bin/bash
# First start of the server: Airflow's own database and login, apart from the warehouse.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v secret="$AIRFLOW_DB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role airflow login password :'secret';
create database airflow owner airflow;
SQL
