#!/usr/bin/env bash
# secrets.sh [FICHIER]: the .env that docker-compose.yml reads, with a fresh secret on each line of .env.example that has no value
# there. What is already written stays, to the byte: running it again completes a .env of a former version.
set -euo pipefail
umask 077
modele=$(cd "$(dirname "$0")/.." && pwd)/.env.example
fichier=${1:-$(dirname "$modele")/.env}

alea() { head -c 32 /dev/urandom; }
neuf() {
  case $1 in
    *FERNET_KEY) alea | base64 | tr '+/' '-_' ;;
    # PKCS#8 of an Ed25519 key: these 16 bytes, then its 32 (RFC 8410)
    *CLE_SIGNATURE)
      corps=$({ printf '\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20' && alea; } | base64)
      printf "'-----BEGIN PRIVATE KEY-----\\\\n%s\\\\n-----END PRIVATE KEY-----\\\\n'" "$corps"
      ;;
    *) alea | base64 | tr '+/' '-_' | tr -d = ;;
  esac
}

[ -e "$fichier" ] || cp "$modele" "$fichier"
neuf_fichier=$(mktemp "$fichier.XXXXXX")
trap 'rm -f "$neuf_fichier"' EXIT
{
  awk 1 "$fichier"
  # the lines that this file does not have yet
  grep -E '^[A-Z_]+=$' "$modele" | while IFS= read -r ligne; do grep -q "^$ligne" "$fichier" || printf '%s\n' "$ligne"; done
} | while IFS= read -r ligne || [ -n "$ligne" ]; do
  if [[ $ligne =~ ^([A-Z_]+)=[[:space:]]*$ ]]; then
    ligne=${BASH_REMATCH[1]}=$(neuf "${BASH_REMATCH[1]}")
    echo "${BASH_REMATCH[1]} : valeur neuve"
  fi
  printf '%s\n' "$ligne" >>"$neuf_fichier"
done
cmp -s "$neuf_fichier" "$fichier" || mv "$neuf_fichier" "$fichier"
chmod 600 "$fichier"
echo "$fichier est complet : gardez-en une copie ailleurs que la sauvegarde de l'entrepôt."
