"""The schéma in words: objectives, sheets without cost, actions, opinions; nothing where nothing says it."""

from datetime import date
from decimal import Decimal

from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu.conseil import schema
from mutualisation.documents.rapport.contenu.conseil.dispositifs import dires

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
        {"code_insee": code, "transmis_le": date(2022, 12, 19), "statut": statut, "au": date(2023, 4, 1)}
        for code, statut in (("1", "favorable"), ("2", "favorable"), ("3", "defavorable"), ("4", "repute_favorable"))
    ]
    adherent = [{"type_adherent": "commune", "code_insee": "3", "nom": "Loos"}]
    phrase, liste = schema.section_avis(BilanFactice(avis_commune=avis, adherent=adherent)).blocs
    assert _clair(str(phrase.morceaux[0])).startswith(
        "Rapport transmis le 19/12/2022, 4 communes : au 01/04/2023, 2 favorables, 1 défavorable, 1 réputé favorable."
    )
    assert liste.points == [("Avis défavorable", "Loos")]


def test_un_chiffre_declare_a_sa_source_et_celui_de_l_an_dernier() -> None:
    declare = [
        {"dispositif": "CAM", "libelle": "Marchés", "valeur": D("55.000000"), "unite": "marchés",
         "source": "Rapport, p. 7", "valeur_precedente": D("50"), "variation": D("5")},
        {"dispositif": "CAM", "libelle": "Référents", "valeur": D("175"), "unite": "agents", "source": "Rapport, p. 7",
         "valeur_precedente": None, "variation": None},
    ]  # fmt: skip
    points = dict(dires(BilanFactice(indicateur_declare=declare), "CAM"))
    assert _clair(points["Activité déclarée"]) == (
        "Marchés : 55 marchés (50 en 2020), Référents : 175 agents (source : Rapport, p. 7)."
    )
