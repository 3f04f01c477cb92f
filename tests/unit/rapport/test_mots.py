"""Sentences that follow from the data they speak of: a table of cases each (issue 18)."""

from datetime import date
from decimal import Decimal

import pytest
from tests.atelier.tables import cas
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.rapport.contenu import encaissement, passage, recettes, usage
from mutualisation.documents.rapport.contenu.communes import fiche_commune, usages_et_titres
from mutualisation.documents.rapport.contenu.communes.bloc_communal import Adherent, Annee

AU = date(2022, 6, 30)


def _plat(texte: str) -> str:
    return texte.replace("\u202f", " ").replace("\u00a0", " ")


def _encaisse(*montants: tuple[str, str]) -> list[dict[str, object]]:
    """Rows of `encaissement`: titled, rest."""
    return [
        {"montant_titre": Decimal(t), "reste_a_recouvrer": Decimal(r), "encaisse": Decimal(t) - Decimal(r), "au": AU}
        for t, r in montants
    ]


# ---------------------------------------------------------------- 1: titled, collected
@cas
def test_encaisse_se_dit_de_ce_qui_est_encaisse(rangees: list[tuple[str, str]], au: date | None, dit: str) -> None:
    assert _plat(encaissement.phrase(2021, _encaisse(*rangees), au, 2)) == dit


@cas
def test_ce_qui_est_du_se_dit_en_une_phrase(lignes: list[list[str]], dit: str) -> None:
    recouvrement = [
        {"mode_recouvrement": mode or None, "montant_du": Decimal(du), "montant_titre": Decimal(titre)}
        | {"ecart": Decimal(ecart), "dispositif": f"D{n}"}
        for n, (mode, du, titre, ecart) in enumerate(lignes)
    ]
    annee = Annee(2021, (Adherent("1", "Loos", "commune"),), {"recouvrement": recouvrement})
    assert _plat(usages_et_titres.dire_le_du(annee)) == dit
    assert bool(usages_et_titres.dire_l_encaissement(annee, AU)) is (
        not dit.startswith("La commune ne doit rien pour 2021") or ";" in dit
    )


# ---------------------------------------------------------------- 2: adhesion, use
def _annee(couts: dict[str, str], adhesions: int, membres: set[str], du: str, cle: str) -> Annee:
    """A year of one adherent: cost by dispositif, how many adhesions (the rest of them cost nothing)."""
    joints = [*couts, *(f"D{i}" for i in range(adhesions))][:adhesions]
    adhesion = [{"dispositif": d, "siret_adherent": "1", "debut": date(2019, 1, 1), "fin": None} for d in joints]
    lignes = {
        "cout_adherent": [{"dispositif": d, "cle": cle, "cout_usage": Decimal(c)} for d, c in couts.items()],
        "adhesion": adhesion,
        "recouvrement": [{"dispositif": "D0", "mode_recouvrement": "titre", "montant_du": Decimal(du)}],
    }
    return Annee(2021, (Adherent("1", "Loos", "commune"),), lignes, membres=frozenset(membres))


@cas
def test_usage_se_dit_la_ou_se_comptent_des_unites_d_usage(
    couts: dict[str, str],
    adhesions: int,
    membres: list[str],
    du: str | None,
    cle: str | None,
    dit: str,
    cout: str | None,
) -> None:
    annee = _annee(couts, adhesions, set(membres), du or "0", cle or "unites")
    assert _plat(fiche_commune.adhere(annee)) == dit
    assert cout is None or _plat(fiche_commune.cout(annee)) == cout


@pytest.mark.parametrize(
    ("types", "membres"),
    [((), False), (("adherent_actif",), True), (("Adhérent",), True), (("dossier",), False),
     (("adherent_actif", "dossier"), False), (("membre", "abonné"), True)],
)  # fmt: skip
def test_des_unites_qui_comptent_des_adherents_ne_sont_pas_un_usage(types: tuple[str, ...], membres: bool) -> None:
    assert usage.compte_les_membres(types) is membres


@cas
def test_la_cle_dit_si_un_cout_est_d_adhesion(cle: str, type_unite: str | None, adhesion: bool) -> None:
    recours = [{"dispositif": "CAM", "type_unite": type_unite, "unites": Decimal(1)}] if type_unite else []
    bilan = BilanFactice(cout_adherent=[{"dispositif": "CAM", "cle": cle}], recours=recours)
    assert usage.par_adhesion(bilan, 2021) == ({"CAM"} if adhesion else set())
    assert usage.nom_de_la_cle("unites", membre=adhesion) == ("nombre d'adhérents" if adhesion else "unités utilisées")


@cas
def test_un_adherent_qui_n_a_rien_commande_le_lit(commandes: list[int], connues: bool, dit: str) -> None:
    achats = [{"commandes": n} for n in commandes]
    bilan = BilanFactice(cam_achats=[{"commandes": 1}] if connues else [])
    bilan.contexte.parametres = [{"parametre": "dispositif_cam", "valeur": "CAM"}]
    annee = Annee(2021, lignes={"cam_achats": achats})
    assert _plat(usages_et_titres.commandes(bilan, annee, "CAM")) == dit
    assert usages_et_titres.commandes(bilan, annee, "RGPD") == ""


# ---------------------------------------------------------------- 6: what calls for a comment
@cas
def test_un_ecart_a_la_base_opposable_et_un_excedent_demandent_commentaire(
    recues: str | None, cout: str, base: str | None, opposable: bool, dit: str
) -> None:
    lu = {} if base is None else {"cout_d5211": Decimal(base), "base_opposable": opposable}
    ligne = {"recettes": None if recues is None else Decimal(recues), "cout_net": Decimal(cout)}
    assert _plat(passage.ecart(lu, ligne)) == dit


# ---------------------------------------------------------------- 7: who
@cas
def test_les_recettes_ont_le_nom_de_qui_les_doit(
    recues: str | None, taux: str | None, parts: list[tuple[str, str]], dit: str
) -> None:
    lues = [(nom, Decimal(montant)) for nom, montant in parts]
    phrase = recettes.phrase(recues and Decimal(recues), taux and Decimal(taux), lues)  # type: ignore[arg-type]
    assert _plat(phrase) == dit
