"""A bilan of two communes, a CCAS, a satellite, an adherent without a commune and the EPCI, without a warehouse."""

from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.sql.publication.entrepot_publie import rangees

from mutualisation.documents.rapport.contenu.usage import QUANTITES
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.publication.versions.contexte import Contexte

EPCI, LILLE, CCAS, LOOS, PERDU = (
    "20009320100016", "21590350100017", "26590670700010", "21590360000017", "13000001100010",
)  # fmt: skip
INCONNU = "13000002900012"
LIBELLES = {
    "CAM": "Centrale d'achat", "RGPD": "Protection des données", "UGAP": "Convention UGAP", "CEE": "Certificats",
}  # fmt: skip


RANGEES: dict[tuple[str, int], list[Ligne]] = {
    (nom, annee): [r for r in lues if r["exercice"] == annee]
    for nom, lues in rangees("communes").items()
    for annee in (2020, 2021)
}


class BilanFactice(Bilan):
    """The bilan of these rows; `changees` replaces some of them."""

    def __init__(self, **changees: list[Ligne]) -> None:
        self._rangees = RANGEES | {(nom, 2021): lignes for nom, lignes in changees.items()}
        construction: Any = SimpleNamespace(
            version=1, rang=1, prepare_par="c.durand", code_version="0.1", portes={}, publication_sha256="ab"
        )
        self.contexte: Any = SimpleNamespace(
            exercice=2021, presentes={2020: 1, 2021: 1}, epci="Métropole", siren=EPCI[:9], siret=EPCI,
            est_synthetique=False, identite="declaree", construction=construction, cloture=None, dernier=True,
            charte={}, fichiers=[], parametres=[], parametres_au=lambda _jour: {"rapport_mutualisation": "2022-2026"},
            dispositifs=[{"code": c, "libelle": n} for c, n in LIBELLES.items()],
        )  # fmt: skip
        self.contexte.parametre = partial(Contexte.parametre, self.contexte)
        suivis = {
            c: {"dispositif": c, "libelle": LIBELLES[c], "recettes": None, "cout_net": Decimal(1)}
            for c in ("CAM", "RGPD", "CEE")
        }
        self.synthese: Any = {2020: suivis, 2021: suivis}
        self.totaux: Any = {}

    def lignes(self, relation: str, exercice: int) -> list[Ligne]:
        """Rows of a relation."""
        return [self._rangee_nommee(r) for r in self._rangees.get((relation, exercice), [])]

    def interne(self, relation: str) -> list[Ligne]:
        """Rows kept with the version."""
        return self._rangees.get((relation, 2021), [])

    def agreger(self, relation: str, requete: str, *, exercice: int = 2021, **_: int) -> list[Ligne]:
        """The units of each dispositif; nothing else: no warehouse answers."""
        lues = self.lignes(relation, exercice) if requete == QUANTITES else []
        siennes = {code: [r for r in lues if r["dispositif"] == code] for code in {r["dispositif"] for r in lues}}
        return [
            {"dispositif": code, "quantite": somme(x, "quantite"), "unites": somme(x, "unites")}
            for code, x in siennes.items()
        ]
