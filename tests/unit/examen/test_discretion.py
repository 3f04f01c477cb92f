"""No cell that `essayer` prints may be a person, an account or a number of one, under whatever label (K9)."""

import pytest
from tests.atelier.tables import cas

from mutualisation.entree.ingestion.cellules_lues import ColonneLue
from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.usage.examen.compte_rendu import montrable

# an IBAN, one in groups, a bank account, numbers of social security, names
SECRETS = (
    "FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189", "30006000011234567890189", "1850578006084",
    "185057800608436", "1 85 05 78 006 084 36", "ZYLBERSTEIN", "O.MARTIN", "MARTIN-DUPONT", "Hermenegilde",
    "Longue maladie",
)  # fmt: skip
MATRICULES = ("0907331", "907331", "M0042", "0042")
COLONNES = [
    pytest.param(j, c, id=f"{j.nom}.{c.nom}")
    for j in registre().jeux
    if j.personnes and j.format == "tabulaire"
    for c in j.colonnes
]


def _montrees(jeu: Jeu, colonne: Colonne, cellules: tuple[str, ...]) -> list[str]:
    lue = ColonneLue(jeu, colonne, Confidentialite(Pseudonymes(b"une cle pour les essais")))
    return [c for c in cellules if montrable(jeu, lue, c)]


@pytest.mark.parametrize(("jeu", "colonne"), COLONNES)
def test_aucune_colonne_ne_montre_une_personne(jeu: Jeu, colonne: Colonne) -> None:
    secrets = SECRETS + (MATRICULES if jeu.pseudonymise else MATRICULES[:1] if jeu.agents else ())
    assert _montrees(jeu, colonne, secrets) == []


def test_l_adresse_d_une_personne_ne_se_montre_pas() -> None:
    """Even where its file holds no other person: that address refuses it."""
    jeu = registre().jeu("adherents")
    adresses = ("jean.dupont@croix.fr", "mairie@croix.fr", "J.DUPONT@croix.fr")
    assert _montrees(jeu, jeu.colonne("courriel"), adresses) == ["mairie@croix.fr"]


@cas
def test_ce_qui_ne_dit_personne_se_montre(jeu: str, colonne: str, cellule: str) -> None:
    """Otherwise the report would say nothing."""
    j = registre().jeu(jeu)
    assert _montrees(j, j.colonne(colonne), (cellule,)) == [cellule]
