"""Codes that the referentiel names, and agents that the warehouse knows: what decides whether a code lands (K9)."""

from __future__ import annotations

from psycopg import sql

from mutualisation.ingestion.journal import Connexion
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.sources.brut import table
from mutualisation.sources.jeux import Registre

JEU_AGENTS = "agents"
# the codes of the keys, and what parameters are said of: « montant:<budget> »
_COLONNES = {"cles_analytiques": "b.code", "parametres": "split_part(b.parametre, ':', -1)"}


def codes_nommes(conn: Connexion, reg: Registre) -> frozenset[str]:
    """Codes of the files that count. The referentiel is loaded before the other sources."""
    connus = {jeu.nom for jeu in reg.jeux}
    codes: set[str] = set()
    for jeu in _COLONNES.keys() & connus:
        requete = sql.SQL("select distinct btrim({}) from {} b join journal.fichiers_courants f using (fichier_id)")
        codes |= {c for (c,) in conn.execute(requete.format(sql.SQL(_COLONNES[jeu]), table(reg.jeu(jeu)))) if c}
    return frozenset(codes)


def agents_connus(conn: Connexion, reg: Registre) -> frozenset[str]:
    """Pseudonyms of every agent that has landed, those of this load included."""
    if JEU_AGENTS not in {jeu.nom for jeu in reg.jeux}:
        return frozenset()
    lus = conn.execute(sql.SQL("select distinct matricule from {}").format(table(reg.jeu(JEU_AGENTS))))
    return frozenset(m for (m,) in lus if m)


def nommer_les_codes(conn: Connexion, reg: Registre, pseudonymes: Pseudonymes) -> None:
    """Give back its code to each digest that a key or a parameter now names: the order of the drops changes no figure.

    `delivre` keeps the digest, as it landed. The caller commits.
    """
    masques = {pseudonymes.masque(c): c for c in codes_nommes(conn, reg)}
    for jeu in (j for j in reg.jeux if j.personnes):
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
