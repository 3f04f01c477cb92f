"""Who publishes or closes a version reads its figures (euros) beside those of the version and of the year before, and
what is to be commented on."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.publication.portes.bilan import points_a_commenter
from mutualisation.socle.francais.formats import INSECABLE, euros, plusieurs, signe
from mutualisation.socle.francais.libelles import libelle_controle
from mutualisation.socle.francais.neutralisation import en_markdown
from mutualisation.usage.operations.en_attente import en_attente
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote_par_la_construction
from mutualisation.usage.operations.publication_candidate import CONSTRUITE, derniere_validee, exiger_la_derniere
from mutualisation.usage.operations.session import Session

# a sentence says the first one
MESURES = {
    "cout_net": "Coût net", "recettes": "Recettes", "reste_a_charge": "Part de l'EPCI",
    "cout_complet_unitaire": "Coût complet par unité", "cout_d5211_unitaire": "Coût D5211-16 par unité",
}  # fmt: skip
TOTAL = "TOTAL"
LIGNES_MAX = 100
ENTETE = (
    "| Exercice | Dispositif | Mesure | Cette version | Écart avec la version {} | Écart avec N−1 |\n"
    "|---|---|---|---:|---:|---:|\n"
)
# (how the version compared with is called, what is said where there is none): for one to publish, then for one to close
A_PUBLIER, A_CLORE = ("publiée", "première publication"), ("d'avant", "aucune version avant elle")
# a version that waits is compared with what is published; one that is published, with the one that it replaced
PUBLIEES = "select exercice, version from journal.publications"
REMPLACEES = """
select l.exercice, max(l.version) as version
  from versions.synthese_financiere as l inner join journal.constructions as c using (version)
 where c.statut = 'publiee' and l.version < %(version)s group by l.exercice
"""
# the year before is that of this version, else that published
ECARTS = """
with comparees as ({}),
lignes as (
  select version, exercice, dispositif, cout_net, recettes, reste_a_charge, cout_complet_unitaire, cout_d5211_unitaire
    from versions.synthese_financiere left join versions.cout_unitaire using (version, exercice, dispositif)
),
candidats as (select * from lignes where version = %(version)s),
publies as (select * from lignes inner join comparees using (exercice, version)),
precedents as (
  select * from candidats union all
  select * from lignes where (exercice, version) in (select exercice, version from journal.publications)
     and exercice not in (select exercice from candidats)
)
select l.exercice, l.dispositif, m.mesure, m.candidate, m.publiee, m.avant, d.version
  from (select exercice, dispositif from candidats union select exercice, dispositif from publies) as l
  left join candidats as c using (exercice, dispositif)
  left join publies as p using (exercice, dispositif)
  left join precedents as a on a.exercice = l.exercice - 1 and a.dispositif = l.dispositif
  left join comparees as d on d.exercice = l.exercice
 cross join lateral (values
   (1, 'cout_net', c.cout_net, p.cout_net, a.cout_net),
   (2, 'recettes', c.recettes, p.recettes, a.recettes),
   (3, 'reste_a_charge', c.reste_a_charge, p.reste_a_charge, a.reste_a_charge),
   (4, 'cout_complet_unitaire', c.cout_complet_unitaire, p.cout_complet_unitaire, a.cout_complet_unitaire),
   (5, 'cout_d5211_unitaire', c.cout_d5211_unitaire, p.cout_d5211_unitaire, a.cout_d5211_unitaire)
 ) as m (rang, mesure, candidate, publiee, avant)
 where l.exercice = any (%(exercices)s) and (l.dispositif <> 'TOTAL' or m.rang < 4)
 order by l.exercice, l.dispositif = 'TOTAL' desc, l.dispositif, m.rang
"""
# adherents whose share of a cost, or what they owe, is not that of the version compared with
PARTS = """
select exercice, count(distinct siret_adherent)
  from (select a.exercice, a.siret_adherent
          from versions.cout_adherent as a inner join ({}) as d using (exercice)
         where a.exercice = any (%(exercices)s) and a.version in (d.version, %(version)s)
         group by a.exercice, a.dispositif, a.siret_adherent
        having count(*) = 1 or count(distinct (a.cout_usage, a.montant_du)) = 2) as changees
 group by exercice order by exercice
"""
CONSTATS = """
select exercice, controle, cle, case when justification is null then 'à justifier' else 'justifié' end
  from versions.controles
 where version = %(version)s and exercice = any (%(exercices)s) and statut = 'ecart' order by exercice, controle, cle
