"""A dispositif, a column, a dialect: configuration, no code."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

from tests.atelier import petit_depot
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire

from mutualisation import operations as op
from mutualisation.chemins import DECLARATIONS
from mutualisation.entrepot.connexion import connecter
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.sources.registre import registre


def test_un_dispositif_de_plus_par_le_referentiel_seul(publie: Publie, depot: Path, tmp_path: Path) -> None:
    referentiel = depot / "referentiel"
    petit_depot.ajouter(
        referentiel / "dispositifs.csv", "NUMERIQUE;Numérique éducatif;Éducation;Convention;valorisé;2021-01-01;"
    )
    petit_depot.ajouter(referentiel / "cles_analytiques.csv", "axe;X-NUM;NUMERIQUE;100;2021-01-01;;Délib. 9")
    petit_depot.ajouter(
        depot / "compta" / f"mandats_{EXERCICE}-09.csv", petit_depot.ecriture(557, 9, "6156", "X-NUM", "4 321,10")
    )
    op.bilan(publie.contexte, str(depot), [EXERCICE], str(tmp_path))
    synthese = "select libelle, etp, cout_net from publication.synthese_financiere where dispositif = 'NUMERIQUE'"
    assert lire(publie.contexte.dsn, synthese) == [("Numérique éducatif", Decimal(0), Decimal("4321.10"))]
    assert "NUMERIQUE" in (tmp_path / f"bilan_{EXERCICE}" / "synthese_financiere.csv").read_text(encoding="utf-8-sig")


def test_une_colonne_et_un_dialecte_de_plus_par_le_registre_seul(neuf: op.Session, tmp_path: Path) -> None:
    declarations = Path(shutil.copytree(DECLARATIONS, tmp_path / "declarations"))
    compta = declarations / "compta.yml"
    texte = compta.read_text(encoding="utf-8")
    assert texte.count("source: compta\n") == 1
    texte = texte.replace("source: compta\n", 'source: compta\ndialecte: {separateurs: ["|", ";"]}\n')
    colonne = "      - {nom: visa, entete: Visa du comptable, type: texte}\n"
    actif = texte.index("  etat_actif:")
    debut = texte.index("    colonnes:\n", actif) + len("    colonnes:\n")
    compta.write_text(texte[:debut] + colonne + texte[debut:], encoding="utf-8")
    depot = tmp_path / "depot"
    petit_depot.ecrire_csv(
        depot / "compta" / f"etat_actif_{EXERCICE}.csv",
        "Visa du comptable|N° inventaire|Compte|Date mise en service|Valeur brute|Durée|Mode|Axe analytique|"
        "Quote-part %",
        "vu|INV-9|2188|2021-01-01|1200,00|3|L|XCEP|100",
    )
    with connecter(neuf.dsn) as conn:
        (charge,) = charger_depot(conn, depot, var=tmp_path, porte=op.porte_fichier, reg=registre(declarations))
    assert charge.lignes == 1
    assert lire(neuf.dsn, "select visa, numero_inventaire, valeur_brute from brut.etat_actif") == [
        ("vu", "INV-9", "1200,00")
    ]
