"""Loading of drops into a real warehouse: whole sources or nothing, revisions, repeated bytes, refusals."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.attaques.assauts.partout import classeur
from tests.unit.ingestion.outillage import SIRET
from upath import UPath

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.ingestion.travail import Chargement
from mutualisation.entree.sources.brut import cellules_delivrees, table
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.chemins import DECLARATIONS
from mutualisation.socle.erreurs import ErreurMutualisation, FichierRefuse

Connexion = psycopg.Connection[Any]
ENTETE_ADHERENTS = "SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin\n"
EPCI = f"{SIRET};732829320;epci;EPCI;;01/01/2018;\n"
ENTETE_UNITES = "Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité;Référence\n"
UNITE = f"2020;1;ADS;{SIRET};PC;3;R1\n"
ENTETE_TEMPS = "Matricule;Date;Code activité;Durée;Type jour;Validé\n"


@pytest.fixture
def conn(base_vierge: str) -> Iterator[Connexion]:
    with connecter(base_vierge) as c:
        yield c


def _depot(depot: Path, fichiers: Mapping[str, str | bytes]) -> Path:
    for chemin, contenu in fichiers.items():
        (depot / chemin).parent.mkdir(parents=True, exist_ok=True)
        (depot / chemin).write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
    return depot


def _charger(conn: Connexion, depot: Path | str, **options: Any) -> list[Chargement]:
    return charger_depot(conn, depot, porte=_ouverte, **options)


def _ouverte(_conn: Connexion, _chargement_id: int) -> Callable[[], list[tuple[str, str]]]:
    return list


@pytest.fixture(autouse=True)
def _cle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "une clé pour les essais")


def _fichiers(conn: Connexion) -> list[tuple[str, int, str, int]]:
    return conn.execute("select nom, version, statut, lignes from journal.fichiers order by fichier_id").fetchall()


def _courants(conn: Connexion) -> list[str]:
    return [n for (n,) in conn.execute("select nom from journal.fichiers_courants order by 1").fetchall()]


def test_un_depot_se_charge_une_fois(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(
        tmp_path,
        {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE, "referentiel/adherents.csv": ENTETE_ADHERENTS + EPCI},
    )
    messages: list[str] = []
    details: list[str] = []
    (referentiel, activite) = _charger(conn, depot, suivi=messages.append, detail=details.append)
    assert activite == Chargement("activite", ["activite/unites_2020-S1.csv"], [], 1, [])
    assert referentiel.lignes == 1
    assert any("activite/unites_2020-S1.csv" in d for d in details)
    assert len(messages) == 2
    encore = _charger(conn, depot, suivi=messages.append, detail=details.append)
    assert [c.deja_charges for c in encore] == [referentiel.fichiers, activite.fichiers]
    assert messages[-1] == "activite : rien de nouveau, 1\u00a0fichier déjà chargé."
    assert details[-1] == "activite/unites_2020-S1.csv : déjà chargé."
    assert conn.execute("select count(*) from brut.unites").fetchone() == (1,)
    assert (
        conn.execute("select statut, fichiers, lignes from journal.chargements").fetchall() == [("accepte", 1, 1)] * 2
    )
    assert conn.execute("select siren from journal.epci").fetchall() == [("732829320",)]
    fiche = conn.execute(
        "select exercice, semestre, mois, depot, chemin, extension, octets, dialecte->>'separateur' "
        "from journal.fichiers where jeu = 'unites'"
    ).fetchone()
    octets = len((ENTETE_UNITES + UNITE).encode())
    assert fiche == (2020, 1, None, None, "activite/unites_2020-S1.csv", "csv", octets, ";")


def test_le_meme_nom_avec_d_autres_octets_est_une_revision(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(tmp_path, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE})
    _charger(conn, depot)
    _depot(depot, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE * 2})
    _charger(conn, depot)
    _depot(depot, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE})
    assert _charger(conn, depot)[0].fichiers == ["activite/unites_2020-S1.csv"]
    assert conn.execute("select lignes, fichier_id from journal.fichiers_courants").fetchall() == [(1, 3)]
    assert conn.execute("select count(*) from brut.unites").fetchone() == (4,)


def test_un_grand_fichier_se_lit_dans_l_enfant_comme_ici(
    conn: Connexion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, totals and refusals are the same, wherever a CSV is read and typed."""
    bon = ENTETE_UNITES + UNITE * 3 + UNITE.replace("3", "trois") + "Total;;;;;12;\n"
    faux = ENTETE_UNITES + UNITE + '2020;"1"x;ADS\n'
    issues = []
    for seuil, mois in ((0, "S1"), (1 << 40, "S2")):
        monkeypatch.setattr("mutualisation.entree.ingestion.copies._GRAND", seuil)
        _charger(conn, _depot(tmp_path / f"bon{mois}", {f"activite/unites_2020-{mois}.csv": bon}))
        with pytest.raises(FichierRefuse) as refus:
            _charger(conn, _depot(tmp_path / f"faux{mois}", {f"activite/unites_2020-{mois}_v2.csv": faux}))
        (fichier,) = conn.execute("select max(fichier_id) from brut.unites").fetchone() or (0,)
        lignes = conn.execute(
            "select ligne, defauts, delivre, quantite from brut.unites where fichier_id = %s order by 1", (fichier,)
        ).fetchall()
        totaux = conn.execute("select colonne, valeur from journal.totaux where fichier_id = %s", (fichier,)).fetchall()
        issues.append((lignes, totaux, [motif for _, motif in refus.value.refus]))
    assert issues[0] == issues[1]
    assert len(issues[0][0]) == 4


