"""The schéma in words: objectives, sheets without cost, actions, opinions; nothing where nothing says it."""

from datetime import date
from decimal import Decimal

from tests.atelier.tables import cas
from tests.unit.rapport import communes_factices as f
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import conventions, imputations
from mutualisation.documents.rapport.contenu.communes.avis import tableau
from mutualisation.documents.rapport.contenu.communes.offre import ouverture
from mutualisation.documents.rapport.contenu.conseil import schema
from mutualisation.documents.rapport.contenu.conseil.dispositifs import dires, section_dispositifs

D = Decimal


def _clair(texte: str) -> str:
    return texte.replace("\u202f", " ").replace("\u00a0", " ")


def _action(
    code: str, statut: str, avant: str | None = None, *, retard: bool = False, **autres: object
) -> dict[str, object]:
    return {
        "code": code, "dispositif": None, "action": f"Faire {code}", "horizon": "court_terme", "responsable": "R",
        "echeance": date(2021, 6, 30), "statut": statut, "statut_precedent": avant, "en_retard": retard,
    } | autres  # fmt: skip


def test_rien_n_est_dit_de_ce_qu_aucun_fichier_ne_dit() -> None:
    bilan = BilanFactice()
    assert [s(bilan).blocs for s in (schema.section_schema, schema.section_actions, schema.section_avis)] == [[]] * 3
    assert not any(dires(bilan, code) for code in ("CAM", "RGPD", "CEE"))


def test_les_actions_en_retard_passent_devant_et_ce_qui_a_bouge_est_dit() -> None:
    actions = [
        _action("C", "realisee", "en_cours"),
        _action("B", "decidee", "decidee", echeance=date(2023, 1, 1)),
        _action("A", "en_cours", "proposee", retard=True, dispositif="CAM"),
        _action("D", "etudiee", horizon="moyen_terme", echeance=None),
    ]
    resume, tableau = schema.section_actions(BilanFactice(action=actions)).blocs
    assert isinstance(tableau, m.Tableau)
    assert [x["code"] for x in tableau.lignes] == ["A", "B", "D", "C"]
    assert [x["etat"] for x in tableau.lignes] == [
        "En cours, proposée fin 2020 ; en retard", "Décidée", "À l'étude", "Réalisée, en cours fin 2020",
    ]  # fmt: skip
    assert (tableau.lignes[0]["service"], tableau.lignes[1]["service"]) == ("Centrale d'achat", schema.TOUT)
    assert _clair(str(resume.morceaux[0])) == (
        "4 actions, 1 en retard au 31 décembre 2021, 1 réalisée, 2 dont l'état a changé depuis 2020."
    )


def test_ce_qu_un_service_a_fait_est_distinct_de_ce_qu_il_a_a_faire() -> None:
    actions = [
        _action("Publier", "realisee", "en_cours", dispositif="CAM"),
        _action("Fermer", "abandonnee", dispositif="CAM", horizon="moyen_terme"),
        _action("Ancienne", "realisee", "realisee", dispositif="CAM"),
        _action("Ouvrir", "decidee", dispositif="CAM", horizon="moyen_terme"),
        _action("Ailleurs", "realisee", dispositif="RGPD"),
    ]
    assert dires(BilanFactice(action=actions), "CAM") == [
        ("Fait depuis 2020", "Faire Publier (réalisée, en cours fin 2020) ; faire Fermer (abandonnée)."),
        ("Moyen terme", "Faire Ouvrir (décidée)."),
    ]


def test_les_avis_sont_comptes_et_qui_est_contre_est_nomme() -> None:
    avis = [
        {"code_insee": code, "transmis_le": date(2022, 12, 19), "statut": statut, "au": date(2023, 4, 1),
         "delibere_le": date(2023, 2, 3), "limite": date(2023, 3, 19), "sens": sens, "motifs": None}
        for code, statut, sens in (
            ("1", "favorable", "favorable"), ("2", "favorable", "favorable"), ("3", "defavorable", "defavorable"),
            ("4", "repute_favorable", None), ("5", "repute_favorable", "defavorable"),
        )
    ]  # fmt: skip
    adherent = [{"type_adherent": "commune", "code_insee": c, "nom": n} for c, n in (("3", "Loos"), ("5", "Leers"))]
    bilan = BilanFactice(avis_commune=avis, adherent=adherent)
    phrase, liste, ou = schema.section_avis(bilan).blocs
    assert _clair(str(phrase.morceaux[0])).startswith(
        "Le rapport a été transmis le 19/12/2022. Avis de 5 communes au 01/04/2023 : 2 favorables, 2 défavorables "
        "(dont hors délai, réputé favorable : Leers), 1 réputé favorable."
    )
    leers, loos = "Leers (délibération du 03/02/2023, hors délai : réputé favorable", "Loos (délibération du 03/02/2023"
    assert liste.points == [("Avis défavorables", f"{leers}), {loos})")]
    assert "motifs" in m.mots(*ou.morceaux)
    assert [(x["nom"], x["etat"]) for x in tableau(bilan).lignes][-1] == ("Loos", "défavorable")
    avis[2] |= {"motifs": "Le coût."}
    avis[4] |= {"motifs": "Le prix."}
    _, liste = schema.section_avis(BilanFactice(avis_commune=avis, adherent=adherent)).blocs
    assert _clair(liste.points[0][1]) == f"{leers} : Le prix), {loos} : Le coût)"


