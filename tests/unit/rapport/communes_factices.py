"""A bilan of two communes, a CCAS, a satellite, an adherent without a commune and the EPCI, without a warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from mutualisation.rapport.publie import Bilan, Ligne

EPCI, LILLE, CCAS, LOOS, PERDU = (
    "20009320100016",
    "21590350100017",
    "26590670700010",
    "21590360000017",
    "13000001100010",
)
INCONNU = "13000002900012"
LIBELLES = {
    "CAM": "Centrale d'achat",
    "RGPD": "Protection des données",
    "UGAP": "Convention UGAP",
    "CEE": "Certificats",
}


def adherents(exercice: int = 2021) -> list[Ligne]:
    """Rows of `adherent`."""
    dits: Iterable[tuple[str, str, str | None, str | None, int | None]] = (
        (EPCI, "epci", "Métropole", None, None),
        (LILLE, "commune", "Commune de Lille", "59350", 232741),
        (CCAS, "ccas", "CCAS de Lille", "59350", 232741),
        (LOOS, "commune", "Loos", "59360", None),
        (PERDU, "satellite", "Syndicat d'ailleurs", "59999", None),
    )
    return [
        {"exercice": exercice, "siret_adherent": s, "type_adherent": t, "nom": n, "code_insee": i, "population": p}
        for s, t, n, i, p in dits
    ]


def recouvrement(dispositif: str, siret: str, mode: str, du: str, titre: str, ecart: str) -> Ligne:
    return {"exercice": 2021, "semestre": 1, "dispositif": dispositif, "siret_adherent": siret,
            "mode_recouvrement": mode, "montant_du": Decimal(du), "montant_titre": Decimal(titre),
            "ecart": Decimal(ecart)}  # fmt: skip


def _cout(dispositif: str, siret: str | None, cle: str, cout: str, du: str) -> Ligne:
    reste = Decimal(cout) - Decimal(du)
    return {"exercice": 2021, "dispositif": dispositif, "siret_adherent": siret, "cle": cle, "poids": Decimal(1),
            "cout_usage": Decimal(cout), "montant_du": Decimal(du), "reste_a_charge": reste}  # fmt: skip


def _adhesion(dispositif: str, siret: str, type_: str, fin: date | None = None) -> Ligne:
    return {"exercice": 2021, "dispositif": dispositif, "siret_adherent": siret, "type_adherent": type_,
            "code_insee": None, "debut": date(2019, 1, 1), "fin": fin}  # fmt: skip


def _facture(semestre: int, siret: str, du: str, report: str, statut: str, montant: str) -> Ligne:
    return {"exercice": 2021, "semestre": semestre, "siret_adherent": siret, "montant_du": Decimal(du),
            "report_precedent": Decimal(report), "statut": statut, "montant_facture": Decimal(montant)}  # fmt: skip


def relations() -> dict[tuple[str, int], list[Ligne]]:
    """{(relation, exercice): rows}; what is not named has none."""
    return {
        ("adherent", 2021): adherents(),
        ("adherent", 2020): [a | {"exercice": 2020} for a in adherents()],
        ("adhesion", 2021): [
            _adhesion("CAM", LILLE, "commune"), _adhesion("UGAP", LILLE, "commune"),
            _adhesion("RGPD", LILLE, "commune", date(2021, 6, 30)), _adhesion("CAM", CCAS, "ccas"),
            _adhesion("CAM", LOOS, "commune"), _adhesion("CAM", PERDU, "satellite"),
        ],
        ("recouvrement", 2021): [
            recouvrement("CAM", LILLE, "titre", "800.00", "700.00", "100.00"),
            recouvrement("UGAP", LILLE, "gratuit", "0.00", "0.00", "0.00"),
            recouvrement("RGPD", LILLE, "imputation_AC", "50.00", "0.00", "0.00"),
            recouvrement("CEE", LILLE, "retenue", "25.50", "0.00", "0.00"),
            recouvrement("CAM", CCAS, "titre", "8.00", "8.00", "0.00"),
            recouvrement("CAM", LOOS, "titre", "400.00", "400.00", "0.00"),
            recouvrement("CAM", INCONNU, "titre", "0.00", "3.33", "-3.33"),
        ],
        ("cout_adherent", 2021): [
            _cout("CAM", LILLE, "unites", "1000.00", "800.00"), _cout("CAM", CCAS, "unites", "100.01", "8.00"),
            _cout("CAM", LOOS, "unites", "100.00", "400.00"), _cout("CAM", PERDU, "unites", "10.00", "0.00"),
            _cout("CAM", EPCI, "unites", "1.00", "0.00"), _cout("RGPD", LILLE, "jours", "60.00", "50.00"),
            _cout("CEE", None, "aucune", "5.55", "0.00"), _cout("CEE", LILLE, "aucune", "0.00", "25.50"),
        ],
        ("facture_semestrielle", 2021): [
            _facture(1, LILLE, "800.00", "0.00", "a_emettre", "800.00"),
            _facture(1, CCAS, "8.00", "0.00", "reporte", "0.00"),
            _facture(1, LOOS, "400.00", "12.00", "a_emettre", "412.00"),
        ],
        ("recours", 2021): [
            {"exercice": 2021, "semestre": s, "dispositif": "CAM", "siret_adherent": x, "type_unite": "adherent_actif",
             "quantite": Decimal(1), "poids": Decimal(1), "unites": Decimal(1)}
            for s in (1, 2) for x in (LILLE, CCAS)
        ],
        ("cout_unitaire", 2021): [{"exercice": 2021, "dispositif": "CAM", "unites": Decimal(2)}],
        ("cee_valorisation", 2021): [
            {"exercice": 2021, "depot": "3", "siren_beneficiaire": LILLE[:9], "operations": 2,
             "produit": Decimal("350.00"), "frais": Decimal("25.50"), "reversement": Decimal("324.50"),
             "part_epci": Decimal("0.00")},
        ],
        ("cam_achats", 2021): [
            {"exercice": 2021, "numero_marche": n, "thematique": t, "siret_adherent": LILLE, "commandes": 1,
             "achats_ht": Decimal(a), "achats_compares_ht": c and Decimal(c), "prix_reference_ht": r and Decimal(r),
             "gain": r and Decimal(r) - Decimal(c)}
            for n, t, a, c, r in (("M1", "Papier", "100.00", "80.00", "100.00"), ("M2", "Engins", "50.00", None, None))
        ],
    }  # fmt: skip


class BilanFactice(Bilan):
    """The bilan of these rows; `changees` replaces some of them."""

    def __init__(self, **changees: list[Ligne]) -> None:
        self._rangees = relations() | {(nom, 2021): rangees for nom, rangees in changees.items()}
        construction: Any = SimpleNamespace(
            version=1, prepare_par="c.durand", code_version="0.1", portes={}, publication_sha256="ab"
        )
        self.contexte: Any = SimpleNamespace(
            exercice=2021, presentes={2020: 1, 2021: 1}, epci="Métropole", siren=EPCI[:9], siret=EPCI,
            est_synthetique=False, identite="declaree", construction=construction, cloture=None,
            fichiers=[], parametres=[],
            dispositifs=[{"code": c, "libelle": n} for c, n in LIBELLES.items()],
        )  # fmt: skip
        suivis = {
            c: {"dispositif": c, "libelle": LIBELLES[c], "recettes": None, "cout_net": Decimal(1)}
            for c in ("CAM", "RGPD", "CEE")
        }
        self.synthese: Any = {2020: suivis, 2021: suivis}
        self.totaux: Any = {}

    def lignes(self, relation: str, exercice: int) -> list[Ligne]:
        """Rows of a relation."""
        return [self._nommee(r) for r in self._rangees.get((relation, exercice), [])]

    def agreger(self, _relation: str, _requete: str, **__: int) -> list[Ligne]:
        """Nothing: no warehouse answers."""
        return []
