"""The schéma in words: objectives, sheets without cost, actions, opinions; nothing where nothing says it."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import modele as m
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
         "delibere_le": date(2023, 2, 3)}
        for code, statut in (("1", "favorable"), ("2", "favorable"), ("3", "defavorable"), ("4", "repute_favorable"))
    ]  # fmt: skip
    adherent = [{"type_adherent": "commune", "code_insee": "3", "nom": "Loos"}]
    phrase, liste, ou = schema.section_avis(BilanFactice(avis_commune=avis, adherent=adherent)).blocs
    assert _clair(str(phrase.morceaux[0])).startswith(
        "Le rapport a été transmis le 19/12/2022. Avis de 4 communes au 01/04/2023 : 2 favorables, 1 défavorable, "
        "1 réputé favorable."
    )
    assert liste.points == [("Avis défavorable", "Loos (délibération du 03/02/2023)")]
    assert "motifs" in m.mots(*ou.morceaux)


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


@pytest.mark.parametrize(
    ("etp", "charges", "valorisation", "manque", "resume", "cout"),
    [
        ("1.20", "11009.40", "en attente", "décision : x", "1,20 ETP et 11 009 € de dépenses directes, hors des totaux",
         "1,20 ETP et 11 009 € de dépenses directes, hors des totaux ; pour le valoriser, il manque la décision."),
        ("0", "0", "en attente", "temps passé : x ; dépenses : x ; décision : x", "Coût non mesuré",
         "Coût non mesuré ; pour le valoriser, il manque un temps saisi, une clé de dépenses et la décision."),
        (None, None, "hors périmètre", None, "Coût non mesuré",
         "Coût non mesuré ; hors du périmètre de la synthèse financière."),
    ],
)  # fmt: skip
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