def test_une_ligne_livree_se_relit_cellule_par_cellule(conn: Connexion, tmp_path: Path) -> None:
    """What its typed columns say is not kept a second time; « 007 » is, which a number is not."""
    cellules = [["2020", "1", "ADS", SIRET, "PC", "007", "R1"], ["02020", " s1", "ADS ", SIRET, "DP", "3,50", ""]]
    for semestre, livrees in zip(("S1", "S2"), (cellules[:1], cellules), strict=True):
        texte = ENTETE_UNITES + "".join(";".join(c) + "\n" for c in livrees)
        _charger(conn, _depot(tmp_path / semestre, {f"activite/unites_2020-{semestre}.csv": texte}))
        jeu = registre().jeu("unites")
        requete = sql.SQL(
            "select {}, delivre from {} as b"
            " where fichier_id = (select max(fichier_id) from brut.unites) order by ligne"
        )
        lues = conn.execute(requete.format(cellules_delivrees(jeu), table(jeu))).fetchall()
        assert [relues for relues, _ in lues] == livrees
        assert not any(SIRET in delivre for _, delivre in lues)


def test_un_fichier_se_reconnait_sans_son_extension_et_un_pes_a_son_nom(conn: Connexion, tmp_path: Path) -> None:
    """F1; « B » has no row: as those of a file of one heading, its bytes may repeat."""
    for mois in ("01", "02"):
        _charger(conn, _depot(tmp_path / mois, {f"rh/temps_2020-{mois}.csv": ENTETE_TEMPS}))
    _charger(conn, _depot(tmp_path / "x", {"rh/temps_2020-02.xlsx": classeur([ENTETE_TEMPS.strip().split(";")])}))
    pes = b"<?xml version='1.0'?><PES_Aller><PES_DepenseAller/></PES_Aller>"
    for nom, octets in (("A", pes), ("A_v2", pes + b"\n"), ("B", pes + b"\n")):
        _charger(conn, _depot(tmp_path / nom, {f"compta/{nom}.xml": octets}))
    assert _courants(conn) == ["A_v2.xml", "B.xml", "temps_2020-01.csv", "temps_2020-02.xlsx"]


def test_un_mois_reprend_les_octets_qu_un_autre_ne_tient_plus(conn: Connexion, tmp_path: Path) -> None:
    """F2 compares with what counts, not with history."""
    for nom, octets in (("2020-01", _temps(1)), ("2020-01_v2", _temps(1, 1)), ("2020-02", _temps(1))):
        _charger(conn, _depot(tmp_path / nom, {f"rh/temps_{nom}.csv": octets}))
    assert _courants(conn) == ["temps_2020-01_v2.csv", "temps_2020-02.csv"]


