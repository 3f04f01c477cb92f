#!/usr/bin/env bash
# dossiers.sh BILANS DEPOT [UID]: run as root before the parts of Airflow, which are user 50000. A folder that Docker made is
# root's: it is handed over, it alone. Nothing starts when the extracts could not be written, or the drop read.
set -euo pipefail
bilans=$1 depot=$2 utilisateur=${3:-50000}

peut() { setpriv --reuid="$utilisateur" --regid=0 --clear-groups test "$@"; }

peut -w "$bilans" -a -x "$bilans" || chown "$utilisateur" "$bilans" 2>/dev/null || true
peut -w "$bilans" -a -x "$bilans" || {
  echo "Le dossier des bilans n'est pas inscriptible par l'utilisateur $utilisateur des conteneurs, et le système refuse de le lui" \
    "donner : tapez « chown $utilisateur DOSSIER » sur la machine qui l'héberge, ou nommez-en un autre par SORTIE dans .env." >&2
  exit 1
}
peut -r "$depot" -a -x "$depot" || {
  echo "Le dossier du dépôt n'est pas lisible par l'utilisateur $utilisateur des conteneurs : tapez « setfacl -R -m" \
    "u:$utilisateur:rX DOSSIER » sur la machine qui l'héberge, ou nommez-en un autre par DEPOT dans .env." >&2
  exit 1
}
