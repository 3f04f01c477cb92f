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
from mutualisation.usage.simulation.page_simulee import premieres

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
        *(f"CEP;par_tranche;{bande};;titre;2030-01-01;;P" for bande in ("10000;;3", ";2000;1", "2000;10000;2")),
    )
    projet.write_text("\n".join((ENTETE, *lignes)) + "\n", encoding="utf-8")
    (document,) = simuler(publie.contexte, [EXERCICE], {"tarifs": projet}).documents
    dits = [m.mots(*b.morceaux) for s in document.sections for b in s.lus if isinstance(b, m.Paragraphe)]
    assert lire_phrase("simulation.partielle") in dits
    # bands follow their numbers
    (changes,) = [b for s in document.sections if s.ancre == "essai" for b in s.lus if isinstance(b, m.Tableau)]
    bandes = [bande.replace("\u202f", " ") for r in changes.lignes if (bande := r["objet"].partition(", ")[2])]
    assert bandes == ["moins de 2 000 habitants", "de 2 000 à moins de 10 000 habitants", "10 000 habitants et plus"]


def test_une_egalite_se_dit() -> None:
    communes = [{"nom": f"C{n}", "ecart": Decimal(10)} for n in range(7)]
    assert premieres(communes).endswith("C4 +10\u00a0€, et 2\u00a0communes à égalité avec la dernière")
    assert premieres([*communes[:5], {"nom": "Zuy", "ecart": Decimal(1)}]).endswith("C4 +10\u00a0€")


def test_une_grille_se_calcule_pour_couvrir_une_part(publie: Publie, tmp_path: Path) -> None:
    """2 001 inhabitants owe 1 820,91 €: the price that covers 60 % of the base is rounded to the cent, then billed."""
    simulation = simuler(publie.contexte, [EXERCICE], {}, "CEP=60")
    (cep,) = (r for r in simulation.dispositifs.to_dict("records") if r["dispositif"] == "CEP")
    facteur = cep["base_simule"] * Decimal("0.6") / cep["du_publie"]
    prix = formats.arrondi(Decimal("0.91") * facteur, 2)
    assert (cep["du_publie"], cep["du_simule"]) == (Decimal("1820.91"), prix * 2001)
    assert simulation.grille is not None
    assert simulation.grille.columns.to_list() == ENTETE.split(";")
    assert simulation.grille["Montant"].to_list() == [prix]
    part = formats.pourcent(cep["du_simule"] / cep["base_simule"], 2)
    assert formats.nombre(facteur, 6) in simulation.couverture
    assert f"en couvrent {part}." in simulation.couverture
    *_, grille, _, page = ecrire_simulation(simulation, tmp_path)
    assert "'=Délib. 7" in grille.read_text(encoding="utf-8")
    html = page.read_text(encoding="utf-8").replace("\u202f", "\u00a0")
    assert "Grille calculée" in html
    assert f">{part}<" in html


def test_ce_qu_aucune_grille_ne_couvre_se_dit(publie: Publie, tmp_path: Path) -> None:
    for couvrir in ("CEP", "CEP=0", "CEP=100,01", "=60", "CEP=-5", "CEP=60 %"):
        with pytest.raises(ErreurMutualisation, match=r"de plus de 0 à 100 %"):
            simuler(publie.contexte, [EXERCICE], {}, couvrir)
    with pytest.raises(ErreurMutualisation, match="un seul exercice"):
        simuler(publie.contexte, [EXERCICE, 2020], {}, "CEP=60")
    with pytest.raises(ErreurMutualisation, match="Base : non renseigné"):
        simuler(publie.contexte, [EXERCICE], {}, "ARCHIVES=60")


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