def test_une_version_basse_tardive_n_est_que_de_l_histoire(conn: Connexion, tmp_path: Path) -> None:
    _charger(conn, _depot(tmp_path / "a", {"activite/unites_2020-S1_v3.csv": ENTETE_UNITES + UNITE}))
    (charge,) = _charger(conn, _depot(tmp_path / "b", {"activite/unites_2020-S1_v2.csv": ENTETE_UNITES + UNITE * 2}))
    (avertissement,) = [a for a in charge.avertissements if "(F2)" in a]
    assert "la version 3 compte" in avertissement
    assert "« _v4 »" in avertissement
    assert _courants(conn) == ["unites_2020-S1_v3.csv"]
    assert [s for _, _, s, _ in _fichiers(conn)] == ["accepte", "accepte"]


def test_un_parametre_inconnu_est_dit_avec_le_plus_proche(conn: Connexion, tmp_path: Path) -> None:
    noms = ("heures_refrence", "actualisation:ADS", "Jean Dupont")
    lignes = "".join(f"{nom};1;01/01/2020;;Délib.\n" for nom in noms)
    depot = _depot(tmp_path, {"referentiel/parametres.csv": f"Paramètre;Valeur;Début;Fin;Référence\n{lignes}"})
    (charge,) = _charger(conn, depot)
    assert charge.avertissements == [
        "referentiel/parametres.csv : parametre_inconnu : gardés, lus par aucune règle : « heures_refrence », le plus "
        "proche est « heures_reference », un nom qui n'a pas la forme d'un paramètre (F18)."
    ]
    assert conn.execute("select count(*) from brut.parametres").fetchone() == (3,)


def test_deux_codes_qui_se_lisent_de_meme_sont_dits(conn: Connexion, tmp_path: Path) -> None:
    codes = ("ADS", "\u0410DS", "SIG", "SI\u202eG", "P\ue000CRS")
    lignes = "".join(f"{code};Libellé;Thème;valorisé;01/01/2020\n" for code in codes)
    depot = _depot(tmp_path, {"referentiel/dispositifs.csv": f"Code;Libellé;Thématique;Valorisation;Début\n{lignes}"})
    (charge,) = _charger(conn, depot)
    assert [a for a in charge.avertissements if "codes_semblables" in a] == [
        "referentiel : codes_semblables : « ADS » et « \\u0410DS » se lisent de même et sont 2 codes : n'en garder "
        "qu'un ; « P\\ue000CRS » contient un signe qui ne se voit pas : l'écrire sans lui."
    ]


def _temps(*mois: int) -> str:
    return ENTETE_TEMPS + "".join(f"1;01/{m:02d}/2020;X1;7;T;O\n" for m in mois)


def _periodes(*periodes: str) -> dict[str, str]:
    """A time file by month, quarter or year of 2020, each of other bytes."""
    mois = {p: [int(p[5:]), 12] if p[5:].isdecimal() else [1, 2, 3] for p in periodes}
    return {f"rh/temps_{p}.csv": _temps(*mois[p], *([12] * (p == "2020"))) for p in periodes}


MOIS = [f"2020-{m:02}" for m in range(1, 13)]


def test_un_fichier_plus_long_remplace_les_plus_courts_absents_du_depot(conn: Connexion, tmp_path: Path) -> None:
    """F17: months, then a quarter, then a year; what it takes the place of is said and stays readable."""
    _charger(conn, _depot(tmp_path / "a", _periodes(*MOIS[:5])))
    (charge,) = _charger(conn, _depot(tmp_path / "b", _periodes("2020-T1", "2020-05")))
    assert charge.fichiers == ["rh/temps_2020-T1.csv"]
    assert [a for a in charge.avertissements if "(F17)" in a] == [
        "rh/temps_2020-T1.csv : désormais à la place de rh/temps_2020-01.csv, rh/temps_2020-02.csv, "
        "rh/temps_2020-03.csv (F17)."
    ]
    assert _courants(conn) == ["temps_2020-04.csv", "temps_2020-05.csv", "temps_2020-T1.csv"]
    (moment,) = conn.execute("select clock_timestamp()").fetchone() or ()
    (charge,) = _charger(conn, _depot(tmp_path / "c", _periodes("2020")))
    assert _courants(conn) == ["temps_2020.csv"]
    assert [s for _, _, s, _ in _fichiers(conn)] == ["accepte"] * 7
    # as it stood before the year came, and as it stands
    comptes = "select array_agg(periode order by periode) from journal.fichiers_comptes(%s)"
    assert conn.execute(comptes, [moment]).fetchone() == (["2020-04", "2020-05", "2020-T1"],)
    assert conn.execute(comptes, ["infinity"]).fetchone() == (["2020"],)
    # the same drop again: nothing to say
    (charge,) = _charger(conn, tmp_path / "c")
    assert (charge.fichiers, charge.avertissements) == ([], [])


