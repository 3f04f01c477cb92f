"""CSV extracts: S1 and F10, key order, one exercice only, and the hash of what is published (S7)."""

import csv
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.fouille import lignes_csv

from mutualisation.publication.versions.extraits_csv import ecrire_csv, lire_lignes
from mutualisation.publication.versions.relations import Colonne, Relation, lire_relations

from . import entrepot_publie
from .entrepot_publie import publication_sha256

RELATION = Relation(
    nom="essai",
    description="Une ligne par exercice et code.",
    colonnes=(
        Colonne("exercice", "integer", ""), Colonne("code", "text", ""), Colonne("texte", "text", ""),
        Colonne("montant", "numeric(15,2)", ""), Colonne("vrai", "boolean", ""), Colonne("jour", "date", ""),
        Colonne("vu_le", "timestamptz", ""),
    ),
    cle=("exercice", "code"),
    par_exercice=True,
)  # fmt: skip


@pytest.fixture
def essai(conn_vierge: psycopg.Connection[Any], tmp_path: Path) -> Any:
    """Write rows (code, texte, montant, vrai, jour) of 2021 and give back the text of the CSV."""
    conn_vierge.execute(
        "create table versions.essai (exercice int, code text, texte text, montant numeric(15,2), vrai boolean,"
        " jour date, vu_le timestamptz default now(), version bigint)"
    )

    def ecrire(*rangees: tuple[Any, ...]) -> str:
        for rangee in rangees:
            conn_vierge.execute(
                "insert into versions.essai (exercice, version, code, texte, montant, vrai, jour)"
                " values (2021, 1, %s, %s, %s, %s, %s)",
                rangee,
            )
        chemin = tmp_path / "essai.csv"
        ecrire_csv(conn_vierge, RELATION, 2021, 1, chemin)
        return chemin.read_bytes().decode("utf-8")

    return ecrire


def test_les_cellules_suivent_s1(essai: Any) -> None:
    texte = essai(("a", "été ; pluie", Decimal("-12.50"), True, date(2021, 3, 1)), ("b", None, None, False, None))
    assert texte == (
        'exercice;code;texte;montant;vrai;jour\n2021;a;"été ; pluie";-12.50;true;2021-03-01\n2021;b;;;false;\n'
    )


def test_les_lignes_suivent_leur_cle_quel_que_soit_l_ordre_d_insertion(essai: Any) -> None:
    texte = essai(*((code, None, None, None, None) for code in ("é", "a", "Z", "_", "10", "9")))
    assert [r["code"] for r in csv.DictReader(texte.splitlines(), delimiter=";")] == ["10", "9", "Z", "_", "a", "é"]


def test_l_extrait_ne_tient_que_son_exercice_et_sa_version(
    conn_publiee: psycopg.Connection[Any], tmp_path: Path
) -> None:
    for nom in ("synthese_financiere", "adhesion", "rejets"):
        relation = lire_relations()[nom]
        ecrire_csv(conn_publiee, relation, 2020, 1, tmp_path / "r.csv")
        rangees = lignes_csv(tmp_path / "r.csv")
        attendues = [r for r in entrepot_publie.rangees()[nom] if r["exercice"] == 2020]
        assert len(rangees) == len(attendues)
        assert ("exercice" in rangees[0]) == relation.par_exercice
        assert "version" not in rangees[0]


def test_les_lignes_relues_sont_exactes(conn_publiee: psycopg.Connection[Any]) -> None:
    cam = next(
        r
        for r in lire_lignes(conn_publiee, lire_relations()["synthese_financiere"], 2021, 1)
        if r["dispositif"] == "CAM"
    )
    assert cam["cout_net"] == Decimal("188131.05")
    assert isinstance(cam["cout_net"], Decimal)


def test_un_centime_change_l_empreinte(conn_publiee: psycopg.Connection[Any]) -> None:
    avant = publication_sha256(conn_publiee)
    assert publication_sha256(conn_publiee) == avant
    conn_publiee.execute("update versions.synthese_financiere set recettes = recettes + 0.01 where dispositif = 'CAM'")
    assert publication_sha256(conn_publiee) != avant


def test_l_empreinte_ne_depend_ni_de_la_version_ni_de_l_ordre_des_lignes(conn_publiee: psycopg.Connection[Any]) -> None:
    avant = publication_sha256(conn_publiee)
    rangees = {nom: list(reversed(r)) for nom, r in entrepot_publie.rangees().items()}
    assert entrepot_publie.publier(conn_publiee, rangees) == 2
    assert publication_sha256(conn_publiee) == avant


def test_l_empreinte_est_celle_du_csv_de_chaque_relation(conn_publiee: psycopg.Connection[Any]) -> None:
    relation = lire_relations()["passage_d5211"]
    with conn_publiee.cursor().copy(
        "copy (select exercice, dispositif, cout_complet, dont_structure, cout_d5211, base_opposable::text,"
        " recettes, taux_couverture_d5211"
        ' from publication.passage_d5211 order by exercice, dispositif collate "C")'
        " to stdout with (format csv, header true, delimiter ';')"
    ) as copie:
        csv_attendu = b"".join(bytes(bloc) for bloc in copie)
    ligne = f"passage_d5211 {hashlib.sha256(csv_attendu).hexdigest()}\n"
    attendu = hashlib.sha256(ligne.encode()).hexdigest()
    assert publication_sha256(conn_publiee, {relation.nom: relation}) == attendu
