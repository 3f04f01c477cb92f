"""`simuler` shows what would change and changes nothing."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.petit_depot import COMMUNES, EXERCICE
from tests.bout_en_bout.entrepots import Publie, publication

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.socle.erreurs import ErreurMutualisation, FichierRefuse
from mutualisation.socle.francais import formats
from mutualisation.usage.simulation.comparaison import ecrire_simulation, simuler

ENTETE = "Dispositif;Règle;Tranche min;Tranche max;Montant;Base;Mode recouvrement;Début;Fin;Référence"


def tarifs(chemin: Path, montant: str) -> Path:
    chemin.write_text(f"{ENTETE}\nCEP;par_habitant;;;{montant};;titre;2019-01-01;;Projet\n", encoding="utf-8")
    return chemin


def test_un_tarif_essaye_change_les_montants_dus_et_ne_publie_rien(publie: Publie, tmp_path: Path) -> None:
    dsn = publie.contexte.dsn
    avant = publication(dsn), lire(dsn, "select count(*) from journal.fichiers where statut = 'accepte'")
    simulation = simuler(publie.contexte, [EXERCICE], {"tarifs": tarifs(tmp_path / "projet.csv", "1,91")})
    # one euro more per inhabitant and per year, in each commune: 1 000 + its rank
    attendu = sum((Decimal(1000 + rang) for rang, _ in enumerate(COMMUNES)), Decimal(0))
    assert simulation.ecart_total == attendu
    assert set(simulation.adherents["dispositif"]) == {"CEP"}
    assert len(simulation.adherents) == 2 * len(COMMUNES)
    assert (publication(dsn), lire(dsn, "select count(*) from journal.fichiers where statut = 'accepte'")) == avant
    # the rows of the trial are gone, and no build can be promoted from it
    assert lire(dsn, "select count(*) from journal.fichiers where statut = 'en_attente'") == [(0,)]
    assert lire(dsn, "select montant from brut.tarifs") == [(Decimal("0.91"),)]
    assert lire(dsn, "select statut from journal.constructions order by version desc limit 1") == [("echouee",)]
    adherents, dispositifs, pdf, page = ecrire_simulation(simulation, tmp_path)
    assert len(adherents.read_text(encoding="utf-8").splitlines()) == 1 + len(simulation.adherents)
    assert "cout_simule" in dispositifs.read_text(encoding="utf-8")
    assert pdf.read_bytes().startswith(b"%PDF")
    _page_dite(page.read_text(encoding="utf-8"), attendu)


def test_un_tarif_date_dans_l_annee_avertit_du_semestre(publie: Publie, tmp_path: Path) -> None:
    projet = tmp_path / "projet.csv"
    lignes = (
        "CEP;par_habitant;;;0,91;;titre;2019-01-01;2021-05-31;Vote",
        "CEP;par_habitant;;;1,91;;titre;2021-06-01;;P",
    )
    projet.write_text("\n".join((ENTETE, *lignes)) + "\n", encoding="utf-8")
    (document,) = simuler(publie.contexte, [EXERCICE], {"tarifs": projet}).documents
    dits = [m.mots(*b.morceaux) for s in document.sections for b in s.lus if isinstance(b, m.Paragraphe)]
    assert lire_phrase("simulation.partielle") in dits


def _page_dite(html: str, attendu: Decimal) -> None:
    """What is tried, each commune by its name, the total, and that nothing is decided."""
    lu = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Simulation : ne vaut pas décision" in lu
    assert "0,91 € par habitant et par an, titre de recette, depuis le 01/01/2019" in lu
    assert "1,91 € par habitant et par an, titre de recette, depuis le 01/01/2019" in lu
    assert f"soit {formats.signe(attendu)} €".replace("\u202f", " ") in lu
    assert f"{len(COMMUNES)} communes paieraient plus, aucune moins, aucune autant." in lu
    for rang, _ in enumerate(COMMUNES):
        assert f"+{formats.nombre(1000 + rang)} €".replace("\u202f", " ") in lu
    assert not re.search(r"\b\d{14}\b|par_habitant", html)


def test_un_fichier_essaye_suit_le_contrat(publie: Publie, tmp_path: Path) -> None:
    mauvais = tmp_path / "projet.csv"
    mauvais.write_text("Dispositif;Montant\nCEP;1\n", encoding="utf-8")
    with pytest.raises(FichierRefuse, match=r"tarifs\.csv"):
        simuler(publie.contexte, [EXERCICE], {"tarifs": mauvais})
    assert lire(publie.contexte.dsn, "select count(*) from brut.tarifs") == [(1,)]


def test_rien_a_simuler_se_dit(publie: Publie, tmp_path: Path) -> None:
    with pytest.raises(ErreurMutualisation, match="Rien à simuler"):
        simuler(publie.contexte, [EXERCICE], {})
    with pytest.raises(ErreurMutualisation, match="n'est pas publié"):
        simuler(publie.contexte, [1999], {"tarifs": tarifs(tmp_path / "projet.csv", "1,00")})
    with pytest.raises(ErreurMutualisation, match="n'existe pas"):
        simuler(publie.contexte, [EXERCICE], {"tarifs": tmp_path / "absent.csv"})
