#!/bin/bash
# First start of the server: Airflow's own database and login, apart from the warehouse; the login of the runs, which
# prepares and owns nothing (docs/droits.md); that of the dashboards, which reads. No password is an argument: any account
# of the machine reads those.
set -euo pipefail

# a password as the addresses that hold it are read: %XX is a byte
decoder() {
  local LC_ALL=C reste="$1" lu="" octet
  while [[ "$reste" =~ ^([^%]*)%([0-9A-Fa-f]{2})(.*)$ ]]; do
    printf -v octet "\\x${BASH_REMATCH[2]}"
    lu+="${BASH_REMATCH[1]}$octet"
    reste="${BASH_REMATCH[3]}"
  done
  printf '%s' "$lu$reste"
}

SECRET_ADMIN="$(decoder "$POSTGRES_PASSWORD")" \
SECRET_AIRFLOW="$(decoder "$AIRFLOW_DB_PASSWORD")" \
SECRET_BILAN="$(decoder "$ENTREPOT_PASSWORD")" \
SECRET_TABLEAUX="$(decoder "$TABLEAUX_PASSWORD")" \
  psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv admin SECRET_ADMIN
\getenv airflow SECRET_AIRFLOW
\getenv bilan SECRET_BILAN
\getenv tableaux SECRET_TABLEAUX
alter role current_user password :'admin';
create role airflow login password :'airflow';
create database airflow owner airflow;
create role mutualisation_traitement nologin;
create role preparateur nologin;
create role mutualisation_lecteur nologin;
create role bilan login password :'bilan' in role mutualisation_traitement, preparateur;
create role tableaux login password :'tableaux' in role mutualisation_lecteur;
SQL
