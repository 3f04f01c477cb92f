"""Drafts of the acts: they open as Word files, say the figures of the bilan, and leave what is unknown blank."""

from pathlib import Path
from typing import Any

import docx
import pytest
from tests.sql.publication import entrepot_publie

from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.rapport.contenu import actes, elus
from mutualisation.documents.rapport.enonces import BLANC

from .conftest import Republier

DELIBERATION, COMMUNICATION = "deliberation_2021.docx", "communication_communes_2021.docx"


def _texte(dossier: Path, nom: str) -> str:
    """Paragraphs, cells and headers of a draft."""
    livre = docx.Document(str(dossier / "projets_actes" / nom))
    cellules = (c.text for t in livre.tables for r in t.rows for c in r.cells)
    entetes = (p.text for s in livre.sections for p in (*s.header.paragraphs, *s.footer.paragraphs))
    return "\n".join((*(p.text for p in livre.paragraphs), *cellules, *entetes))


def _total(exercice: int) -> dict[str, Any]:
    synthese = entrepot_publie.rangees()["synthese_financiere"]
    return next(r for r in synthese if r["est_total"] and r["exercice"] == exercice)


@pytest.mark.parametrize("nom", [DELIBERATION, COMMUNICATION])
def test_un_projet_d_acte_se_dit_projet_a_chaque_page(extrait: Path, nom: str) -> None:
    texte = _texte(extrait, nom)
    assert "PROJET" in texte
    assert "Données synthétiques" in texte
    assert "version " in texte


def test_la_deliberation_arrete_les_totaux_publies(extrait: Path) -> None:
    texte, total = _texte(extrait, DELIBERATION), _total(2021)
    for attendu in ("L5211-39-1", "L5211-4-1", "Article 1er.", "Article 4.", "Pour : …"):
        assert attendu in texte.replace("\u00a0", " ")
    assert f"{total['cout_net']:,.2f}".replace(",", "\u202f").replace(".", ",") in texte
    assert f"{total['reste_a_charge']:,.2f}".replace(",", "\u202f").replace(".", ",") in texte


def test_ce_qui_est_demande_au_conseil_a_son_article(republier: Republier, tmp_path: Path) -> None:
    """« Décider du tarif » was asked, and the act decided nothing."""
    texte = {"texte": "Étudier un tarif.", "rubrique": "perspectives", "rang": 1, "auteur": "DAF"}
    bilan = republier(lambda lignes: lignes.update(textes=[{"exercice": 2021, "dispositif": None} | texte]))
    for document in actes.documents(bilan):
        imprimerie.ecrire(document, tmp_path)
    lus = [x.replace("\u00a0", " ") for x in _texte(tmp_path, DELIBERATION).splitlines() if x.startswith("Article")]
    assert [x.partition(". ")[0] for x in lus] == ["Article 1er", *(f"Article {n}" for n in range(2, len(lus) + 1))]
    verbes = [x.partition(". ")[2].partition(" ")[0].rstrip(",") for x in lus]
    assert verbes == ["Prend", "Prend", "Décide", "Demande", "Après", "Dit", "Charge"]
    assert len([*elus.demandes(bilan)]) == len(lus) - 2
    decide = lus[verbes.index("Décide")]
    assert decide.count(BLANC) == 3
    assert "(CAM)" in decide


def test_la_communication_dit_ce_qui_n_est_pas_connu_des_communes(extrait: Path) -> None:
    texte = _texte(extrait, COMMUNICATION)
    assert "L’effet sur les effectifs des communes n’est pas renseigné" in texte
    assert "Équivalents temps plein mobilisés par dispositif" in texte
    assert "Annexe par commune" in texte


def test_la_communication_dit_l_annee_a_venir_et_ce_qu_en_vaut_la_methode(extrait: Path) -> None:
    texte = _texte(extrait, COMMUNICATION).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Impact prévisionnel pour 2022" in texte
    assert "se serait trompée sur le coût net, à 1 an, +5,0 % ; à 2 ans, −4,0 %" in texte
    assert "compris entre" not in texte


def test_ce_qu_ecrit_un_service_n_est_pas_une_phrase_de_l_acte(republier: Republier, tmp_path: Path) -> None:
    """« Étudier un à un… » stood alone in the deliberation; the letter had no subject and no end."""
    texte = {"texte": "Étudier un tarif.", "rubrique": "perspectives", "rang": 1, "auteur": "DAF"}
    textes = [{"exercice": 2021, "dispositif": None} | texte]
    for document in actes.documents(republier(lambda lignes: lignes.update(textes=textes))):
        imprimerie.ecrire(document, tmp_path)
    for nom in (DELIBERATION, COMMUNICATION):
        lus = _texte(tmp_path, nom).replace("\u00a0", " ").splitlines()
        assert [x for x in lus if "Étudier un tarif" in x] == ["Perspectives. Étudier un tarif. — DAF"]
    assert "Objet : avancement de la mutualisation des services en 2021" in lus
    assert any(x.startswith("Je vous prie d’agréer, Madame la Maire, Monsieur le Maire, l’expr") for x in lus)


def test_un_visa_ecrit_par_l_epci_n_est_pas_dit_deux_fois(republier: Republier, tmp_path: Path) -> None:
    visa = {"texte": "Vu l'article L5211\u201139\u20111", "rubrique": "visa", "rang": 1, "auteur": "DAJ"}
    textes = [{"exercice": 2021, "dispositif": None} | visa]
    for document in actes.documents(republier(lambda lignes: lignes.update(textes=textes))):
        imprimerie.ecrire(document, tmp_path)
    texte = _texte(tmp_path, DELIBERATION)
    visas = [ligne for ligne in texte.replace("\u2011", "-").splitlines() if "L5211-39-1" in ligne]
    assert len(visas) == 1
    assert visas[0].endswith(";")
