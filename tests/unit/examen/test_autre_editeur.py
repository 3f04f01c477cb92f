"""Headers of a vendor that a newcomer met (decision 0020): the column each stands for, without a server."""

import pytest
from tests.atelier.tables import cas

from mutualisation.entree.sources.registre import registre
from mutualisation.usage.examen.propositions import des_defauts
from mutualisation.usage.examen.reconnaissance import Tete, reconnaitre


@cas
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
    """A column of yes and no is `Validé`; beside one that nothing reads, « O » for all is not proposed."""
    noms = ("Matricule", "Date", "Code activité", "Durée", "Type jour", entete)
    rangees = [("1", "02/01/2024", "ADS", "3,5", "T", mot if propose else "12") for mot in ("Oui", "Non")]
    trouve = reconnaitre([registre().jeu("temps")], [Tete(noms, tuple(rangees))], {}, "temps_2024-01.csv")
    assert trouve is not None
    assert (trouve.candidats["valide"].nom if "valide" in trouve.candidats else None) == propose
    assert des_defauts(trouve) == []
