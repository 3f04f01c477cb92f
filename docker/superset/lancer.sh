#!/usr/bin/env bash
# lancer.sh ADRESSE [EXERCICE [PORT]]: Superset in an environment of its own (it wants SQLAlchemy 1.4, dbt and Airflow want 2), the
# dashboards of tableaux.yml imported, until Ctrl-C. ADRESSE: that of `mutualisation ouvrir`, or of an account that reads `bi`.
# EXERCICE: the one that pages open on (default: the last published).
set -euo pipefail
ici=$(cd "$(dirname "$0")" && pwd)
dossier=${SUPERSET_HOME:-$ici/../../var/superset}
mkdir -p "$dossier" && chmod 700 "$dossier"
export SUPERSET_HOME=$dossier SUPERSET_CONFIG_PATH=$ici/superset_config.py FLASK_APP="superset.app:create_app()" PYTHONWARNINGS=ignore
cle() { [ -s "$dossier/$1" ] || (umask 077; python3 -c 'import secrets; print(secrets.token_urlsafe(32))' >"$dossier/$1"); cat "$dossier/$1"; }
SUPERSET_SECRET_KEY=$(cle cle_secrete); export SUPERSET_SECRET_KEY
venv=${SUPERSET_VENV:-$dossier/venv}
if [ ! -x "$venv/bin/superset" ]; then
  # the pins hold for these two
  python=$(command -v python3.11 || command -v python3.12) || { echo "Superset demande Python 3.11 ou 3.12 : installez l'un des deux." >&2; exit 1; }
  "$python" -m venv "$venv" && "$venv/bin/pip" install --quiet -r "$ici/exigences.txt"
fi
export PATH=$venv/bin:$PATH
python "$ici/lot.py" "${1/postgresql:/postgresql+psycopg2:}" "${2:-}" "$dossier/tableaux.zip"
{
  superset db upgrade
  superset fab create-admin --username admin --firstname Administration --lastname Entrepôt --email admin@localhost --password "$(cle mot_de_passe)"
  superset init
  python "$ici/importer.py" "$dossier/tableaux.zip"
} >"$dossier/journal.txt" 2>&1 || { tail -5 "$dossier/journal.txt" >&2; exit 1; }
echo "http://localhost:${3:-8088}/dashboard/list/ : compte admin, mot de passe dans $dossier/mot_de_passe ; Ctrl-C pour fermer."
exec gunicorn --workers 2 --worker-class gthread --threads 8 --timeout 120 --bind "${SUPERSET_HOTE:-127.0.0.1}:${3:-8088}" "$FLASK_APP" >>"$dossier/journal.txt" 2>&1
