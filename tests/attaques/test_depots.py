"""Drops posed one after the other: versions, periods, the EPCI of a warehouse (F1, F2, G2, G10)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.attaques.assauts.partout import classeur

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion.chargement import charger_depot

T = "Matricule;Date;Code activité;Durée;Type jour;Validé\n"
ADHERENTS = "SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin\n"
PES = b"<?xml version='1.0'?><PES_Aller><PES_DepenseAller/></PES_Aller>"


class Porte:
    """A warehouse, and drops posed one after the other."""

    def __init__(self, conn: psycopg.Connection[Any], dossier: Path) -> None:
        self.conn = conn
        self._dossier = dossier

    def refus(self, fichiers: Mapping[str, str | bytes]) -> list[str]:
        """Paths refused by the load of a drop."""
        depot = self._dossier / "depot"
        shutil.rmtree(depot, ignore_errors=True)
        for nom, contenu in fichiers.items():
            chemin = depot / nom
            chemin.parent.mkdir(parents=True, exist_ok=True)
            chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
        try:
            charger_depot(self.conn, depot, var=self._dossier, porte=lambda _conn, _chargement: list)
        except FichierRefuse as refus:
            return [chemin for chemin, _ in refus.refus]
        return []

    def courants(self, jeu: str) -> list[str]:
        """Names of the files of a jeu that count."""
        requete = "select nom from journal.fichiers_courants where jeu = %s order by 1"
        return [nom for (nom,) in self.conn.execute(requete, (jeu,))]


@pytest.fixture
def porte(base_vierge: str, tmp_path: Path) -> Iterator[Porte]:
    """A door of this test's own."""
    with connecter(base_vierge) as conn:
        yield Porte(conn, tmp_path)


def test_versions_et_periodes(porte: Porte) -> None:
    un, deux = T + "a;02/01/2023;X1;3h45;T;O\n", T + "a;02/01/2023;X1;4h;T;O\n"
    # F2: the bytes of January under February stay January; header-only and yearly files may repeat
    agents = "Matricule;Catégorie;Quotité;Date entrée\nx;A;100;01/01/2020\n"
    depot = {f"rh/temps_2023-0{mois}.csv": texte for mois, texte in ((1, un), (2, un), (4, T), (5, T))}
    assert porte.refus(depot | {"rh/agents_2022.csv": agents, "rh/agents_2023.csv": agents}) == []
    assert porte.courants("temps") == ["temps_2023-01.csv", "temps_2023-04.csv", "temps_2023-05.csv"]
    assert porte.courants("agents") == ["agents_2022.csv", "agents_2023.csv"]
    # a lower version that comes late is history; February may then hold what January no longer does
    assert porte.refus({"rh/temps_2023-01_v3.csv": deux}) == []
    assert porte.refus({"rh/temps_2023-01_v2.csv": un + un.removeprefix(T)}) == []
    assert porte.refus({"rh/temps_2023-02.csv": un}) == []
    assert porte.courants("temps")[:2] == ["temps_2023-01_v3.csv", "temps_2023-02.csv"]
    # F1: one identity whatever the extension; a PES by its base name
    assert porte.refus({"rh/temps_2023-02.xlsx": classeur([T.strip().split(";")])}) == []
    assert porte.courants("temps")[1] == "temps_2023-02.xlsx"
    for nom, octets in (("A", PES), ("A_v2", PES + b"\n"), ("B", PES + b"\n")):
        assert porte.refus({f"compta/{nom}.xml": octets}) == []
    # « B » has no row, as a header-only file: its bytes may repeat
    assert porte.courants("pes") == ["A_v2.xml", "B.xml"]
    # G2: a refused source keeps its state, another one is loaded
    commandes = "N° commande;Date commande;N° marché;SIRET adhérent;Montant HT;Statut\n"
    assert porte.refus({"rh/temps_2023-06.csv": b"", "cam/commandes_2023-01.csv": commandes}) == [
        "rh/temps_2023-06.csv"
    ]
    assert porte.courants("commandes") == ["commandes_2023-01.csv"]


def test_un_entrepot_reste_a_son_epci(porte: Porte) -> None:
    un, autre = "20000000800017;200000008;epci;A;;01/01/2015;\n", "24590000000011;245900000;epci;B;;01/01/2015;\n"
    nom = "referentiel/adherents.csv"
    assert porte.refus({nom: ADHERENTS + un}) == []
    assert porte.refus({nom: ADHERENTS + autre}) == [nom]
    assert porte.refus({nom: ADHERENTS + un + autre}) == []