def test_les_parties_d_une_periode_et_la_periode_entiere_se_remplacent(conn: Connexion, tmp_path: Path) -> None:
    """F21: each part by its versions, the whole by its parts and back; the same bytes in two parts are two files."""
    unites = ENTETE_UNITES + UNITE

    def charger(**octets: str) -> list[str]:
        noms = {f"activite/unites_2020-S1{n}.csv": o for n, o in octets.items()}
        (charge,) = _charger(conn, _depot(tmp_path / str(len(list(tmp_path.iterdir()))), noms))
        return [a for a in charge.avertissements if "(F2" in a]

    def courants() -> list[str]:
        return [nom.removeprefix("unites_2020-S1").removesuffix(".csv") for nom in _courants(conn)]

    assert charger(**{"_part-Nord": unites, "_part-sud": unites}) == []
    assert courants() == ["_part-Nord", "_part-sud"]
    assert charger(**{"_part-nord": unites + UNITE, "_part-est_v3": unites}) == []
    assert courants() == ["_part-est_v3", "_part-nord", "_part-sud"]
    (moment,) = conn.execute("select clock_timestamp()").fetchone() or ()
    (dit,) = charger(**{"": unites})
    assert dit.startswith("activite/unites_2020-S1.csv : désormais à la place de ")
    assert dit.endswith("(F21).")
    assert courants() == [""]
    # a part that counts no more counts again, and alone
    assert charger(**{"_part-sud": unites}) == [
        "activite/unites_2020-S1_part-sud.csv : désormais à la place de activite/unites_2020-S1.csv (F21)."
    ]
    assert courants() == ["_part-sud"]
    charger(**{"": unites})
    with pytest.raises(FichierRefuse, match=r"« _v4 » \(F2, F17\)"):
        charger(**{"_part-est": unites + UNITE})
    comptes = "select array_agg(periode_ecrite order by periode_ecrite) from journal.fichiers_comptes(%s)"
    assert conn.execute(comptes, [moment]).fetchone() == ([f"2020-S1_part-{p}" for p in ("est", "nord", "sud")],)


def test_des_fichiers_plus_courts_remplacent_un_plus_long_en_entier_ou_pas_du_tout(
    conn: Connexion, tmp_path: Path
) -> None:
    """F17: nothing says which rows of a longer file a shorter one would replace."""
    _charger(conn, _depot(tmp_path / "a", _periodes(*MOIS)))
    _charger(conn, _depot(tmp_path / "b", _periodes("2020")))
    depot = _depot(tmp_path / "c", _periodes("2020-T1", *MOIS[3:10]))
    with pytest.raises(FichierRefuse) as e:
        _charger(conn, depot)
    assert [f for f, _ in e.value.refus] == ["rh/temps_2020-T1.csv", *(f"rh/temps_{m}.csv" for m in MOIS[3:10])]
    assert "rh/temps_2020.csv, déjà chargé, couvre" in e.value.refus[0][1]
    assert "les mois 11, 12, que plus rien ne couvrirait, d'un" in e.value.refus[0][1]
    assert _courants(conn) == ["temps_2020.csv"]
    # the months were loaded before, and are read again: they count again
    (charge,) = _charger(conn, _depot(depot, _periodes(*MOIS[10:])))
    assert len(charge.fichiers) == 10
    assert [a for a in charge.avertissements if a.endswith("désormais à la place de rh/temps_2020.csv (F17).")]
    assert _courants(conn) == [*(f"temps_{m}.csv" for m in MOIS[3:]), "temps_2020-T1.csv"]
    (charge,) = _charger(conn, depot)
    assert (charge.fichiers, charge.avertissements) == ([], [])


