#!/bin/bash
# First start of the server: Airflow's own database and login, apart from the warehouse; the login of the runs, which
# prepares and owns nothing (docs/droits.md).
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v secret="$AIRFLOW_DB_PASSWORD" -v bilan="$ENTREPOT_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role airflow login password :'secret';
create database airflow owner airflow;
create role mutualisation_traitement nologin;
create role preparateur nologin;
create role bilan login password :'bilan' in role mutualisation_traitement, preparateur;
SQL
