"""Rows of the sources that count nowhere: rejected, held, repeated, waiting for a key; why, and what to do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import cadre, renvois
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import Bilan, Ligne

SANS_REJET = "Aucune ligne des fichiers livrés n'a été rejetée, retenue ou mise de côté."


def lignes_ecartees(bilan: Bilan) -> m.Document:
    """The page, one section a source."""
    rangees = bilan.laissees_de_cote
    sources = list(dict.fromkeys(r["source"] for r in rangees))
    sections = [_ensemble(rangees), *(_source(s, [r for r in rangees if r["source"] == s]) for s in sources)]
    titre = f"Lignes écartées {bilan.exercice}"
    return cadre.document(bilan, renvois.REJETS, titre, _resume(rangees), sections)


def _resume(rangees: list[Ligne]) -> str:
    if not rangees:
        return SANS_REJET
    total, a_corriger = (sum(r[x] for r in rangees) for x in ("lignes", "a_corriger"))
    suite = f"{formats.plusieurs(a_corriger, 'est', 'sont')} à corriger" if a_corriger else "aucune n'est à corriger"
    return f"{formats.plusieurs(total, 'ligne livrée ne compte', 'lignes livrées ne comptent')} pas ; {suite}."


def _ensemble(rangees: list[Ligne]) -> m.Section:
    comptes: Counter[str] = Counter()
    for r in rangees:
        comptes[r["statut"]] += r["lignes"]
    decomptes = [(n, libelles.decompte(s, n), s != "doublon") for s, n in sorted(comptes.items())]
    csv = m.p(
        "Chaque ligne, avec la valeur qui a posé question quand elle peut être montrée, est dans ",
        m.Code("rejets.csv"), ".",
    )  # fmt: skip
    blocs: list[m.Bloc] = [
        m.Comptes(decomptes) if comptes else m.p(SANS_REJET),
        m.Liste([(libelles.STATUTS[s], issue) for s, issue in libelles.ISSUES.items() if s in comptes]),
        csv,
    ]
    return m.Section("ensemble", "Ce qui a été laissé de côté", "Ensemble", blocs)


def _source(source: str, rangees: list[Ligne]) -> m.Section:
    nom = libelles.libelle(libelles.DOSSIERS, source)
    lignes = [_ligne(r) for r in rangees]
    tableau = lire_tableau("rejets.par_motif", lignes, nom=nom)
    return m.Section(renvois.ancre(source), nom, nom, [tableau])


def _ligne(r: Ligne) -> dict[str, Any]:
    return r | {
        "ou": _lignes(r["premieres"] or [], r["distinctes"]),
        "issue": libelles.STATUTS.get(r["statut"], r["statut"]),
        "remede": libelles.REMEDES_REJET.get(r["statut"], "rien à faire"),
    }


def _lignes(premieres: list[int], distinctes: int) -> str:
    """`12, 40 et 3 autres`."""
    nommees = ", ".join(formats.nombre(n) for n in premieres)
    reste = distinctes - len(premieres)
    return nommees + (f" et {formats.plusieurs(reste, 'autre')}" if reste > 0 else "")