def test_un_chiffre_declare_a_sa_source_et_celui_de_l_an_dernier() -> None:
    """Those of the whole schéma were printed nowhere."""
    declare = [
        {"dispositif": None, "libelle": "Dispositifs déployés", "valeur": D("18"), "unite": "dispositifs",
         "source": "Rapport, p. 3", "valeur_precedente": None, "variation": None},
        {"dispositif": "CAM", "libelle": "Marchés", "valeur": D("55.000000"), "unite": "marchés",
         "source": "Rapport, p. 7", "valeur_precedente": D("50"), "variation": D("5")},
        {"dispositif": "CAM", "libelle": "Référents", "valeur": D("175"), "unite": "agents", "source": "Rapport, p. 7",
         "valeur_precedente": None, "variation": None},
    ]  # fmt: skip
    bilan = BilanFactice(indicateur_declare=declare)
    assert _clair(dict(dires(bilan, "CAM"))["Activité déclarée"]) == (
        "Marchés : 55 (50 en 2020) ; référents : 175 agents (source : Rapport, p. 7)."
    )
    # 28 declared and 15 counted stood on one sheet without a word
    compte = {
        "controle": "communes_declarees",
        "cle": "CAM",
        "valeur_attendue": "15 communes adhérentes au 31 décembre",
    }
    for motif, fin in ((None, "."), ("La convention de 2023", " ; la convention de 2023.")):
        dit = schema.indicateurs(
            BilanFactice(indicateur_declare=declare, controles=[compte | {"justification": motif}]), "CAM"
        )
        assert dit.endswith(f"(source : Rapport, p. 7). Compté : 15 communes adhérentes au 31 décembre{fin}")
    (liste,) = schema.section_schema(bilan).blocs
    assert liste.points == [("Chiffres déclarés", "Dispositifs déployés : 18 (source : Rapport, p. 3).")]


@cas
def test_une_fiche_hors_des_totaux_dit_ce_qui_en_est_mesure(
    etp: str | None, charges: str | None, valorisation: str, manque: str | None, resume: str, cout: str
) -> None:
    """« Coût. Non mesuré » stood on a sheet where another page gave 1,20 ETP and 11 009 €."""
    etat = {"dispositif": "UGAP", "valorisation": valorisation, "manque": manque,
            "etp_mesure": etp and D(etp), "charges_mesurees": charges and D(charges)}  # fmt: skip
    texte = {"dispositif": "UGAP", "rubrique": "activite", "texte": "Des achats.", "auteur": "A", "rang": 1}
    bilan = BilanFactice(etat_valorisation=[etat], textes=[texte])
    bilan.synthese = {2021: {}}
    volet = next(v for v in section_dispositifs(bilan).blocs if isinstance(v, m.Volet) and v.ancre.endswith("ugap"))
    assert (_clair(volet.resume), _clair(dict(volet.blocs[0].points)["Coût"])) == (resume, cout)


def test_ce_que_coute_un_service_a_qui_le_porte_est_dit_a_cote_de_ce_que_l_epci_y_met() -> None:
    declare = [
        {"dispositif": "CAM", "indicateur": nom, "libelle": "Coût", "valeur": D(valeur), "unite": unite,
         "source": "Lille", "valeur_precedente": None, "variation": None}
        for nom, valeur, unite in (("cout_porteur", "214000", "€"), ("etp_porteur", "3", "ETP"), ("n", "9", "actes"))
    ]  # fmt: skip
    etat = {"dispositif": "CAM", "valorisation": "en attente", "manque": None, "etp_mesure": D("0.1"),
            "charges_mesurees": D("24780")}  # fmt: skip
    dits = dict(dires(BilanFactice(indicateur_declare=declare, etat_valorisation=[etat]), "CAM"))
    assert _clair(dits["Activité déclarée"]) == "Coût : 9 actes (source : Lille)."
    assert _clair(dits["Ce que dit qui le porte"]) == (
        "214 000 € et 3 ETP (source : Lille). Mesuré chez l'EPCI : 0,10 ETP et 24 780 € de dépenses directes. Le coût "
        "de qui le porte n'entre dans aucun total."
    )
    seul = dict(dires(BilanFactice(indicateur_declare=declare), "CAM"))["Ce que dit qui le porte"]
    assert "rien n'en est mesuré" in seul


def test_une_fiche_dit_a_qui_le_service_est_ouvert() -> None:
    assert _clair(ouverture({"population_min": 500, "population_max": 15000})) == (
        "aux communes d'au moins 500 et de moins de 15 000 habitants"
    )
    assert ouverture({"population_min": None}) == ""


# ---------------------------------------------------------------- conventions, attributions de compensation
def _convention(siret: str, dispositif: str, fin: date | None, statut: str) -> dict[str, object]:
    return {"dispositif": dispositif, "siret_adherent": siret, "debut": date(2020, 1, 1), "convention": None,
            "echeance": fin, "statut": statut}  # fmt: skip