def test_une_periode_revient_sous_sa_plus_haute_version(conn: Connexion, tmp_path: Path) -> None:
    """F2 holds within a period: a version that another would hide is refused, not loaded for nothing."""
    _charger(conn, _depot(tmp_path / "a", {"rh/temps_2020-T1_v2.csv": _temps(1, 2)}))
    _charger(conn, _depot(tmp_path / "b", _periodes(*MOIS[:3])))
    with pytest.raises(FichierRefuse, match="sous « _v3 » \\(F2, F17\\)"):
        _charger(conn, _depot(tmp_path / "c", _periodes("2020-T1")))
    assert _courants(conn) == [f"temps_{m}.csv" for m in MOIS[:3]]
    _charger(conn, _depot(tmp_path / "c", {"rh/temps_2020-T1_v2.csv": _temps(1, 2)}))
    assert _courants(conn) == ["temps_2020-T1_v2.csv"]


def test_les_memes_octets_sous_une_periode_plus_longue(conn: Connexion, tmp_path: Path) -> None:
    """F2, F17: bytes that give way to themselves count once; quarters and months are ordered by their last month."""
    _charger(conn, _depot(tmp_path / "a", {"rh/temps_2020-01.csv": _temps(1, 2, 3)}))
    _charger(conn, _depot(tmp_path / "b", {"rh/temps_2020-T1.csv": _temps(1, 2, 3)}))
    assert _courants(conn) == ["temps_2020-T1.csv"]
    (charge,) = _charger(
        conn, _depot(tmp_path / "c", {f"rh/temps_2020-{p}.csv": _temps(4, 9) for p in ("10", "T3", "T2")})
    )
    assert charge.fichiers == ["rh/temps_2020-T2.csv"]
    assert [a[:23] for a in charge.avertissements if "déjà chargé" in a] == [
        "rh/temps_2020-T3.csv : ", "rh/temps_2020-10.csv : ",
    ]  # fmt: skip
    # a yearly file may repeat
    (charge,) = _charger(conn, _depot(tmp_path / "d", {"rh/temps_2019.csv": _temps(4, 9)}))
    assert charge.fichiers == ["rh/temps_2019.csv"]


def test_le_depot_9_precede_le_depot_10(conn: Connexion, tmp_path: Path) -> None:
    """F2 and F7: the earliest periode stands, and numbers of periods compare as numbers."""
    operations = (
        "Référence opération;Code fiche;SIREN bénéficiaire;Date engagement;Volume classique (kWhc);Statut\n"
        "o-1;SPE-1;215900010;01/06/2022;100;délivrée\n"
    )
    depot = _depot(tmp_path, {f"cee/operations_depot-{n}.csv": operations for n in (10, 9)})
    (charge,) = _charger(conn, depot)
    assert charge.fichiers == ["cee/operations_depot-9.csv"]


def test_un_fichier_refuse_laisse_sa_source_en_l_etat(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(tmp_path, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE, "rh/temps_2020-01.csv": _temps(1)})
    _charger(conn, depot)
    _depot(
        depot,
        {
            "activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE * 2,
            "activite/unites_2020-S2.csv": "Exercice;Semestre\n",
            "activite/unites_2021-S1.csv": b"",
            "rh/temps_2020-02.csv": _temps(2),
        },
    )
    with pytest.raises(FichierRefuse) as e:
        _charger(conn, depot)
    assert [f for f, _ in e.value.refus] == ["activite/unites_2020-S2.csv", "activite/unites_2021-S1.csv"]
    assert _courants(conn) == ["temps_2020-01.csv", "temps_2020-02.csv", "unites_2020-S1.csv"]
    assert conn.execute("select count(*) from brut.unites").fetchone() == (1,)
    refuses = dict(conn.execute("select nom, motif from journal.fichiers where statut = 'refuse'").fetchall())
    assert set(refuses) == {"unites_2020-S1.csv", "unites_2020-S2.csv", "unites_2021-S1.csv"}
    assert refuses["unites_2020-S1.csv"] == "ingestion refusée avec les autres fichiers de la source"
    assert "0 octet" in refuses["unites_2021-S1.csv"]
    with pytest.raises(FichierRefuse):
        _charger(conn, depot)
    _depot(depot, {"activite/unites_2020-S2.csv": ENTETE_UNITES, "activite/unites_2021-S1.csv": ENTETE_UNITES})
    (rh, activite) = _charger(conn, depot)
    assert (len(rh.fichiers), len(activite.fichiers)) == (0, 3)


