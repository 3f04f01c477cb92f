"""What is due by imputation on each attribution de compensation stands beside what the assemblies decided (R21)."""

from collections.abc import Iterable, Sequence

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, par_insee
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.noms_propres import contracter

RELATION = "imputation_ac"
SANS_INSEE = "Adhérents sans code INSEE"
# an adherent of another type owes on its attribution
NON_ADHERENTE = "Commune non adhérente"


def section_imputations(bilan: Bilan) -> m.Section:
    """Make the section of the council; empty where no tariff is so recovered and nothing was decided."""
    dus = nommer(bilan[RELATION], bilan["adherent"])
    blocs: list[m.Bloc] = [m.p(lire_phrase("imputations.resume")), tableau(dus, bilan.exercice)] if dus else []
    return m.Section("imputations", "Attributions de compensation", "Attributions", blocs)


def nommer(imputations: Iterable[Ligne], adherents: Iterable[Ligne]) -> list[Ligne]:
    """Return rows of `imputation_ac` with the name of their commune."""
    noms: dict[str | None, str] = {insee: r["nom"] for insee, r in par_insee(adherents).items()} | {None: SANS_INSEE}
    return [r | {"nom": noms.get(r["code_insee"], NON_ADHERENTE)} for r in imputations]


def tableau(imputations: Sequence[Ligne], exercice: int) -> m.Tableau:
    """Make a row a commune, of rows of `imputation_ac` with the name of their commune."""
    lignes = [r | {"nom": contracter(r["nom"])} for r in imputations]
    return lire_tableau("imputations.tableau", lignes, e=exercice)


def de_la_commune(bilan: Bilan, code_insee: str) -> str:
    """Say what is due on the attribution of a commune and what was decided; empty where neither is known."""
    sienne = next((r for r in bilan[RELATION] if r["code_insee"] == code_insee), None)
    if sienne is None:
        return ""
    montants = {c: formats.euros(sienne[c], 2) for c in ("montant_du", "vote", "ecart")}
    suite = "sans_vote" if sienne["vote"] is None else "decide" if sienne["ecart"] else "accord"
    debut = lire_phrase("imputations.commune", e=bilan.exercice, du=montants["montant_du"])
    return debut + lire_phrase(f"imputations.{suite}", **montants)
