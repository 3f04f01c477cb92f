"""What is due by imputation on each attribution de compensation stands beside what the assemblies decided (R21). What
is foreseen for the next year, with what it will have to regularise, makes the provisional attribution (R21b)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, par_insee, somme
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.noms_propres import contracter

RELATION, PREVUE = "imputation_ac", "imputation_ac_prevue"
SANS_INSEE = "Adhérents sans code INSEE"
# an adherent of another type owes on its attribution
NON_ADHERENTE = "Commune non adhérente"


def section_imputations(bilan: Bilan) -> m.Section:
    """Make the section of the council; empty where no tariff is so recovered and nothing was decided."""
    dus = nommer(bilan[RELATION], bilan["adherent"])
    prevues = nommer(bilan[PREVUE], bilan["adherent"])
    blocs: list[m.Bloc] = [m.p(lire_phrase("imputations.resume"))] if dus or prevues else []
    blocs += [tableau(dus, bilan.exercice)] if dus else []
    blocs += [_provisoire(prevues, bilan.exercice)] if prevues else []
    return m.Section("imputations", "Attributions de compensation", "Attributions", blocs)


def nommer(imputations: Iterable[Ligne], adherents: Iterable[Ligne]) -> list[Ligne]:
    """Return rows of `imputation_ac` with the name of their commune."""
    noms: dict[str | None, str] = {insee: r["nom"] for insee, r in par_insee(adherents).items()} | {None: SANS_INSEE}
    return [r | {"nom": noms.get(r["code_insee"], NON_ADHERENTE)} for r in imputations]


def tableau(imputations: Sequence[Ligne], exercice: int) -> m.Tableau:
    """Make a row a commune, of rows of `imputation_ac` with the name of their commune. The total of gaps is what is
    decided less what is due over every row, a missing vote as 0; the note says how many are missing (R21b)."""
    lignes = [r | {"nom": contracter(r["nom"])} for r in imputations]
    return lire_tableau(
        "imputations.tableau",
        lignes,
        total={"ecart": somme(imputations, "vote") - somme(imputations, "montant_du")},
        sans_vote=_sans_vote(r["vote"] for r in imputations),
        e=exercice,
    )


def _provisoire(prevues: Sequence[Ligne], exercice: int) -> m.Tableau:
    lignes = [r | {"nom": contracter(r["nom"])} for r in prevues]
    sans_vote = _sans_vote(r["vote_prevu"] for r in prevues)
    return lire_tableau("imputations.provisoire", lignes, sans_vote=sans_vote, e=exercice, apres=exercice + 1)


def _sans_vote(votes: Iterable[Decimal | None]) -> str:
    """Say how many rows have no vote; "" where all have one."""
    manquent = sum(v is None for v in votes)
    return f" Sans décision connue, comptées 0 dans le total : {manquent}." if manquent else ""


def de_la_commune(bilan: Bilan, code_insee: str) -> str:
    """Say what is due on the attribution of a commune and what was decided; empty where neither is known."""
    sienne = next((r for r in bilan[RELATION] if r["code_insee"] == code_insee), None)
    if sienne is None:
        return ""
    montants = {c: formats.euros(sienne[c], 2) for c in ("montant_du", "vote", "ecart")}
    suite = "sans_vote" if sienne["vote"] is None else "decide" if sienne["ecart"] else "accord"
    debut = lire_phrase("imputations.commune", e=bilan.exercice, du=montants["montant_du"])
    dit = debut + lire_phrase(f"imputations.{suite}", **montants)
    prevue = next((r for r in bilan[PREVUE] if r["code_insee"] == code_insee), None)
    if prevue is None:
        return dit
    a_imputer = formats.euros(prevue["a_imputer"], 2)
    return f"{dit} {lire_phrase('imputations.commune_prevue', apres=bilan.exercice + 1, montant=a_imputer)}"
