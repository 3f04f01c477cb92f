"""The council of a commune is asked its opinion until a day, and answers or not (R14, article L5211-39-1)."""

from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import BLANC, lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles

RELATION = "avis_commune"
DEMANDE = lire_phrase("avis_commune.demande")
TACITE, TARDIF, RESERVE, SANS_DATE = "repute_favorable", "tardif", "reserve", "non_transmis"
OUVERTS = ("en_attente", SANS_DATE)


def de(bilan: Bilan, bloc: BlocCommunal) -> Ligne | None:
    """Return the row of a commune; None where no file follows the opinions."""
    return next((r for r in bilan[RELATION] if r["code_insee"] == bloc.cle), None)


def est_attendu(avis: Ligne | None) -> bool:
    """Say whether the council may still give its opinion."""
    return avis is None or avis["statut"] in OUVERTS


def jours(avis: Ligne | None) -> dict[str, str]:
    """Return the days of the transmission and of the end of the three months; dots to fill where none is known."""
    return {c: formats.jour(avis[c]) if avis and avis[c] else BLANC for c in ("transmis_le", "limite")}


def phrase(avis: Ligne) -> str:
    """Say where the opinion of a commune stands."""
    statut = avis["statut"]
    nom = statut if statut in (*OUVERTS, TACITE) else "rendu"
    # a deliberation after the three months stays shown
    noms = [nom, TARDIF] if nom == TACITE and avis["delibere_le"] else [nom]
    noms += [RESERVE] if statut == RESERVE else []
    jours_ = {c: formats.jour(avis[c]) for c in ("transmis_le", "limite", "delibere_le", "au")}
    sens = libelles.STATUTS_AVIS[avis["sens"]][0] if avis["sens"] else ""
    return " ".join(lire_phrase(f"avis_commune.{n}", **jours_, sens=sens) for n in noms)


def demande(avis: Ligne | None) -> str:
    """Say what the council is asked and until when; or that it has answered, or is deemed to have."""
    if avis is None or avis["statut"] == SANS_DATE:
        return f"{DEMANDE} {lire_phrase('avis_commune.a_remplir', **jours(avis))}"
    return f"{phrase(avis)} {DEMANDE}" if est_attendu(avis) else f"{phrase(avis)} {lire_phrase('avis_commune.rien')}"