def test_ce_qui_est_echu_puis_ce_qui_finit_dans_l_annee_sont_dits_ensemble_puis_par_service() -> None:
    lues = [
        _convention(f.LILLE, "CAM", date(2022, 6, 30), "a_renouveler"),
        _convention(f.LOOS, "CAM", date(2022, 6, 30), "a_renouveler"),
        _convention(f.LILLE, "UGAP", date(2021, 12, 31), "echue"),
        _convention(f.LILLE, "RGPD", date(2024, 5, 31), "en_cours"),
        _convention(f.LOOS, "RGPD", None, "sans_echeance"),
    ]
    bilan = BilanFactice(convention=lues)
    resume, tableau = conventions.section_conventions(bilan).lus
    assert _clair(m.mots(*resume.morceaux)) == (
        "Au 31 décembre 2021, 5 conventions : 1 échue, 2 à renouveler dans l'année qui suit, 1 en cours au-delà et "
        "1 sans échéance renseignée."
    )
    assert [(x["libelle"], x["etat"], _clair(x["adherents"]), x["noms"]) for x in tableau.lignes] == [
        ("Convention UGAP", "Échue", "1 commune", "Commune de Lille"),
        ("Centrale d'achat", "À renouveler dans l'année qui suit", "2 communes", "Commune de Lille, Loos"),
    ]
    assert conventions.dire(bilan, "RGPD") == "1 jusqu'au 31/05/2024 et 1 sans échéance renseignée"
    assert conventions.de_l_adherent([r for r in bilan["convention"] if r["siret_adherent"] == f.LILLE], 2021) == (
        "Conventions. Échu : Convention UGAP (31/12/2021). À renouveler d'ici au 31/12/2022 : Centrale d'achat "
        "(30/06/2022)."
    )
    # a drop that gives no end is told nothing
    muet = BilanFactice(convention=[lues[4]])
    assert (conventions.blocs(muet), conventions.dire(muet, "RGPD")) == ([], "")


def test_seul_qui_n_a_pas_d_insee_est_dit_sans_insee() -> None:
    """A satellite owes on the attribution of a commune that is no adherent: its INSEE is known (R21a)."""
    rangee = {"montant_du": D("5"), "vote": None, "ecart": None}
    lues = imputations.nommer([rangee | {"code_insee": "59999"}, rangee | {"code_insee": None}], [])
    assert [x["nom"] for x in lues] == ["Commune non adhérente", "Adhérents sans code INSEE"]


@cas
def test_l_attribution_de_compensation_est_dite_a_l_assemblee_et_a_la_commune(
    vote: str | None, ecart: str | None, dit: str
) -> None:
    rangee = {"code_insee": "59350", "montant_du": D("250"), "vote": vote and D(vote), "ecart": ecart and D(ecart)}
    bilan = BilanFactice(imputation_ac=[rangee, rangee | {"code_insee": None, "vote": None, "ecart": None}])
    assert dit in _clair(imputations.de_la_commune(bilan, "59350"))
    _, tableau = imputations.section_imputations(bilan).lus
    assert [x["nom"] for x in tableau.lignes] == ["Commune de Lille", imputations.SANS_INSEE]
    assert (tableau.total["montant_du"], imputations.de_la_commune(bilan, "59360")) == (D("500"), "")
    manquent = 1 + (vote is None)
    assert tableau.total["ecart"] == D(vote or 0) - 500, "what is decided less what is due, a missing vote as 0"
    assert tableau.note.endswith(f"Sans décision connue, comptées 0 dans le total : {manquent}.")
    assert imputations.section_imputations(BilanFactice()).blocs == []


def test_l_attribution_provisoire_de_l_annee_suivante_se_dit_avant_fevrier() -> None:
    """R21b: 300 foreseen, 50 to regularise; who has no row is told nothing of it."""
    du = {"code_insee": "59350", "montant_du": D(250), "vote": D(200), "ecart": D(-50)}
    prevue = {
        "code_insee": "59350",
        "montant_prevu": D(300),
        "regularisation": D(50),
        "a_imputer": D(350),
        "vote_prevu": None,
    }
    bilan = BilanFactice(imputation_ac=[du, du | {"code_insee": "59360"}], imputation_ac_prevue=[prevue])
    _, passe, provisoire = imputations.section_imputations(bilan).lus
    assert (passe.note, provisoire.titre) == (
        "Écart : décidé moins dû.", "Attributions provisoires de 2022, à communiquer avant le 15 février 2022",
    )  # fmt: skip
    assert provisoire.note.endswith("Sans décision connue, comptées 0 dans le total : 1.")
    assert provisoire.total["a_imputer"] == D(350)
    assert "Pour 2022, 350,00 € seraient à y imputer" in _clair(imputations.de_la_commune(bilan, "59350"))
    assert "2022" not in imputations.de_la_commune(bilan, "59360")
    seule = imputations.section_imputations(BilanFactice(imputation_ac=[], imputation_ac_prevue=[prevue])).lus
    assert [b.titre for b in seule if isinstance(b, m.Tableau)] == [provisoire.titre]
