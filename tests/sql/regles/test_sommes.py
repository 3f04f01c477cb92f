"""What is shared out equals what there was: the SQL of the rules on random rows."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sql.regles.regle import Regle

REGLAGES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PRECISION = Decimal("1e-20")
BIEN = {"numero_inventaire": "B", "compte": "2188", "axe_analytique": "ADS", "quote_part": 100}
ANNEE = {"exercice": 2023, "mois": 12, "debut": date(2023, 1, 1), "fin": date(2023, 12, 31), "jours": 365}
CLES = st.sampled_from(["ADS", "HORS", "STRUCTURE", None])


def centimes(minimum: int, maximum: int) -> st.SearchStrategy[Decimal]:
    return st.integers(minimum, maximum).map(lambda n: Decimal(n) / 100)


@st.composite
def biens(tirer: st.DrawFn) -> dict[str, Any]:
    """An asset that is never sold: V ≥ 1 € a year, a subsidy of at most V."""
    duree = tirer(st.integers(1, 30))
    valeur = tirer(centimes(100 * duree, 10**9))
    return {
        "valeur_brute": valeur,
        "duree": duree,
        "mode": tirer(st.sampled_from(["L", "M14", "FV"])),
        "date_mise_en_service": tirer(st.dates(date(2000, 1, 1), date(2024, 12, 31))),
        "montant_subvention": tirer(st.one_of(st.none(), centimes(0, int(valeur * 100)))),
    }


@REGLAGES
@given(bien=biens(), base_jours=st.sampled_from(["reel", "30_360"]))
def test_un_bien_est_amorti_exactement(regle: Regle, bien: dict[str, Any], base_jours: str) -> None:
    """R4, R5: Σ of the yearly figures is V, Σ of the releases is the subsidy, nothing before or after the plan."""
    debut = bien["date_mise_en_service"].year
    annees = range(debut - 1, debut + bien["duree"] + 3)
    lignes = regle.appliquer(
        "int_amortissements",
        {
            "stg_compta__etat_actif": [BIEN | bien | {"exercice": a, "ligne": a} for a in annees],
            "int_exercices": [exercice(a) | {"base_jours": base_jours} for a in annees],
        },
    )
    assert sum(ligne["dotation"] for ligne in lignes) == bien["valeur_brute"]
    assert sum(ligne["reprise"] for ligne in lignes) == (bien["montant_subvention"] or 0)
    assert {ligne["exercice"] for ligne in lignes if ligne["dotation"]} <= set(range(debut, debut + bien["duree"] + 1))


@REGLAGES
@given(bien=biens(), base_jours=st.sampled_from(["reel", "30_360"]), jours=st.integers(0, 12000))
def test_un_bien_sorti_ne_l_est_jamais_plus_que_sa_valeur(
    regle: Regle, bien: dict[str, Any], base_jours: str, jours: int
) -> None:
    """R4c, R5a: whatever the exit date, Σ ≤ V and Σ releases ≤ subsidy + half a cent a year."""
    service = bien["date_mise_en_service"]
    annees = range(service.year, service.year + bien["duree"] + 2)
    sorti = BIEN | bien | {"date_sortie": service + timedelta(days=jours)}
    lignes = regle.appliquer(
        "int_amortissements",
        {
            "stg_compta__etat_actif": [sorti | {"exercice": a, "ligne": a} for a in annees],
            "int_exercices": [exercice(a) | {"base_jours": base_jours} for a in annees],
        },
    )
    assert sum(ligne["dotation"] for ligne in lignes) <= bien["valeur_brute"]
    tolerance = Decimal("0.005") * len(annees)
    assert sum(ligne["reprise"] for ligne in lignes) <= (bien["montant_subvention"] or 0) + tolerance


def exercice(annee: int) -> dict[str, Any]:
    """Row of int_exercices, without its parameters."""
    debut, fin = date(annee, 1, 1), date(annee, 12, 31)
    return {"exercice": annee, "debut": debut, "fin": fin, "jours": (fin - debut).days + 1}


@REGLAGES
@given(produit=centimes(0, 10**9), volumes=st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_plus_forts_restes(regle: Regle, produit: Decimal, volumes: list[int]) -> None:
    """R8: the parts sum to the product to the cent, each within one cent of its exact share."""
    total = sum(volumes)
    lignes = regle.appliquer(
        "int_cee_operations",
        {
            "stg_cee__operations": [
                {"depot_fichier": "1", "ligne": i, "reference": f"R{i}", "siren_beneficiaire": "1",
                 "volume_classique": v, "statut": "délivrée"}
                for i, v in enumerate(volumes)
            ],
            "int_cee_ventes": [{"depot": "1", "type": "C", "produit": produit, "taux": 5, "volume_delivre": total,
                                "exercice": 2023, "semestre": 1}],
        },
    )  # fmt: skip
    assert sum(ligne["part"] for ligne in lignes) == produit
    for ligne in lignes:
        exacte = produit * volumes[ligne["ligne"]] / total
        assert abs(ligne["part"] - exacte) < Decimal("0.01")


@REGLAGES
@given(
    methode=st.sampled_from(["R", "T", "Q"]),
    etpt=st.integers(1, 10**6).map(lambda n: Decimal(n) / 10**6),
    heures=st.lists(st.tuples(CLES, st.integers(0, 100), st.integers(1, 1440)), max_size=8),
    affectations=st.lists(st.tuples(CLES, st.integers(0, 100)), max_size=3),
    structure=st.booleans(),
)
def test_chaque_agent_garde_son_etpt(
    regle: Regle,
    methode: str,
    etpt: Decimal,
    heures: list[tuple[str | None, int, int]],
    affectations: list[tuple[str | None, int]],
    structure: bool,
) -> None:
    """R1: Σ dispositifs + HORS + STRUCTURE + NON_REPARTI = ETPT, whatever the method, on 20 decimals at least."""
    parametres = exercice(2023) | {"methode_etp": methode, "heures_reference": 1607, "structure_personnel": structure}
    lignes = regle.appliquer(
        "int_etp_periodes",
        {
            "int_exercices": [parametres],
            "int_periodes": [ANNEE],
            "int_segments": [
                {"segment_id": 1, "exercice": 2023, "matricule": "m", "categorie": "A", "quotite_pct": 100 * etpt,
                 "date_entree": ANNEE["debut"], "sortie": ANNEE["fin"]}
            ],
            "int_temps": [
                {"segment_id": 1, "exercice": 2023, "date": ANNEE["debut"], "fichier": f"f{i}",
                 "code_activite": f"c{i}", "cle_dispositif": cle, "part_communes": None if cle is None else part,
                 "duree": minutes}
                for i, (cle, part, minutes) in enumerate(heures)
            ],
            "int_affectations": [
                {"segment_id": 1, "exercice": 2023, "mois": 12, "fichier": "f", "code_activite": f"a{i}",
                 "cle_dispositif": cle, "part_communes": None if cle is None else part, "etp": etpt / 4}
                for i, (cle, part) in enumerate(affectations)
            ],
        },
    )  # fmt: skip
    assert abs(sum(ligne["etp"] for ligne in lignes) - etpt) < PRECISION


@REGLAGES
@given(lignes=st.lists(st.tuples(centimes(-(10**7), 10**7), st.integers(0, 10**8)), min_size=1, max_size=6))
def test_une_ligne_comptable_est_partagee_sans_perte(regle: Regle, lignes: list[tuple[Decimal, int]]) -> None:
    """R3, R3d: the parts of a line sum to it; a line and its cancellation sum to 0 in every destination."""
    rangees = []
    for i, (montant, part) in enumerate(lignes):
        commun = {
            "exercice": 2023, "sens": "mandat", "role": "fonctionnement_direct", "statut_compte": True,
            "emploi": "charge", "type_piece": "01", "axe_analytique": "X", "cle_dispositif": "ADS",
            "part_communes": Decimal(part) / 10**6,
        }  # fmt: skip
        rangees += [commun | {"ligne": 2 * i, "montant": montant}, commun | {"ligne": 2 * i + 1, "montant": -montant}]
    sommes: dict[int, Decimal] = defaultdict(Decimal)
    destinations: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for partie in regle.appliquer("int_ecritures_parts", {"int_ecritures": rangees}):
        sommes[partie["ligne"]] += partie["montant"]
        destinations[partie["ligne"] // 2, partie["destination"]] += partie["montant"]
    assert sommes == {r["ligne"]: r["montant"] for r in rangees}
    assert set(destinations.values()) == {Decimal(0)}
