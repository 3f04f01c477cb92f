"""A convention holds until a day: these blocks list what ran out, then what ends within a year (R20a)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import usage
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre

RELATION = "convention"
A_DIRE = ("echue", "a_renouveler")
# a table names this many of the adherents whose conventions end together
NOMMES = 4


def section_conventions(bilan: Bilan) -> m.Section:
    """Make the section of the council; the report of the schéma annexes its blocks."""
    titre = f"Les conventions qui se terminent d'ici au 31/12/{bilan.exercice + 1}"
    return m.Section("conventions", titre, "Conventions", blocs(bilan))


def blocs(bilan: Bilan) -> list[m.Bloc]:
    """Count conventions by state, then list what ran out and what ends within a year, the soonest first; empty where no
    file says when a convention ends."""
    conventions = bilan[RELATION]
    if not any(r["echeance"] for r in conventions):
        return []
    comptes = Counter(r["statut"] for r in conventions)
    etats = [formats.plusieurs(comptes[s], *mots) for s, mots in libelles.STATUTS_CONVENTION.items() if comptes[s]]
    n = formats.plusieurs(len(conventions), "convention")
    lignes = [dire_fin(bilan, rangees) for rangees in par_fin(r for r in conventions if r["statut"] in A_DIRE)]
    return [
        m.p(lire_phrase("conventions.resume", e=bilan.exercice, n=n, etats=formats.et(etats))),
        lire_tableau("conventions.fins", lignes, apres=bilan.exercice + 1),
    ]


def par_fin(conventions: Iterable[Ligne]) -> list[list[Ligne]]:
    """Group those of a dispositif that end on a same day, the soonest first."""
    rangees = sorted((r for r in conventions if r["echeance"]), key=lambda r: (r["echeance"], ordre(r["libelle"])))
    return [list(groupe) for _, groupe in groupby(rangees, lambda r: (r["echeance"], r["dispositif"]))]


def dire_fin(bilan: Bilan, rangees: Sequence[Ligne]) -> Ligne:
    """Make a row of conventions of a dispositif that end on a same day: their state, whose they are."""
    connus = {r["siret_adherent"]: r for r in bilan["adherent"]}
    membres = {r["siret_adherent"]: connus.get(r["siret_adherent"], {}) for r in rangees}
    noms = sorted((x.get("nom") or formats.siret(siret) for siret, x in membres.items()), key=ordre)
    return rangees[0] | {
        "etat": formats.majuscule(libelles.STATUTS_CONVENTION[rangees[0]["statut"]][len(rangees) > 1]),
        "adherents": usage.en_mots(Counter(x.get("type_adherent", "autre") for x in membres.values())),
        "noms": formats.enumerer(noms, NOMMES),
    }


def dire(bilan: Bilan, code: str) -> str:
    """Say until when the conventions of a dispositif hold; empty where nothing says it."""
    siennes = [r for r in bilan[RELATION] if r["dispositif"] == code]
    fins = [f"{formats.nombre(len(x))} jusqu'au {formats.jour(x[0]['echeance'])}" for x in par_fin(siennes)]
    sans = sum(r["echeance"] is None for r in siennes)
    return formats.et([*fins, *([f"{formats.nombre(sans)} sans échéance renseignée"] if sans else [])]) if fins else ""


def de_l_adherent(conventions: Sequence[Ligne], exercice: int) -> str:
    """Say which conventions of an adherent ran out or end within a year; empty where none does."""
    enonces = []
    for statut, debut in zip(A_DIRE, ("Échu", f"À renouveler d'ici au 31/12/{exercice + 1}"), strict=True):
        fins = par_fin(r for r in conventions if r["statut"] == statut)
        if fins:
            noms = (f"{x[0]['libelle']} ({formats.jour(x[0]['echeance'])})" for x in fins)
            enonces.append(f"{debut} : {', '.join(noms)}.")
    return f"Conventions. {' '.join(enonces)}" if enonces else ""
