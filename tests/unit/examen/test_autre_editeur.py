"""Headers of a vendor that a newcomer met (decision 0020): the column each stands for, without a server."""

import pytest

from mutualisation.entree.sources.registre import registre
from mutualisation.usage.examen.propositions import des_defauts
from mutualisation.usage.examen.reconnaissance import Tete, reconnaitre

PAIE = {
    "Année": "2024", "Catégorie hiérarchique": "Cat. A", "Coût total employeur": "1 234,50",
    "Remb. IJ": "12,00", "ETP travaillés": "32,90",
}  # fmt: skip
TEMPS = {
    "Agent": "040101", "Jour": "02/01/2024", "Tâche": "URB", "Nb heures": "07:30", "Présence": "Travail",
    "Visa responsable": "Oui",
}  # fmt: skip
AGENTS = {
    "Matric.": "040101", "Cat.": "Cat. A", "Tx d'emploi": "100 %", "Arrivée le": "01/03/2015",
    "Affect. analytique": "DSI", "Tx affect.": "60 %", "Affecté du": "01/01/2024", "Affecté au": "31/12/2024",
}  # fmt: skip
ACTIF = {
    "N° fiche": "2019-0004", "Cpte": "2183", "Mis en service le": "15/04/2019", "Valeur d'origine": "1 200,00",
    "Durée amort. (ans)": "5", "Méthode": "Linéaire", "Analytique": "A30", "% analytique": "40",
    "Subv. montant": "300,00",
}  # fmt: skip
MANDATS = {
    "Exo": "2024", "Bud.": "01", "N° bord.": "4", "N° mandat": "12", "N° ligne": "1", "Date mandat": "05/02/2024",
    "Nature pièce": "Ordinaire", "Imputation": "6156", "Mt TTC": "120,00", "État": "Payé",
}  # fmt: skip


@pytest.mark.parametrize(
    ("jeu", "fichier", "export", "colonnes"),
    [
        ("masse_salariale", "Paie 2024.xlsx", PAIE, "exercice categorie masse_salariale attenuations etpt"),
        ("temps", "Pointages.csv", TEMPS, "matricule date code_activite duree type_jour valide"),
        (
            "agents", "Personnel.xlsx", AGENTS,
            "matricule categorie quotite date_entree code_activite pct_affectation debut_affectation fin_affectation",
        ),
        (
            "etat_actif", "Inventaire.xlsx", ACTIF,
            "numero_inventaire compte date_mise_en_service valeur_brute duree mode axe_analytique quote_part"
            " montant_subvention",
        ),
        (
            "mandats", "MDT_T1.csv", MANDATS,
            "exercice budget bordereau piece ligne_piece date_emission type_piece nature montant_ttc statut",
        ),
    ],
)  # fmt: skip
def test_chaque_en_tete_a_sa_colonne(jeu: str, fichier: str, export: dict[str, str], colonnes: str) -> None:
    tetes = [Tete(tuple(export), (tuple(export.values()),) * 3)]
    trouve = reconnaitre([j for j in registre().jeux if j.format == "tabulaire"], tetes, {}, fichier)
    assert trouve is not None
    assert trouve.jeu.nom == jeu
    proposees = {c: candidat.nom for c, candidat in trouve.candidats.items()}
    assert proposees == dict(zip(colonnes.split(), export, strict=True))
    assert des_defauts(trouve) == []


@pytest.mark.parametrize(("entete", "propose"), [("Chef d'équipe", "Chef d'équipe"), ("Numéro de badge", None)])
def test_aucune_valeur_pour_tous_quand_une_colonne_la_donne(entete: str, propose: str | None) -> None:
    """A column of yes and no is `Validé`; proposing « O » for all would count what nobody validated."""
    noms = ("Matricule", "Date", "Code activité", "Durée", "Type jour", entete)
    rangees = [("1", "02/01/2024", "ADS", "3,5", "T", mot if propose else "12") for mot in ("Oui", "Non")]
    trouve = reconnaitre([registre().jeu("temps")], [Tete(noms, tuple(rangees))], {}, "temps_2024-01.csv")
    assert trouve is not None
    assert (trouve.candidats["valide"].nom if "valide" in trouve.candidats else None) == propose
    assert bool(des_defauts(trouve)) is (propose is None)
