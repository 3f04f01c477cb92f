"""F18: names of parameters that no rule reads, said when they are loaded with the closest one that a rule reads."""

from __future__ import annotations

import difflib
import re

from mutualisation.francais.libelles import PARAMETRES
from mutualisation.ingestion.journal import Connexion

JEU = "parametres"
# a name that may be shown; anything else is a cell of another column
NOM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
SQL_NOMS = """
select f.chemin, split_part(p.parametre, ':', 1) as nom
  from brut.parametres as p
 inner join journal.fichiers as f using (fichier_id)
 where f.chargement_id = %s and p.parametre is not null
 group by 1, 2
 order by 1, min(p.ligne)
"""


def parametres_inconnus(conn: Connexion, chargement_id: int) -> list[str]:
    """A warning for each file of a load that names parameters which the contract does not know."""
    inconnus: dict[str, list[str]] = {}
    for chemin, nom in conn.execute(SQL_NOMS, (chargement_id,)).fetchall():
        if nom not in PARAMETRES:
            inconnus.setdefault(chemin, []).append(_dire(nom))
    return [
        f"{chemin} : parametre_inconnu : gardés, lus par aucune règle : {', '.join(dict.fromkeys(noms))} (F18)."
        for chemin, noms in inconnus.items()
    ]


def _dire(nom: str) -> str:
    if not NOM.fullmatch(nom):
        return "un nom qui n'a pas la forme d'un paramètre"
    proche = difflib.get_close_matches(nom.lower(), list(PARAMETRES), 1, 0.6)
    return f"« {nom} »" + (f", le plus proche est « {proche[0]} »" if proche else "")
