"""Pages of communes: every adherent on one of them, sums of the bilan, words that a manager reads."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.atelier.tables import cas
from tests.unit.rapport import communes_factices as f
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import communes, usage
from mutualisation.documents.rapport.contenu.communes import bloc_communal, ensemble, usages_et_titres
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal, decouper, total
from mutualisation.documents.rapport.contenu.communes.ensemble import strates
from mutualisation.socle.francais import formats


@pytest.fixture
def bilan() -> BilanFactice:
    return BilanFactice()


def _bloc(bilan: BilanFactice, cle: str) -> BlocCommunal:
    return next(b for b in decouper(bilan).blocs if b.cle == cle)


def _page(bilan: BilanFactice, cle: str, sortie: str = "html") -> m.Document:
    chemin = f"communes/{_bloc(bilan, cle).page}"
    return next(d for d in communes.documents(bilan) if d.chemin == chemin and sortie in d.sorties)


def _blocs(blocs: Any) -> Iterator[Any]:
    for bloc in blocs:
        yield bloc
        yield from _blocs(getattr(bloc, "blocs", ()))


def _tableau(document: m.Document, titre: str) -> m.Tableau:
    tous = (b for s in document.sections for b in _blocs(s.lus))
    return next(b for b in tous if isinstance(b, m.Tableau) and titre in b.titre)


# ---------------------------------------------------------------- who is where
def test_chaque_adherent_est_sur_une_page_et_l_epci_sur_aucune(bilan: BilanFactice) -> None:
    ou = Counter(a.siret for annee in decouper(bilan).annees for a in annee.adherents)
    assert ou == dict.fromkeys((f.LILLE, f.CCAS, f.LOOS, f.PERDU, f.INCONNU), 1)


def test_les_pages_et_ce_qui_n_en_a_pas_somment_au_bilan(bilan: BilanFactice) -> None:
    territoire = decouper(bilan)
    annees = [*territoire.annees, territoire.epci, territoire.personne]
    for mesure, relation, colonne in (
        ("du", "recouvrement", "montant_du"),
        ("titre", "recouvrement", "montant_titre"),
        ("cout", "cout_adherent", "cout_usage"),
        ("reste", "cout_adherent", "reste_a_charge"),
    ):
        assert total(annees, mesure) == sum(r[colonne] for r in bilan[relation]), mesure
    assert territoire.personne.cout == Decimal("5.55")
    assert territoire.epci.cout == Decimal("1.00")


def test_un_ccas_est_sur_la_page_de_sa_commune_sous_sa_propre_ancre(bilan: BilanFactice) -> None:
    page = _page(bilan, "59350")
    volets = [b for s in page.sections for b in _blocs(s.blocs) if isinstance(b, m.Volet)]
    assert [(v.titre, v.ancre) for v in volets] == [("CCAS de Lille", f"a-{f.CCAS}")]
    assert [x["du"].valeur for x in _tableau(page, "CCAS et organismes").lignes] == [Decimal("8.00")]
    # in no figure of the commune: page, index and annex of the acts tell it alone
    assert (page.chiffres[0].valeur, _bloc(bilan, "59350").annee.du) == ("876\u00a0€", Decimal("875.50"))
    index = next(d for d in communes.documents(bilan) if d.chemin == bloc_communal.ANNUAIRE)
    lille, *_ = _tableau(index, "Communes, dans l'ordre alphabétique").lignes
    assert (lille["du"], lille["cout"]) == (Decimal("875.50"), _bloc(bilan, "59350").annee.cout)
    assert [str(x["du"]) for x in _tableau(index, "Les pages et le bilan").lignes][:2] == ["1275.50", "8.00"]
    assert not any(isinstance(b, m.Volet) for s in _page(bilan, "59350", "pdf").sections for b in _blocs(s.blocs))


def test_les_adherents_sans_commune_ont_leur_page(bilan: BilanFactice) -> None:
    """Its INSEE is of no commune; or a titre of one that the year does not name."""
    sans = decouper(bilan).sans_commune
    assert [b.page for b in sans] == [f"sans_commune_{f.INCONNU}", f"sans_commune_{f.PERDU}_syndicat_d_ailleurs"]
    assert _bloc(bilan, f.INCONNU).annee.titre == Decimal("3.33")


def test_un_adherent_nomme_une_autre_annee_garde_son_nom() -> None:
    presents = [a for a in f.RANGEES["adherent", 2021] if a["siret_adherent"] != f.LOOS]
    bloc = _bloc(BilanFactice(adherent=presents), f.LOOS)
    assert (bloc.nom, bloc.est_commune, bloc.annee.population) == ("Loos", False, None)


def test_sans_adherent_il_n_y_a_pas_de_page() -> None:
    bilan = BilanFactice(adherent=[])
    assert list(communes.documents(bilan)) == []
    assert ensemble.section_communes(bilan).blocs == []
    assert ensemble.manques(decouper(bilan)) == []


# ---------------------------------------------------------------- addresses
@cas
def test_les_adresses_sont_en_ascii_et_stables(nom: str, page: str) -> None:
    assert bloc_communal.page("59009", nom, sans_commune=False) == page


@cas
def test_un_nom_se_trouve_avec_ou_sans_son_article(nom: str, lettres: list[str]) -> None:
    assert bloc_communal.initiales(nom) == lettres


def test_chaque_page_est_a_un_clic_de_l_index(bilan: BilanFactice) -> None:
    documents = list(communes.documents(bilan))
    index = next(d for d in documents if d.chemin == "communes/index" and "html" in d.sorties)
    trouver, *_ = index.sections
    liens = {x.cible for b in trouver.blocs if isinstance(b, m.Paragraphe) for x in b.morceaux if isinstance(x, m.Lien)}
    assert liens == {f"{d.chemin.removeprefix('communes/')}.html" for d in documents if d.forme == "fiche"}
    assert [b.texte for b in trouver.blocs if isinstance(b, m.SousTitre)] == ["L", "Adhérents sans commune"]


# ---------------------------------------------------------------- what is said
def test_les_premiers_mots_disent_le_du_le_recu_et_si_c_est_juste(bilan: BilanFactice) -> None:
    resume = _page(bilan, "59350").resume.replace("\u202f", " ").replace("\u00a0", " ")
    assert resume == (
        "En 2021, Lille adhère à 2 services mutualisés et doit 876 €. Le coût de l'adhésion est de 1 060 € ; "
        "l'intercommunalité en porte 185 €, soit 17 %."
    )


def test_un_cout_non_suivi_n_est_pas_zero(bilan: BilanFactice) -> None:
    lignes = {x["libelle"]: x for x in _tableau(_page(bilan, "59350"), "Adhésions, 2021").lignes}
    assert lignes["Convention UGAP"]["cout"] is None
    assert lignes["Convention UGAP"]["du"] == usages_et_titres.RIEN
    assert lignes["Centrale d'achat"]["recours"] == ""
    assert lignes["Protection des données"]["depuis"] == "01/01/2019 au 30/06/2021"
    assert lignes["Protection des données"]["titre"] == m.Valeur("par l'AC", "lu")


@cas
def test_un_adherent_sans_usage_ne_porte_aucune_part_d_un_cout(couts: list[str], cle: str, dit: str) -> None:
    """Among the members of the mean, which says who bears it; its own page says that the cost is followed."""
    zero, lus = Decimal(0), zip((f.LOOS, f.LILLE, f.CCAS), map(Decimal, couts), strict=True)
    rangees = [{"exercice": 2021, "dispositif": "CAM", "siret_adherent": siret, "cle": cle, "poids": zero,
                "cout_usage": c, "montant_du": zero, "reste_a_charge": c} for siret, c in lus]  # fmt: skip
    bilan = BilanFactice(cout_adherent=rangees, recours=[])
    assert usage.partage(bilan, "CAM") == dit
    assert ("1\u00a0service au coût suivi") in [c.note for c in _page(bilan, "59360").chiffres]


def test_des_unites_de_nombreux_types_se_somment_apres_les_premieres() -> None:
    recours = [
        {"exercice": 2021, "semestre": 1, "dispositif": "RGPD", "siret_adherent": f.LILLE, "type_unite": t,
         "quantite": Decimal(n), "poids": Decimal(1), "unites": Decimal(n)}
        for t, n in (("PC", 2), ("DP", 20), ("CUA", 5), ("PD", 1), ("AT", 3))
    ]  # fmt: skip
    lignes = _tableau(_page(BilanFactice(recours=recours), "59350"), "Adhésions, 2021").lignes
    dit = next(x["recours"] for x in lignes if x["libelle"] == "Protection des données")
    assert dit.startswith("20\u00a0déclarations préalables, 5\u00a0")
    assert dit.endswith(", 6\u00a0autres")


def test_un_du_superieur_au_cout_se_dit(bilan: BilanFactice) -> None:
    page = _page(bilan, "59360")
    assert "Dû au-delà du coût" in [c.libelle for c in page.chiffres]
    assert "le dû dépasse ce coût de 300" in page.resume


def test_l_ecart_du_du_au_titre_s_explique_au_centime(bilan: BilanFactice) -> None:
    tableau = usages_et_titres.du_au_titre(_bloc(bilan, "59350").annee, "")
    assert [(x["libelle"], str(x["montant"])) for x in tableau.lignes] == [
        ("Dû pour 2021", "875.50"), ("dont par l'attribution de compensation", "-50.00"),
        ("dont retenu sur le produit reversé des certificats", "-25.50"), ("À titrer", "800.00"), ("Titré", "700.00"),
        ("Reste à titrer", "100.00"),
    ]  # fmt: skip


def test_les_factures_retombent_sur_le_du_ou_disent_pourquoi(bilan: BilanFactice) -> None:
    # two SIRET of one commune are the commune
    deux = [a | {"type_adherent": "commune"} if a["nom"] == "CCAS de Lille" else a for a in f.RANGEES["adherent", 2021]]
    lille, loos = _bloc(BilanFactice(adherent=deux), "59350").annee, _bloc(bilan, "59360").annee
    assert (usages_et_titres.ecart_factures(lille), len(lille.services)) == (0, 2)
    factures = usages_et_titres.factures(lille)
    assert [(x["adherents"], x["statut"]) for x in factures.lignes] == [(2, "dont 1\u00a0reportée")]
    assert "8,00\u00a0€ : reporté sur la facture suivante" in factures.note
    assert "12,00\u00a0€ : reporté d'avant" in usages_et_titres.factures(loos).note
    seule = BilanFactice(facture_semestrielle=[])
    assert usages_et_titres.ecart_factures(_bloc(seule, "59360").annee) == Decimal("400.00")


@cas
def test_une_facture_titree_n_est_plus_a_emettre(titre: str, statut: str) -> None:
    recouvrement = [r | {"montant_titre": Decimal(titre)} for r in f.RANGEES["recouvrement", 2021]]
    loos = _bloc(BilanFactice(recouvrement=recouvrement), "59360").annee
    assert [x["statut"] for x in usages_et_titres.factures(loos).lignes] == [statut]


def test_le_gain_ne_porte_que_sur_les_achats_compares(bilan: BilanFactice) -> None:
    phrases = usages_et_titres.phrases_des_gains(_bloc(bilan, "59350").annee)
    achats, certificats = (m.mots(*b.morceaux) for b in phrases if isinstance(b, m.Paragraphe))
    assert "2\u00a0commandes passées par la centrale d'achat, pour 150\u00a0€ hors taxes" in achats
    assert "Sur les 80\u00a0€ comparés à un prix de référence, un gain de 20\u00a0€, soit 20,0\u00a0%" in achats
    assert "324,50\u00a0€ reversés et 25,50\u00a0€ retenus pour frais" in certificats


def test_une_commune_sans_population_est_laissee_de_cote_et_nommee(bilan: BilanFactice) -> None:
    loos = _page(bilan, "59360")
    assert not any("par habitant" in c.libelle for c in loos.chiffres)
    assert [(x["nom"], x["manque"]) for x in ensemble.manques(decouper(bilan))] == [
        ("Loos", "population"),
        (formats.siret(f.INCONNU), "nom"),
        (formats.siret(f.INCONNU), "code INSEE"),
        ("Syndicat d'ailleurs", "commune"),
    ]


def test_aucun_code_n_est_montre(bilan: BilanFactice) -> None:
    for document in communes.documents(bilan):
        dits = [document.resume, *(c.libelle + c.note for c in document.chiffres)]
        for bloc in (b for s in document.sections for b in _blocs(s.lus)):
            if isinstance(bloc, m.Tableau):
                dits += [
                    bloc.titre,
                    bloc.note,
                    *(str(v) for x in bloc.lignes for v in x.values() if isinstance(v, str)),
                ]
            elif isinstance(bloc, m.Paragraphe):
                dits.append(m.mots(*bloc.morceaux))
        codes = re.findall(r"\b[a-z]+_[a-z_]+\b|\b(?:unites|jours|aucune|titre|reporte)\b(?! )", " ".join(dits))
        assert not [c for c in codes if "_" in c], document.chemin


# ---------------------------------------------------------------- classes
def _ville(insee: int, population: int | None) -> list[dict[str, Any]]:
    siret = f"2159{insee:05d}00017"
    return [{"exercice": 2021, "siret_adherent": siret, "type_adherent": "commune", "nom": f"Ville {insee}",
             "code_insee": str(insee), "population": population}]  # fmt: skip


def _classes(*populations: int | None) -> list[tuple[str, int]]:
    rangees = [r for i, p in enumerate(populations) for r in _ville(59100 + i, p)]
    communes_ = decouper(BilanFactice(adherent=rangees)).communes
    return [(s.libelle.replace("\u202f", " "), len(s.communes)) for s in strates(communes_)]


def test_une_classe_de_moins_de_trois_rejoint_sa_voisine() -> None:
    assert _classes(100, 200, 300, 4000, 4500, 4999, 5000, 30000) == [
        ("moins de 2 000 habitants", 3),
        ("2 000 habitants et plus", 5),
    ]
    assert _classes(100, 3000, 3100, 6000, 6100, 6200, None) == [
        ("moins de 5 000 habitants", 3),
        ("5 000 habitants et plus", 3),
    ]


def test_pas_de_mediane_a_moins_de_trois_communes(bilan: BilanFactice) -> None:
    territoire = decouper(bilan)
    (classe,) = strates(territoire.communes)
    assert classe.mediane(lambda a: a.cout) is None
    assert _bloc(bilan, "59360") not in classe.communes


def test_la_mediane_est_exacte() -> None:
    rangees = [r for i, p in enumerate((1000, 1000, 1000, 1000)) for r in _ville(59100 + i, p)]
    couts = [
        {"exercice": 2021, "dispositif": "CAM", "siret_adherent": r["siret_adherent"], "cle": "unites",
         "poids": Decimal(1), "cout_usage": Decimal(c), "montant_du": Decimal(0), "reste_a_charge": Decimal(c)}
        for r, c in zip(rangees, ("10.00", "20.01", "20.02", "500.00"), strict=True)
    ]  # fmt: skip
    (classe,) = strates(decouper(BilanFactice(adherent=rangees, cout_adherent=couts)).communes)
    assert classe.mediane(lambda a: a.cout) == Decimal("0.020015")


def test_la_carte_compte_comme_les_chiffres_cles(bilan: BilanFactice) -> None:
    carte = ensemble.carte(bilan, decouper(bilan))
    assert [(c.code_insee, c.valeur, c.classe, c.adresse) for c in carte.communes] == [
        ("59350", 2, 1, "communes/59350_lille.html"),
        ("59360", 1, 1, "communes/59360_loos.html"),
    ]
    assert [ensemble.classe(n) for n in (0, 1, 4, 5, 9, 10, 20)] == [0, 1, 1, 2, 2, 3, 3]
    # its CCAS is a member too, on its own line: one count of adhesions on the page
    page = _page(bilan, "59350")
    par_an = next(x for x in _tableau(page, "D'une année à l'autre").lignes if x["libelle"].startswith("Adhésions"))
    assert (next(c.valeur for c in page.chiffres if c.libelle == "Adhésions"), par_an["2021"].valeur) == ("2", 2)
    assert [x["services"] for x in _tableau(page, "CCAS et organismes").lignes] == [1]
    lignes = ensemble.adhesions(bilan, decouper(bilan)).lignes
    assert [(x["nombre"], x["communes"]) for x in lignes] == [(2, "Lille · Loos"), (1, "Lille")]


def test_un_service_dont_personne_ne_suit_le_cout_ne_se_lit_pas_gratuit() -> None:
    bilan = BilanFactice(cout_adherent=[])
    page = _page(bilan, "59350")
    assert ("Coût de l'adhésion et de l'usage", "non suivi") in [(c.libelle, c.valeur) for c in page.chiffres]
    assert not [t for s in page.sections for t in _blocs(s.blocs) if getattr(t, "titre", "").startswith("Euros par")]
    annees = _tableau(page, "D'une année à l'autre")
    assert next(x for x in annees.lignes if x["libelle"] == "Coût de l'adhésion et de l'usage")["2021"].valeur == "—"
    index = next(d for d in communes.documents(bilan) if d.chemin == bloc_communal.ANNUAIRE)
    lille = next(x for x in _tableau(index, "Communes, dans l'ordre alphabétique").lignes if x["nom"].texte == "Lille")
    assert (lille["cout"], lille["habitant"]) == (None, None)
