"""A corrected row lands as the door would land it: nothing personal, nothing masked twice."""

from typing import Any

import pytest
from tests.unit.ingestion.outillage import delivrees
from tests.unit.reparation.lignes_types import ABSENCE, MONTANT, SAISIE, fautive

from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.registre import registre
from mutualisation.usage.reparation import reprise
from mutualisation.usage.reparation.classeur import Correction, LigneFautive

PSEUDONYMES = Pseudonymes(b"une cle pour les essais")


def relire(ligne: LigneFautive, traduction: Traduction = SANS_TRADUCTION, **valeurs: str) -> dict[str, Any]:
    """The row as it lands: its cells as delivered."""
    jeu = registre().jeu(ligne.fichier.jeu)
    confidentialite = Confidentialite(PSEUDONYMES, frozenset({"T-ADS", "ADS", "AUTRE"}))
    texte = reprise.relire(jeu, traduction, confidentialite, 1, [Correction(ligne, valeurs)])
    delivre, *lues = texte.removesuffix("\n").split("\t")[3:]
    return dict(zip([c.nom for c in jeu.colonnes_entrepot], delivrees(jeu, delivre, lues), strict=True))


def test_le_reste_de_la_ligne_est_tel_qu_il_a_atterri() -> None:
    assert relire(SAISIE, valide="O") == SAISIE.cellules | {"valide": "O"}
    assert relire(MONTANT, montant_ttc="-12,34") == MONTANT.cellules | {"montant_ttc": "-12,34"}


def test_une_cellule_deja_masquee_ne_l_est_pas_deux_fois() -> None:
    inconnu = fautive("mandats", 3, [], axe_analytique="~0123456789abcdef", nature="?", montant_ttc="10,00")
    assert relire(inconnu, nature="6068") == inconnu.cellules | {"nature": "6068"}
    assert relire(inconnu, axe_analytique="Jeanne Dupont")["axe_analytique"].startswith("~")


def test_un_matricule_tape_devient_son_pseudonyme() -> None:
    assert relire(SAISIE, matricule=" 0907331 ")["matricule"] == PSEUDONYMES.pseudonyme("0907331")


def test_un_jour_travaille_qui_devient_une_absence_ne_garde_pas_son_code() -> None:
    code = relire(SAISIE, type_jour="A")["code_activite"]
    assert code.startswith("A-")
    assert code != "T-ADS"


def test_le_motif_d_une_absence_reste_une_empreinte() -> None:
    assert relire(ABSENCE, type_jour="A") == ABSENCE.cellules | {"type_jour": "A"}
    assert relire(ABSENCE, type_jour="A", code_activite="MALAD77X")["code_activite"].startswith("A-")


def test_un_code_qui_n_a_pas_ete_garde_se_demande() -> None:
    with pytest.raises(LectureRefusee, match="ligne 6 : « Code activité » n'a pas été gardé") as refus:
        relire(ABSENCE, type_jour="T")
    assert "0123456789ab" not in str(refus.value)
    assert relire(ABSENCE, type_jour="T", code_activite="T-ADS")["code_activite"] == "T-ADS"


def test_un_tiers_part_avec_son_siret() -> None:
    assert relire(MONTANT, siret="123")["tiers"] == ""
    assert relire(MONTANT, siret="21590001000012", tiers="Commune X")["tiers"] == "Commune X"


def test_une_cellule_tapee_se_lit_par_correspondances_les_autres_non() -> None:
    traduction = Traduction(valeurs={"statut": {"reglé": "Payé", "regle": "Payé"}, "axe_analytique": {"ads": "AUTRE"}})
    lue = relire(MONTANT, traduction, statut="Réglé")
    assert (lue["statut"], lue["axe_analytique"]) == ("Payé", "ADS")