"""
PORTES = "select portes from journal.constructions where version = %s"


@dataclass(frozen=True)
class Candidate:
    """A version passed its gates and waits; `exercices` are those that it would change. `phrase` says its total and
    what it leaves out; `tableau` is a Markdown table of its differences (€), then what is to be commented on;
    `documents` are the folders of its documents."""

    version: int
    exercices: list[int]
    phrase: str
    tableau: str
    documents: list[str]


def candidate(session: Session, version: int | None = None) -> Candidate:
    """Return the version to publish (default: the last one), its documents composed, and what it would change. Raises
    `VersionDepassee` when a later build has replaced it, it is published, or it failed."""
    with session.connexion() as conn:
        choisie = version if version is not None else derniere_validee(conn)
        exiger_la_derniere(conn, choisie)
        changes, _ = conn.execute(CONSTRUITE, (choisie,)).fetchone() or ([], "")
        lignes, commenter = _lire(conn, PUBLIEES, choisie, changes)
        laisse = laisse_de_cote_par_la_construction(conn, choisie, changes)
        attente = en_attente(conn, choisie)
    phrase = " ".join(filter(None, [_phrase(choisie, lignes), laisse]))
    extraits = [str(extrait) for extrait in attente.extraits] if attente else []
    return Candidate(choisie, changes, phrase, _tableau(lignes, A_PUBLIER) + commenter, extraits)


def figures_a_clore(conn: psycopg.Connection[Any], exercice: int, version: int) -> tuple[str, str]:
    """Say the total of a published version, then tabulate what it changed and what is to be commented on."""
    lignes, commenter = _lire(conn, REMPLACEES, version, [exercice])
    return f"Version {version} à clore : {_totaux(lignes, A_CLORE)}.", _tableau(lignes, A_CLORE) + commenter


def _lire(conn: psycopg.Connection[Any], comparees: str, version: int, exercices: list[int]) -> tuple[list[Any], str]:
    """Return the rows of the table, then a list in Markdown: how many adherents see their own figures change, each gap
    of a control, whether it is justified, the figures that stand out."""
    choix, avec = {"version": version, "exercices": exercices}, sql.SQL(comparees)
    with conn.cursor(row_factory=dict_row) as curseur:
        lignes = curseur.execute(sql.SQL(ECARTS).format(avec), choix).fetchall()
    points = [
        f"exercice {exercice}, coût d'usage ou montant dû : {plusieurs(n, 'adhérent changé', 'adhérents changés')}"
        for exercice, n in conn.execute(sql.SQL(PARTS).format(avec), choix)
    ]
    points += [
        f"exercice {exercice}, {libelle_controle(controle)}{f' ({en_markdown(cle)})' if cle else ''} : {etat}"
        for exercice, controle, cle, etat in conn.execute(CONSTATS, choix)
    ]
    (portes,) = conn.execute(PORTES, (version,)).fetchone() or ({},)
    points += [f"exercice {e}, {en_markdown(p['libelle'])}" for e in exercices for p in points_a_commenter(portes, e)]
    reste = [f"… et {len(points) - LIGNES_MAX} de plus"] if len(points) > LIGNES_MAX else []
    lues = [f"\n- {point}" for point in points[:LIGNES_MAX] + reste]
    return lignes, "".join(["\n\nÀ commenter :\n", *lues]) if points else ""


def _phrase(version: int, lignes: Iterable[dict[str, Any]]) -> str:
    totaux = _totaux(lignes, A_PUBLIER)
    return f"Version {version} {f'à publier : {totaux}' if totaux else ': rien ne change de ce qui est publié'}."


def _totaux(lignes: Iterable[dict[str, Any]], mots: tuple[str, str]) -> str:
    return " ; ".join(
        f"exercice {x['exercice']}, coût net {euros(x['candidate'], 2)} ("
        + (f"{_ecart(x, 'publiee')} depuis la version {x['version']}" if x["version"] else mots[1])
        + (f", {_ecart(x, 'avant')} depuis {x['exercice'] - 1})" if x["avant"] is not None else ")")
        for x in lignes
        if (x["dispositif"], x["mesure"]) == (TOTAL, next(iter(MESURES)))
    )


def _tableau(lignes: list[dict[str, Any]], mots: tuple[str, str]) -> str:
    montrees = [x for x in lignes if x["dispositif"] == TOTAL or x["candidate"] != x["publiee"]]
    reste = len(montrees) - LIGNES_MAX
    rangees = (
        f"| {x['exercice']} | {en_markdown(x['dispositif'])} | {MESURES[x['mesure']]} | {euros(x['candidate'], 2)}"
        f" | {_ecart(x, 'publiee')} | {_ecart(x, 'avant')} |"
        for x in montrees[:LIGNES_MAX]
    )
    return ENTETE.format(mots[0]) + "\n".join(rangees) + (f"\n\n… et {reste} lignes de plus." if reste > 0 else "")


def _ecart(ligne: dict[str, Any], avec: str) -> str:
    """Write by how much a figure moved; an absent one counts for nothing, and a dash says that nothing compares."""
    if ligne[avec] is None:
        return "—"
    return f"{signe((ligne['candidate'] or Decimal(0)) - ligne[avec], 2)}{INSECABLE}€"
