"""Codes that the referentiel names and agents that the warehouse knows, which decide whether a code lands (K9);
parameters that no rule reads (F18)."""

from __future__ import annotations

import difflib
import re

from psycopg import sql

from mutualisation.francais.libelles import PARAMETRES
from mutualisation.ingestion.confidentialite import Pseudonymes
from mutualisation.ingestion.journal import Connexion
from mutualisation.sources.brut import table
from mutualisation.sources.registre import registre

JEU_PARAMETRES = "parametres"
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
# the codes of the keys, and what parameters are said of: « montant:<budget> »
_COLONNES = {"cles_analytiques": "b.code", "parametres": "split_part(b.parametre, ':', -1)"}


def codes_nommes(conn: Connexion) -> frozenset[str]:
    """Codes of the files that count. The referentiel is loaded before the other sources."""
    codes: set[str] = set()
    for jeu, colonne in _COLONNES.items():
        requete = sql.SQL("select distinct btrim({}) from {} b join journal.fichiers_courants f using (fichier_id)")
        codes |= {c for (c,) in conn.execute(requete.format(sql.SQL(colonne), table(registre().jeu(jeu)))) if c}
    return frozenset(codes)


def agents_connus(conn: Connexion) -> frozenset[str]:
    """Pseudonyms of every agent that has landed, those of this load included."""
    lus = conn.execute("select distinct matricule from brut.agents")
    return frozenset(m for (m,) in lus if m)


def nommer_les_codes(conn: Connexion, pseudonymes: Pseudonymes) -> None:
    """Give back its code to each digest that a key or a parameter now names: the order of the drops changes no figure.

    `delivre` keeps the digest, as it landed. The caller commits.
    """
    masques = {pseudonymes.masque(c): c for c in codes_nommes(conn)}
    for jeu in (j for j in registre().jeux if j.personnes):
        for colonne in (c.nom for c in jeu.colonnes if c.gardee and c.type == "code"):
            noms = {"table": table(jeu), "colonne": sql.Identifier(colonne)}
            vus = conn.execute(sql.SQL("select distinct {colonne} from {table} where {colonne} ^@ '~'").format(**noms))
            if nommes := [m for (m,) in vus.fetchall() if m in masques]:
                conn.execute(
                    sql.SQL(
                        "update {table} as b set {colonne} = n.code"
                        " from unnest(%s::text[], %s::text[]) as n (masque, code) where b.{colonne} = n.masque"
                    ).format(**noms),
                    (nommes, [masques[m] for m in nommes]),
                )


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