def test_un_nom_refuse_bloque_sa_source_seule(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(
        tmp_path,
        {"activite/unite_2020-S1.csv": "x", "activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE,
         "rh/temps_2020-01.csv": _temps(1), "etranger/x.csv": "x"},
    )  # fmt: skip
    with pytest.raises(FichierRefuse) as e:
        _charger(conn, depot)
    assert [f for f, _ in e.value.refus] == ["etranger", "activite/unite_2020-S1.csv"]
    assert _courants(conn) == ["temps_2020-01.csv"]


def test_la_porte_refuse_toute_la_source(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(tmp_path, {f"activite/unites_2020-S{s}.csv": ENTETE_UNITES + UNITE * s for s in (1, 2)})
    vus: list[Any] = []

    def porte(c: Connexion, chargement_id: int) -> Callable[[], list[tuple[str, str]]]:
        vus.extend(c.execute("select nom, statut from journal.fichiers where chargement_id = %s", (chargement_id,)))
        return lambda: [("activite/unites_2020-S2.csv", "total faux")]

    with pytest.raises(FichierRefuse, match=r"activite/unites_2020-S2\.csv : total faux"):
        charger_depot(conn, depot, porte=porte)
    assert {s for _, s in vus} == {"en_attente"}
    assert conn.execute("select count(*) from brut.unites").fetchone() == (0,)
    assert {(s, m) for s, m in conn.execute("select statut, motif from journal.fichiers").fetchall()} == {
        ("refuse", "total faux"), ("refuse", "ingestion refusée avec les autres fichiers de la source"),
    }  # fmt: skip


def test_une_source_se_lit_pendant_que_la_porte_juge_la_precedente(conn: Connexion, tmp_path: Path) -> None:
    """But the referentiel counts before another is read; what is refused leaves nothing, and lets the others be."""
    fichiers = {
        "referentiel/adherents.csv": ENTETE_ADHERENTS + EPCI,
        "rh/temps_2020-01.csv": _temps(1),
        "activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE,
    }
    pas: list[str] = []

    def porte(c: Connexion, chargement_id: int) -> Callable[[], list[tuple[str, str]]]:
        requete = "select source from journal.chargements where chargement_id = %s"
        ((source,),) = c.execute(requete, [chargement_id]).fetchall()
        pas.append(f"{source} demandée")

        def juger() -> list[tuple[str, str]]:
            pas.append(f"{source} jugée")
            return [("rh/temps_2020-01.csv", "total faux")] if source == "rh" else []

        return juger

    with pytest.raises(FichierRefuse, match="total faux"):
        charger_depot(conn, _depot(tmp_path, fichiers), porte=porte, detail=lambda x: pas.append(x.split("/")[0]))
    assert pas == [
        "referentiel", "referentiel demandée", "referentiel jugée", "rh", "rh demandée", "activite", "rh jugée",
        "activite demandée", "activite jugée",
    ]  # fmt: skip
    assert conn.execute("select count(*) from brut.temps").fetchone() == (0,)
    assert _courants(conn) == ["adherents.csv", "unites_2020-S1.csv"]


def test_un_depot_deja_charge_n_annonce_rien(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(tmp_path, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE})
    annonces: list[None] = []
    for _ in range(2):
        _charger(conn, depot, annoncer=lambda: annonces.append(None))
    assert len(annonces) == 1


def test_un_chargement_tue_est_repris(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(tmp_path, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE})

    def tuee(_c: Connexion, _id: int) -> list[tuple[str, str]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        charger_depot(conn, depot, porte=tuee)
    assert conn.execute("select count(*) from brut.unites").fetchone() == (1,)
    assert _courants(conn) == []
    _charger(conn, depot)
    assert conn.execute("select count(*) from brut.unites").fetchone() == (1,)
    assert _courants(conn) == ["unites_2020-S1.csv"]
    assert conn.execute("select statut, motif from journal.chargements order by 1").fetchall() == [
        ("accepte", None), ("refuse", "chargement interrompu"),
    ]  # fmt: skip


def test_l_entrepot_reste_a_son_epci(conn: Connexion, tmp_path: Path) -> None:
    """G10 reads Type and SIREN as every cell: case and inner spaces make no difference (C7, C13)."""
    nom, autre = "referentiel/adherents.csv", EPCI.replace("732829320", "245900000")
    espace = EPCI.replace("732829320;epci", "732 829\u00a0320; EPCI ")
    _charger(conn, _depot(tmp_path, {nom: ENTETE_ADHERENTS + espace}))
    assert conn.execute("select siren from journal.epci").fetchall() == [("732829320",)]
    with pytest.raises(FichierRefuse) as e:
        _charger(conn, _depot(tmp_path, {nom: ENTETE_ADHERENTS + autre}))
    assert [f for f, _ in e.value.refus] == [nom]
    _charger(conn, _depot(tmp_path, {nom: ENTETE_ADHERENTS + EPCI + autre}))


def test_controle_et_total_sont_notes(conn: Connexion, tmp_path: Path) -> None:
    contenu = (ENTETE_UNITES + UNITE + "Total;;;;;3;\n").encode()
    sha = hashlib.sha256(contenu).hexdigest()
    controle = {"lignes": 1, "colonne": "Quantité", "total": "3.00", "sha256": sha.upper()}
    depot = _depot(
        tmp_path,
        {"activite/unites_2020-S1.csv": contenu, "activite/unites_2020-S1.csv.controle.json": json.dumps(controle)},
    )
    _charger(conn, depot)
    assert conn.execute("select controle, lignes from journal.fichiers").fetchone() == (controle | {"sha256": sha}, 1)
    assert conn.execute("select colonne, valeur from journal.totaux").fetchall() == [("quantite", "3")]


def test_seules_les_sources_demandees(conn: Connexion, tmp_path: Path) -> None:
    depot = _depot(tmp_path, {"activite/unites_2020-S1.csv": ENTETE_UNITES + UNITE, "rh/temps_2020-01.csv": _temps(1)})
    assert [c.source for c in _charger(conn, depot, sources=["rh"])] == ["rh"]
    with pytest.raises(ErreurMutualisation, match="paie"):
        _charger(conn, depot, sources=["paie"])


def test_magasin_d_objets(conn: Connexion) -> None:
    racine = UPath("memory://chargement/depot")
    (racine / "rh").mkdir(parents=True)
    (racine / "rh" / "temps_2020-01.csv").write_bytes(_temps(1).encode())
    (charge,) = _charger(conn, str(racine))
    assert charge.fichiers == ["rh/temps_2020-01.csv"]
    assert conn.execute("select chemin, lignes from journal.fichiers").fetchall() == [("rh/temps_2020-01.csv", 1)]


def test_une_source_s_ajoute_par_configuration(
    conn: Connexion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declarations = shutil.copytree(DECLARATIONS, tmp_path / "declarations")
    monkeypatch.setattr("mutualisation.entree.sources.registre.DECLARATIONS", declarations)
    (declarations / "eau.yml").write_text(
        """
source: eau
libelle: Eau
jeux:
  releves:
    libelle: Relevés
    periode: mois
    colonnes:
      - {nom: compteur, entete: N° compteur, type: code, obligatoire: true}
      - {nom: agent, entete: Agent, type: personnel}
      - {nom: volume, entete: Volume (m³), type: nombre, obligatoire: true}
""",
        encoding="utf-8",
    )
    lignes = "\n".join([*"12345", "N° compteur;Agent;Volume (m³)", "C1;Zoé;12,5"])
    depot = _depot(tmp_path / "depot", {"eau/releves_2024-02.csv": lignes.encode("cp1252")})
    (charge,) = _charger(conn, depot)
    assert charge.fichiers == ["eau/releves_2024-02.csv"]
    assert conn.execute("select ligne, compteur, volume from brut.releves").fetchall() == [(7, "C1", Decimal("12.5"))]
