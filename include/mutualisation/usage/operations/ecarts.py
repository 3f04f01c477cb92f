"""What a candidate version would change: its figures beside those published and those of the year before, in euros."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.socle.francais.formats import INSECABLE, euros, signe
from mutualisation.usage.operations.en_attente import en_attente, lieu_des_lignes
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote_par_la_construction
from mutualisation.usage.operations.publication_candidate import CONSTRUITE, derniere_validee, exiger_la_derniere
from mutualisation.usage.operations.session import Session

# the first one is the one that a sentence says
MESURES = {"cout_net": "Coût net", "recettes": "Recettes", "reste_a_charge": "Reste à charge"}
TOTAL = "TOTAL"
LIGNES_MAX = 60
ENTETE = (
    "| Exercice | Dispositif | Mesure | Cette version | Écart avec la version publiée | Écart avec N−1 |\n"
    "|---|---|---|---:|---:|---:|\n"
)
# the year before, as this version has it, else as it is published
ECARTS = """
with candidats as (
  select exercice, dispositif, cout_net, recettes, reste_a_charge from {}.synthese_financiere
   where version = %(version)s
),
publies as (
  select exercice, dispositif, cout_net, recettes, reste_a_charge from publication.synthese_financiere
),
precedents as (
  table candidats union all select * from publies where exercice not in (select exercice from candidats)
)
select l.exercice, l.dispositif, m.mesure, m.candidate, m.publiee, m.avant, d.version
  from (select exercice, dispositif from candidats union select exercice, dispositif from publies) as l
  left join candidats as c using (exercice, dispositif)
  left join publies as p using (exercice, dispositif)
  left join precedents as a on a.exercice = l.exercice - 1 and a.dispositif = l.dispositif
  left join journal.publications as d on d.exercice = l.exercice
 cross join lateral (values
   (1, 'cout_net', c.cout_net, p.cout_net, a.cout_net),
   (2, 'recettes', c.recettes, p.recettes, a.recettes),
   (3, 'reste_a_charge', c.reste_a_charge, p.reste_a_charge, a.reste_a_charge)
 ) as m (rang, mesure, candidate, publiee, avant)
 where l.exercice = any (%(exercices)s)
 order by l.exercice, l.dispositif = 'TOTAL' desc, l.dispositif, m.rang
"""


@dataclass(frozen=True)
class Candidate:
    """A version that passed its gates and waits: the exercices that it would change, none when nothing does; its total
    in a sentence, then what it leaves out, its differences in a Markdown table (€) that ends with where its documents
    are, each of the folders of `documents`."""

    version: int
    exercices: list[int]
    phrase: str
    tableau: str
    documents: list[str]


def candidate(session: Session, version: int | None = None) -> Candidate:
    """The version to publish (default: the last one), its documents composed, and what it would change.

    Raises `SansReprise` when a later build has replaced it, it is published, or it failed.
    """
    with session.connexion() as conn:
        choisie = version if version is not None else derniere_validee(conn)
        exiger_la_derniere(conn, choisie)
        changes, _ = conn.execute(CONSTRUITE, (choisie,)).fetchone() or ([], "")
        with conn.cursor(row_factory=dict_row) as curseur:
            requete = sql.SQL(ECARTS).format(sql.Identifier(lieu_des_lignes(conn, choisie)))
            lignes = curseur.execute(requete, {"version": choisie, "exercices": changes}).fetchall()
        laisse = laisse_de_cote_par_la_construction(conn, choisie, changes)
        attente = en_attente(conn, choisie)
    phrase = " ".join(filter(None, [_phrase(choisie, lignes), laisse]))
    extraits = [str(extrait) for extrait in attente.extraits] if attente else []
    return Candidate(choisie, changes, phrase, _tableau(lignes) + "".join(map(_lien, extraits)), extraits)


def _lien(extrait: str) -> str:
    return f"\n\nDocuments qui seront publiés : [{extrait}]({Path(extrait).as_uri()})"


def _phrase(version: int, lignes: Iterable[dict[str, Any]]) -> str:
    totaux = [x for x in lignes if (x["dispositif"], x["mesure"]) == (TOTAL, next(iter(MESURES)))]
    if not totaux:
        return f"Version {version} : rien ne change de ce qui est publié."
    dits = (
        f"exercice {x['exercice']}, coût net {euros(x['candidate'], 2)} ("
        + (f"{_ecart(x, 'publiee')} depuis la version {x['version']}" if x["version"] else "première publication")
        + (f", {_ecart(x, 'avant')} depuis {x['exercice'] - 1})" if x["avant"] is not None else ")")
        for x in totaux
    )
    return f"Version {version} à publier : {' ; '.join(dits)}."


def _tableau(lignes: list[dict[str, Any]]) -> str:
    """Totals, and each figure that the version moves."""
    montrees = [x for x in lignes if x["dispositif"] == TOTAL or x["candidate"] != x["publiee"]]
    reste = len(montrees) - LIGNES_MAX
    rangees = (
        f"| {x['exercice']} | {x['dispositif']} | {MESURES[x['mesure']]} | {euros(x['candidate'], 2)}"
        f" | {_ecart(x, 'publiee')} | {_ecart(x, 'avant')} |"
        for x in montrees[:LIGNES_MAX]
    )
    return ENTETE + "\n".join(rangees) + (f"\n\n… et {reste} lignes de plus." if reste > 0 else "")


def _ecart(ligne: dict[str, Any], avec: str) -> str:
    """What a figure moved by, an absent one counting for nothing; a dash when there is none to compare with."""
    if ligne[avec] is None:
        return "—"
    return f"{signe((ligne['candidate'] or Decimal(0)) - ligne[avec], 2)}{INSECABLE}€"
