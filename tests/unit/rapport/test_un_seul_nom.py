"""One name for each thing, and a unit that a reader can hold: what is said of gains, shares, units, effects."""

from decimal import Decimal
from typing import Any

from tests.atelier.tables import cas
from tests.unit.rapport.communes_factices import EPCI, BilanFactice

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.modele import Valeur
from mutualisation.documents.rapport.contenu import actes, communes, elus, textes, usage
from mutualisation.documents.rapport.contenu.conseil import dispositifs, evolution
from mutualisation.socle.francais import libelles

D = Decimal


def _d(texte: str | None) -> Decimal | None:
    return D(texte) if texte else None


@cas
def test_un_cout_de_moins_de_dix_centimes_se_dit_au_millier(couts: list[str], attendu: int) -> None:
    assert usage.lot([*map(_d, couts)]) == attendu


@cas
def test_l_unite_d_un_cout(lot: int, types: list[str], attendu: str) -> None:
    assert usage.pour(lot, types) == attendu


@cas
def test_mille_unites_coutent_ce_qu_elles_coutent(cout: str | None, unites: str | None, attendu: str | None) -> None:
    assert usage.du_lot(_d(cout), _d(unites), 1000) == _d(attendu)


@cas
def test_des_unites_de_plusieurs_types_ont_le_nom_de_ce_qu_elles_sont_toutes(types: list[str], attendu: str) -> None:
    assert usage.nom_des_quantites(types) == attendu


def test_un_stock_compte_la_moyenne_des_semestres_avant_les_poids_aussi() -> None:
    class Compte(BilanFactice):
        def agreger(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
            lues = (("CAM", "20", "10"), ("IMP", "20", "16"), ("SANS", "3", "3"))
            return [{"dispositif": d, "quantite": D(q), "unites": D(u)} for d, q, u in lues]

    couts = [{"dispositif": "CAM", "unites": D(5)}, {"dispositif": "IMP", "unites": D(16)}]
    lues = usage.quantites(Compte(cout_unitaire=couts), 2021)
    assert lues == {"CAM": D(10), "IMP": D(20), "SANS": D(3)}


@cas
def test_un_gain_est_sans_objet_ou_rien_n_a_ete_achete(achats: list[str], attendu: str) -> None:
    lu = actes.gain([{"gain": _d(x)} for x in achats])
    assert str(lu.valeur if isinstance(lu, Valeur) else lu) == attendu


@cas
def test_une_part_negative_est_un_excedent(reste: str, attendu: str) -> None:
    assert elus.part(D(reste)).replace("\u202f", " ").replace("\u00a0", " ") == attendu


def test_un_effet_est_un_total_et_le_dit() -> None:
    effets = [("etp", "67737"), ("taux", "44721"), ("subventions", "-850")]
    variation = [{"dispositif": "CAM", "effet": e, "montant": D(x)} for e, x in effets]
    dite = evolution.phrase(BilanFactice(variation=variation)).replace("\u202f", " ").replace("\u00a0", " ")
    assert dite == "effet du temps passé +67 737 €, effet du coût par ETP +44 721 €, subventions −850 €"


def test_les_operations_vendues_sont_distinctes_des_unites_de_l_annee() -> None:
    """« 636 dossiers » stood beside « 2 023 opérations »."""
    siens = BilanFactice()["cee_valorisation"]
    bilan = BilanFactice(cee_valorisation=[*siens, siens[0] | {"siren_beneficiaire": EPCI[:9], "operations": 9}])
    nombre = 9 + sum(r["operations"] for r in siens)
    assert dispositifs._certificats(bilan, "CEE").startswith(f"{nombre}\u00a0opérations, dont 9 de l'EPCI ;")
    assert dispositifs._certificats(bilan, "CAM") == ""


def test_ce_que_porte_l_epci_a_un_seul_nom() -> None:
    assert libelles.MESURES["reste_a_charge"] == "Part de l'EPCI"
    assert "Part de l'EPCI" in libelles.GLOSSAIRE
    assert not [nom for nom in libelles.GLOSSAIRE if "reste à charge" in nom.lower()]


@cas
def test_un_mot_est_defini_la_ou_il_est_dit(mot: str, texte: str, attendu: bool) -> None:
    assert textes.est_dit(mot, texte) is attendu


def test_le_glossaire_definit_ce_que_disent_les_sections_et_rien_d_autre() -> None:
    table = m.Tableau("Titres", (m.Colonne("n", "Base D5211\u201116"),), [{"n": "Convention UGAP"}])
    sections = [m.Section("a", "Le CCAS", "CCAS", [m.Repli("Voir", [table])])]
    (repli,) = textes.section_glossaire(sections).blocs
    assert [mot for mot, _ in repli.blocs[0].points] == ["Base D5211\u201116", "CCAS", "UGAP"]  # type: ignore[union-attr]
    assert textes.section_glossaire([]).lus == []


def test_les_mots_d_une_commune_sont_expliques_la_ou_mene_sa_page() -> None:
    index, *pages = communes.documents(BilanFactice())
    (repli,) = next(s for s in index.sections if s.ancre == "glossaire").blocs
    mots = dict(repli.blocs[0].points)  # type: ignore[union-attr]
    assert {"Titré", "Dû", "CCAS", "Satellite", "Coût de l'usage", "Part de l'EPCI"} <= mots.keys()
    # it is the base that leaves the structure out, not the complete cost
    assert "base D5211\u201116, qui en retire la structure" in mots["Coût complet"]
    assert "reprise" in " ".join(libelles.GLOSSAIRE).lower()
    for page in pages:
        if page.sorties == ("html",):
            assert m.Lien("index.html#glossaire", "Glossaire") in page.liens
        elif page.chemin != index.chemin:
            assert [mot for mot, _ in page.identite] == ["Dû", "Titré"]


@cas
def test_une_regle_citee_est_dite(texte: str, attendu: list[str]) -> None:
    assert [code for code, _ in libelles.regles_citees([texte])] == attendu
    assert all(dit for _, dit in libelles.regles_citees([texte]))


def test_chaque_regle_qui_finit_un_motif_de_rejet_est_dite() -> None:
    assert [code for code in libelles.REMEDES if not libelles.regles_citees([f"({code.rstrip(chr(39))})"])] == []


@cas
def test_un_dispositif_dit_ce_que_decrivent_les_donnees(
    dits: list[str], fiche: dict[str, str | None], attendu: str
) -> None:
    class Decrit(BilanFactice):
        def fiche(self, dispositif: str) -> dict[str, Any]:  # noqa: ARG002
            return fiche

    lus = [
        {"dispositif": "CAM", "rubrique": "presentation", "rang": i, "texte": x, "auteur": "DAF"}
        for i, x in enumerate(dits)
    ]
    assert textes.ce_que_c_est(Decrit(textes=lus), "CAM") == attendu


def test_l_index_ne_demande_un_clic_que_sur_la_page() -> None:
    index = [d for d in communes.documents(BilanFactice()) if d.chemin == "communes/index"]
    assert {d.sorties: "choisissez" in d.resume for d in index} == {("html",): True, ("pdf",): False}
