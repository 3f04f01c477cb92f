"""Hostile files and drops at the door: refused whole, or accepted, with the real file gate (F1 to F9, G7, G10, G12)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion.chargement import charger_depot

T = "Matricule;Date;Code activité;Durée;Type jour;Validé\n"
M = "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Montant TTC;Statut\n"
ML = M + "".join(f"2023;P;B;{n};1;15/03/2023;01;611;{v};Payé\n" for n, v in enumerate(("10,50", "12,00", "abc")))
ADHERENTS = "SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin\n"
MANDATS, TEMPS = "compta/mandats_2023-03.csv", "rh/temps_2023-01.csv"
PES = b"<?xml version='1.0'?><PES_Aller><PES_DepenseAller/></PES_Aller>"


def _classeur(rangees: list[list[Any]], epoque: dt.datetime | None = None) -> bytes:
    classeur = Workbook()
    if epoque is not None:
        classeur.epoch = epoque
    for rangee in rangees:
        classeur.active.append(rangee)
    sortie = io.BytesIO()
    classeur.save(sortie)
    return sortie.getvalue()


def _avec_controle(**cles: Any) -> dict[str, str | bytes]:
    return {MANDATS: ML, f"{MANDATS}.controle.json": json.dumps(cles)}


# what the tables of assauts and verrues don't hold: the gate on rows that landed, and two files of one identity
ACCEPTES: dict[str, dict[str, str | bytes]] = {
    # F3: an unreadable cell counts 0; each key is optional
    "controle_complet": _avec_controle(
        lignes=3, colonne="Montant\u00a0TTC", total="22.5", sha256=hashlib.sha256(ML.encode()).hexdigest().upper()
    ),
    "controle_colonne_seule": _avec_controle(colonne="Montant TTC"),
    # F4
    "total_apres_cellules_vides": {MANDATS: ML + ";;;total;;;;;22,50 €;\n;;;;;;;;;\n\n"},
    "total_heures": {TEMPS: T + "a;02/01/2023;X1;3h45;T;O\na;03/01/2023;X1;30,10;T;O\nTotal;;;33:51;;\n"},
    "total_centiemes": {
        TEMPS: T + "a;02/01/2023;X1;3h20;T;O\na;03/01/2023;X1;1,40;T;O\nx;04/01/2023;X1;16h16;T;O\nTotal;;;21;;\n"
    },
    "total_flottant": {
        "compta/mandats_2023-03.xlsx": _classeur(
            [M.strip().split(";")]
            + [[2023, "P", "B", n, 1, dt.date(2023, 3, 5), "01", 611, 0.1, "Payé"] for n in range(3)]
            + [["Total", *[None] * 7, 0.1 + 0.1 + 0.1]]
        )
    },
}
REFUSES: dict[str, dict[str, str | bytes]] = {
    "total_heures_faux": {TEMPS: T + "a;02/01/2023;X1;3h45;T;O\na;03/01/2023;X1;30,25;T;O\nTotal;;;33:59;;\n"},
    "bom_seul": {MANDATS: b"\xef\xbb\xbf"},
    "csv_et_xlsx": {MANDATS: ML, "compta/mandats_2023-03.xlsx": _classeur([M.strip().split(";")])},
    "xlsx_abime": {"compta/mandats_2023-03.xlsx": b"PK\x03\x04xxxx"},
    "nom_de_rien": {"lisezmoi.txt": ML},
}


class Porte:
    """A warehouse, and drops posed one after the other."""

    def __init__(self, conn: psycopg.Connection[Any], dossier: Path) -> None:
        self.conn = conn
        self._dossier = dossier

    def vider(self) -> None:
        """As if nothing had been loaded."""
        with self.conn.transaction():
            self.conn.execute("set local role none")
            self.conn.execute("truncate journal.fichiers, journal.epci, journal.chargements cascade")
        self.conn.commit()

    def refus(self, fichiers: Mapping[str, str | bytes], *, gate: bool = False) -> list[str]:
        """Paths refused by the load of a drop; `gate`: with the file gate."""
        depot = self._dossier / "depot"
        shutil.rmtree(depot, ignore_errors=True)
        for nom, contenu in fichiers.items():
            chemin = depot / nom
            chemin.parent.mkdir(parents=True, exist_ok=True)
            chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
        try:
            charger_depot(
                self.conn, depot, var=self._dossier, porte=op.porte_fichier if gate else lambda _conn, _chargement: []
            )
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


def test_ce_qui_entre_et_ce_qui_est_refuse(porte: Porte) -> None:
    essais = [(nom, f, False) for nom, f in ACCEPTES.items()]
    essais += [(nom, f, True) for nom, f in REFUSES.items()]
    fautes = []
    for nom, fichiers, refuse in essais:
        porte.vider()
        chemins = porte.refus(fichiers, gate=nom.startswith(("controle", "total")))
        if bool(chemins) is not refuse:
            fautes.append(f"{nom} : {chemins}")
    assert fautes == []


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
    assert porte.refus({"rh/temps_2023-02.xlsx": _classeur([T.strip().split(";")])}) == []
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


def test_cellules_d_un_classeur(porte: Porte) -> None:
    """F11: serial dates of both calendars, times, codes stored as numbers, binary noise."""
    marches: list[list[Any]] = [
        ["N° marché", "Thématique", "SIRET titulaire", "Code postal titulaire", "Date notification", "Date fin"]
    ]
    marches += [[12.0, "t", 12345678901234, 2100, 44927 - 1462, dt.datetime(2023, 5, 1)]]
    temps: list[list[Any]] = [T.strip().split(";")]
    temps += [["0012", 44928, "X1", valeur, "T", "O"] for valeur in (dt.time(3, 45), dt.timedelta(hours=25), 1 / 3)]
    mandats: list[list[Any]] = [M.strip().split(";")]
    mandats += [[2023.0, "P", 1.0, 2, 3, 44940, "01", 611.0, v, "Payé"] for v in (12.299999999999999, 1e-7, 12.305)]
    depot = {
        "cam/marches_2023.xlsx": _classeur(marches, CALENDAR_MAC_1904),
        "rh/temps_2023-01.xlsx": _classeur(temps),
        "compta/mandats_2023-01.xlsx": _classeur(mandats),
    }
    assert porte.refus(depot) == []
    lire = porte.conn.execute
    colonnes = "numero_marche, siret_titulaire, code_postal_titulaire, date_notification, date_fin"
    assert lire(f"select {colonnes} from brut.marches").fetchall() == [
        ("12", "12345678901234", "2100", dt.date(2023, 1, 1), dt.date(2023, 5, 1))
    ]
    durees = lire("select date, duree::int from brut.temps order by ligne").fetchall()
    assert durees == [(dt.date(2023, 1, 2), m) for m in (225, 1500, None)]
    montants = lire("select exercice, bordereau, nature, montant_ttc::text from brut.mandats order by ligne")
    assert montants.fetchall() == [
        (2023, "1", "611", "12.3"),
        (2023, "1", "611", None),
        (2023, "1", "611", None),
    ]
