"""Rows of the sources that count nowhere: rejected, held, repeated, waiting for a key; why, and what to do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import cadre, renvois
from mutualisation.rapport.publie import Bilan, Ligne
from mutualisation.rapport.sceau import Sceau

# the first lines of each reason are named, however many there are
PAR_MOTIF = """
select source, fichier, colonne, statut, motif, count(*) as lignes, count(*) filter (where a_corriger) as a_corriger,
  (array_agg(distinct ligne) filter (where ligne is not null))[:5] as premieres,
  count(distinct ligne) as distinctes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by source, fichier, colonne, statut, motif
 order by source collate "C", fichier collate "C", statut collate "C", motif collate "C",
  colonne collate "C" nulls first
"""
SANS_REJET = "Aucune ligne des fichiers livrés n'a été rejetée, retenue ou mise de côté."
COLONNES = (
    m.Colonne("fichier", "Fichier", "code", part=4),
    m.Colonne("ou", "Lignes du fichier", part=2),
    m.Colonne("colonne", "Colonne", part=2),
    m.Colonne("motif", "Motif", part=5),
    m.Colonne("issue", "Issue", part=2),
    m.Colonne("lignes", "Nombre", "entier", somme=True),
    m.Colonne("remede", "Que faire", part=4),
)


def dire(bilan: Bilan, sceau: Sceau) -> m.Document:
    """The page, one section a source."""
    rangees = bilan.agreger("rejets", PAR_MOTIF)
    sources = list(dict.fromkeys(r["source"] for r in rangees))
    sections = [_bilan(rangees), *(_source(s, [r for r in rangees if r["source"] == s]) for s in sources)]
    titre = f"Lignes écartées {bilan.exercice}"
    return cadre.document(bilan, sceau, renvois.REJETS, titre, _resume(rangees), sections)


def _resume(rangees: list[Ligne]) -> str:
    if not rangees:
        return SANS_REJET
    total, a_corriger = (sum(r[x] for r in rangees) for x in ("lignes", "a_corriger"))
    suite = f"{formats.plusieurs(a_corriger, 'est', 'sont')} à corriger" if a_corriger else "aucune n'est à corriger"
    return f"{formats.plusieurs(total, 'ligne livrée ne compte', 'lignes livrées ne comptent')} pas ; {suite}."


def _bilan(rangees: list[Ligne]) -> m.Section:
    comptes: Counter[str] = Counter()
    for r in rangees:
        comptes[r["statut"]] += r["lignes"]
    blocs: list[m.Bloc] = [
        m.Comptes([(n, libelles.decompte(s, n), s != "doublon") for s, n in sorted(comptes.items())])
        if comptes
        else m.p(SANS_REJET),
        m.Liste([(libelles.STATUTS[s], libelles.ISSUES[s]) for s in libelles.ISSUES if s in comptes]),
        m.p("Chaque ligne, avec la valeur qui a posé question quand elle peut être montrée, est dans ", _CSV, "."),
    ]
    return m.Section("ensemble", "Ce qui a été laissé de côté", "Ensemble", blocs)


_CSV = m.Code("rejets.csv")


def _source(source: str, rangees: list[Ligne]) -> m.Section:
    nom = libelles.libelle(libelles.DOSSIERS, source)
    lignes = [_ligne(r) for r in rangees]
    tableau = m.tableau(
        f"{nom} : lignes écartées, par fichier et par motif",
        cadre.remplies(COLONNES, lignes),
        lignes,
        limite=cadre.LIGNES_MAX,
        reste=cadre.renvoi("rejets.csv", "autre motif", "autres motifs"),
    )
    return m.Section(renvois.ancre(source), nom, nom, [tableau])


def _ligne(r: Ligne) -> dict[str, Any]:
    return r | {
        "ou": _lignes(r["premieres"] or [], r["distinctes"]),
        "issue": libelles.STATUTS.get(r["statut"], r["statut"]),
        "remede": libelles.REMEDES_REJET.get(r["statut"], "rien à faire"),
    }


def _lignes(premieres: list[int], distinctes: int) -> str:
    """`12, 40 et 3 autres`."""
    dites = ", ".join(formats.nombre(n) for n in premieres)
    reste = distinctes - len(premieres)
    return dites + (f" et {formats.plusieurs(reste, 'autre')}" if reste > 0 else "")
