#!/usr/bin/env bash
# lancer.sh: Superset in an environment of its own (it wants SQLAlchemy 1.4, dbt and Airflow want 2), the dashboards of tableaux.yml
# imported, until Ctrl-C. By the environment, for a command line is read by every account of the machine: ADRESSE, that of
# `mutualisation ouvrir`, or of an account that reads `bi`; EXERCICE, the one that pages open on (default: the last published); PORT.
set -euo pipefail
umask 077
ici=$(cd "$(dirname "$0")" && pwd)
[ -n "${ADRESSE:-}" ] || { echo "Donnez l'adresse de l'entrepôt par la variable ADRESSE." >&2; exit 1; }
dossier=${SUPERSET_HOME:-$ici/../../var/superset}
mkdir -p "$dossier" && chmod 700 "$dossier"
# flask and gunicorn take modules from the current folder
cd "$dossier" && dossier=$PWD
export SUPERSET_HOME=$dossier SUPERSET_CONFIG_PATH=$ici/superset_config.py FLASK_APP="superset.app:create_app()" PYTHONWARNINGS=ignore
for cle in cle_secrete mot_de_passe; do [ -s "$cle" ] || head -c 32 /dev/urandom | base64 | tr '+/' '-_' >"$cle"; done
SUPERSET_SECRET_KEY=$(cat cle_secrete); export SUPERSET_SECRET_KEY
venv=${SUPERSET_VENV:-$dossier/venv}
if [ ! -x "$venv/bin/superset" ]; then
  # the pins hold for these two
  python=$(command -v python3.11 || command -v python3.12) || { echo "Superset demande Python 3.11 ou 3.12 : installez l'un des deux." >&2; exit 1; }
  "$python" -m venv "$venv" && "$venv/bin/pip" install --quiet --require-hashes -r "$ici/exigences.txt"
fi
export PATH=$venv/bin:$PATH
python "$ici/lot.py" tableaux.zip
{
  superset db upgrade
  superset init
  python "$ici/importer.py" tableaux.zip
} >journal.txt 2>&1 || { tail -5 journal.txt >&2; exit 1; }
unset ADRESSE
echo "http://localhost:${PORT:-8088}/dashboard/list/ : compte admin, mot de passe dans $dossier/mot_de_passe ; Ctrl-C pour fermer."
exec gunicorn --workers 2 --worker-class gthread --threads 8 --timeout 120 --bind "${SUPERSET_HOTE:-127.0.0.1}:${PORT:-8088}" "$FLASK_APP" >>journal.txt 2>&1
