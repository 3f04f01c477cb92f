#!/usr/bin/env bash
# `make environnement`: the locked environment under PYTHON=…, else the newest Python here that `requires-python` lets in, and a
# pinned uv where there is none. `--choisir`: names that Python; `--choisir ancien`: the oldest.
set -euo pipefail
cd "$(dirname "$0")/.."
read -r bas haut < <(sed -nE 's/^requires-python = ">=3\.([0-9]+),<3\.([0-9]+)"$/\1 \2/p' pyproject.toml)
uv=$(command -v uv || echo var/outils/bin/uv)
dire() { echo "$1" >&2; }
finir() { dire "$1"; exit 1; }
version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }

choisir() { # names in the order of preference: the first that is what it says, then what `python3` is, then those of uv
  local m v nom
  for m in $1; do v=$(version "python3.$m"); [ "$v" != "3.$m" ] || { command -v "python3.$m"; return; }; done
  for nom in python3 python; do
    v=$(version "$nom")
    for m in $1; do [ "$v" != "3.$m" ] || { command -v "$nom"; return; }; done
  done
  for m in $1; do "$uv" python find --system --no-project "3.$m" 2>/dev/null && return; done
  return 1
}

if [ "${1:-}:${2:-}" = --choisir:ancien ]; then mineures=$(seq "$bas" $((haut - 1))); else mineures=$(seq $((haut - 1)) -1 "$bas"); fi
if [ -n "${PYTHON:-}" ]; then
  [[ " ${mineures//$'\n'/ } " == *" $(version "$PYTHON" | sed -n 's/^3\.//p') "* ]] ||
    finir "PYTHON=$PYTHON n'est pas un Python de 3.$bas à 3.$((haut - 1)) : désignez-en un autre, ou aucun pour le plus récent de la machine."
  python=$PYTHON
else
  python=$(choisir "$mineures") || finir "Aucun Python de 3.$bas à 3.$((haut - 1)) n'a été trouvé : installez-en un (Debian, Ubuntu : apt install python3 python3-venv ;
Fedora : dnf install python3.$((haut - 1)) ; ailleurs : uv python install 3.$((haut - 1))), ou désignez-le par PYTHON=/chemin/de/python, puis relancez."
fi
if [ "${1:-}" = --choisir ]; then echo "$python"; exit; fi

if ! command -v "$uv" >/dev/null; then
  # a half-made folder would be taken as it is
  "$python" -m venv --clear var/outils >/dev/null 2>&1 || finir "$python ne sait pas créer d'environnement (« python -m venv ») : installez ce qui lui manque (Debian, Ubuntu :
apt install python3-venv, ou python$(version "$python")-venv), ou installez uv, puis relancez."
  var/outils/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 ||
    finir "uv ne s'est pas installé : un accès au registre des paquets Python est nécessaire (PIP_INDEX_URL en désigne un autre), puis relancez."
fi
dire "Environnement : paquets de uv.lock pour $python, reçus puis compilés dans .venv (trois minutes la première fois)…"
exec "$uv" sync --locked --quiet --python "$python"
