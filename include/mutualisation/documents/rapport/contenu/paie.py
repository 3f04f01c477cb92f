"""The pool of small catégories protects people's pay up to a point, which is told here (R2c, K8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from mutualisation.documents.rapport.contenu.ouverture import est_restreinte, seuil_effectif
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles


def protection(bilan: Bilan) -> str:
    """Say what the years shown can promise on pay; and that the extract is restricted, if nothing else says it."""
    promesse = promettre(seuil_effectif(bilan), {e: bilan.lignes("cout_moyen", e) for e in bilan.exercices})
    restreinte = est_restreinte(bilan) and "diffusion de ce bilan est restreinte" not in promesse
    return f"{promesse} {lire_phrase('paie.restreinte')}" if restreinte else promesse


def promettre(seuil: Decimal, annees: Mapping[int, Sequence[Ligne]]) -> str:
    """Promise no exact figure below the threshold, only estimates; `annees` is {exercice: rows of `cout_moyen`}."""
    if seuil <= 0:
        return lire_phrase("paie.sans_regroupement")
    seuil_dit = formats.exact(seuil)
    sous = [e for e, x in annees.items() if any(r["etpt_groupe"] is not None and r["etpt_groupe"] < seuil for r in x)]
    suite = "sous_le_seuil" if sous else "protege"
    phrases = [lire_phrase(f"paie.{nom}", seuil=seuil_dit, annees=formats.et(sous)) for nom in ("regroupement", suite)]
    return " ".join([*phrases, lire_phrase("paie.estimation", comparaison=_comparaison(annees))])


def _comparaison(annees: Mapping[int, Sequence[Ligne]]) -> str:
    """Name the catégories that two years pool otherwise: both years side by side give an estimate."""
    groupes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for exercice, rangees in annees.items():
        for r in rangees:
            groupes[r["categorie"]][r["groupe"]].append(exercice)
    ecarts = [
        f"{_nommer([c])} : " + ", ".join(f"{_dire_avec(c, g)} en {formats.et(e)}" for g, e in annees_par_groupe.items())
        for c, annees_par_groupe in sorted(groupes.items())
        if len(annees_par_groupe) > 1
    ]
    return f" ({' ; '.join(ecarts)})" if ecarts else ""


def _dire_avec(categorie: str, groupe: str) -> str:
    autres = [c for c in groupe.split("+") if c != categorie]
    return f"avec {_nommer(autres)}" if autres else "à part"


def _nommer(categories: Sequence[str]) -> str:
    return formats.et([formats.minuscule(libelles.CATEGORIES.get(c, f"catégorie {c}")) for c in categories])
