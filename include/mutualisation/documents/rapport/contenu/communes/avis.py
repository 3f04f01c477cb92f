"""The council of a commune is asked its opinion until a day, and answers or not (R14, article L5211-39-1)."""

from datetime import date

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import BLANC, lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, par_insee
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre

RELATION, RAPPORT = "avis_commune", "rapport_mutualisation"
DEMANDE = lire_phrase("avis_commune.demande")
TACITE, TARDIF, RESERVE, SANS_DATE = "repute_favorable", "tardif", "reserve", "non_transmis"
OUVERTS = ("en_attente", SANS_DATE)


def schema_soumis(bilan: Bilan) -> str:
    """Return the years of the schéma whose report is submitted to the councils on the last day of the exercice, as
    `2022-2026`; empty where none is: no bilan is submitted (R14b)."""
    return bilan.contexte.parametres_au(date(bilan.exercice, 12, 31)).get(RAPPORT, "")


def est_soumis(bilan: Bilan) -> bool:
    """Say whether a report is submitted to the councils."""
    return bool(schema_soumis(bilan))


def chemin(annees: str) -> str:
    """Return the address of the report in the extract, without suffix."""
    return f"{RAPPORT}_{annees}"


def nom(annees: str) -> str:
    """Name the report as acts do."""
    return lire_phrase("rapport_mutualisation.nom", annees=annees)


def titre(bilan: Bilan) -> str:
    """Name the opinion by what it was asked on: the report of a schéma, never a bilan (R14b)."""
    schema = schema_soumis(bilan)
    debut = "L'avis du conseil municipal"
    # it stands on one line of a printed sheet
    return f"{debut} sur le rapport de mutualisation {schema}" if schema else debut


def est_dit(bilan: Bilan, avis: Ligne | None) -> bool:
    """Say whether its page tells an opinion: one that is awaited is told only where a report is submitted."""
    return avis is not None and (est_soumis(bilan) or not est_attendu(avis))


def de(bilan: Bilan, bloc: BlocCommunal) -> Ligne | None:
    """Return the row of a commune; None where no file follows the opinions."""
    return next((r for r in bilan[RELATION] if r["code_insee"] == bloc.cle), None)


def est_attendu(avis: Ligne | None) -> bool:
    """Say whether the council may still give its opinion."""
    return avis is None or avis["statut"] in OUVERTS


def est_demande(bilan: Bilan, bloc: BlocCommunal) -> bool:
    """Say whether this document asks the council of a commune its opinion: once, on a report, until it is given."""
    return bilan.contexte.dernier and est_soumis(bilan) and est_attendu(de(bilan, bloc))


def jours(avis: Ligne | None) -> dict[str, str]:
    """Return the days of the transmission and of the end of the three months; dots to fill where none is known."""
    return {c: formats.jour(avis[c]) if avis and avis[c] else BLANC for c in ("transmis_le", "limite")}


def phrase(avis: Ligne) -> str:
    """Say where the opinion of a commune stands."""
    statut = avis["statut"]
    nom = statut if statut in (*OUVERTS, TACITE) else "rendu"
    # a deliberation after the three months stays shown
    noms = [TARDIF if nom == TACITE and avis["delibere_le"] else nom]
    motifs = avis.get("motifs")
    noms += ["motifs"] if motifs else [RESERVE] if avis["sens"] == RESERVE else []
    mots = {c: formats.jour(avis[c]) for c in ("transmis_le", "limite", "delibere_le", "au")}
    mots |= {"sens": vote(avis), "motifs": motifs or "", "reference": f" ({x})" if (x := avis.get("reference")) else ""}
    return " ".join(lire_phrase(f"avis_commune.{n}", **mots) for n in noms)


def vote(avis: Ligne) -> str:
    """Name what a council decided, even too late; empty where it decided nothing."""
    return libelles.STATUTS_AVIS[avis["sens"]][0] if avis["sens"] else ""


def tableau(bilan: Bilan) -> m.Tableau:
    """Make a row a commune: what its council decided, what that is worth, why."""
    lus, communes = bilan[RELATION], par_insee(bilan["adherent"])
    lignes = [
        r
        | {"nom": communes.get(r["code_insee"], {}).get("nom", r["code_insee"]), "dit": vote(r)}
        | {"etat": libelles.STATUTS_AVIS[r["statut"]][0]}
        for r in lus
    ]
    lignes.sort(key=lambda r: ordre(r["nom"]))
    return lire_tableau("avis_commune.tableau", lignes, au=formats.jour(lus[0]["au"]) if lus else "")


def demande(avis: Ligne | None) -> str:
    """Say what the council is asked and until when; or that it has answered, or is deemed to have."""
    if avis is None or avis["statut"] == SANS_DATE:
        return f"{DEMANDE} {lire_phrase('avis_commune.a_remplir', **jours(avis))}"
    return f"{phrase(avis)} {DEMANDE}" if est_attendu(avis) else f"{phrase(avis)} {lire_phrase('avis_commune.rien')}"
