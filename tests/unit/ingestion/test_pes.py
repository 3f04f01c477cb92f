"""PES v2: one row per line of a piece, hardened parsing, nothing personal kept."""

from pathlib import Path

import pytest
from tests.atelier.depots import ecrire
from tests.atelier.partage import defauts_de_schema
from tests.atelier.pes import METROPOLE, Bordereau, Ligne, Piece, Tiers, pes_aller

from .outillage import SIRET, lire, refus

DEPENSE = [
    Bordereau(
        "0000044",
        "30.00",
        [
            Piece(
                "00000517",
                [
                    Ligne(
                        "10.00", "2.00", "6064", "AX1", SIRET, numero="000001", operation="2063", rattachement="2019"
                    ),
                    Ligne("20.00", "", "6064", "", numero="000002", tiers=[Tiers("1850559300000", "05")]),
                ],
                objet="Étude",
                service="MU-1",
            )
        ],
        date="2020-06-26",
        exercice="2020",
    )
]
RECETTE = [
    Bordereau(
        "7",
        "10.00",
        [Piece("3", [Ligne("5.00", nature="70875", objet="Part ADS", produit="R025"), Ligne("5.00", numero="2")],
               objet="Titre", service="MU-1")],
        exercice="2020",
    )
]  # fmt: skip
PES = pes_aller(DEPENSE)


def test_ce_que_lisent_ces_essais_est_valide() -> None:
    assert defauts_de_schema(pes_aller(DEPENSE, RECETTE)) == []


def test_depense(tmp_path: Path) -> None:
    lu = lire(ecrire(tmp_path / "PES.xml", PES), "pes")
    assert {k: v for k, v in lu.rangees[0].items() if v} == {
        "fichier_id": "7", "ligne": "3", "sens": "depense", "rang_bordereau": "1", "rang_piece": "1", "rang_ligne": "1",
        "idcoll": METROPOLE, "codbud": "00", "exer": "2020", "idbord": "0000044", "dtebordem": "2020-06-26",
        "typbord": "01", "nbrpce": "1", "mtbordht": "30.00", "codserv": "MU-1", "idpce": "00000517", "typpce": "01",
        "natpce": "01", "objet": "Étude", "idligne": "000001", "nature": "6064", "operation": "2063",
        "cptana": "AX1", "mtht": "10.00", "mttva": "2.00", "exerrat": "2019", "idpceorig": "1", "siret": SIRET,
    }  # fmt: skip
    assert lu.colonne("exerrat") == ["2019", None]
    assert lu.dialecte["encodage"] == "iso-8859-1"


def test_recette(tmp_path: Path) -> None:
    lu = lire(ecrire(tmp_path / "PES.xml", pes_aller(DEPENSE, RECETTE)), "pes")
    assert lu.colonne("sens")[2:] == ["recette", "recette"]
    assert lu.colonne("objet")[2:] == ["Part ADS", "Titre"]
    assert lu.colonne("codprodloc") == [None, None, "R025", "R000"]
    assert lu.colonne("codserv")[2:] == ["MU-1", "MU-1"]
    assert lu.colonne("mtbordht")[2:] == ["10.00", "10.00"]
    assert lu.colonne("rang_bordereau")[2:] == ["2", "2"]
    assert lu.colonne("rang_ligne") == ["1", "2", "3", "4"]
    assert lu.colonne("idcoll")[2:] == [METROPOLE] * 2


@pytest.mark.parametrize(
    ("tiers", "siret", "siren"),
    [
        # P4: TypTiers 01, else the first; a SIRET, or a SIREN that the warehouse will look up
        ([Tiers("1", type_="03"), Tiers(SIRET)], SIRET, None),
        ([Tiers(SIRET, type_="10"), Tiers("21590001000012", type_="03")], SIRET, None),
        ([Tiers("732 829 320", "02")], None, "732829320"),
        ([Tiers("MARTIN", "02")], None, None),
        ([Tiers("1850559300000", "04")], None, None),
        ([Tiers("1850559300000", "05"), Tiers(SIRET, type_="03")], None, None),
        ([], None, None),
    ],
)
def test_le_tiers_d_une_recette(tmp_path: Path, tiers: list[Tiers], siret: str | None, siren: str | None) -> None:
    octets = pes_aller([], [Bordereau("1", "1", [Piece("1", [Ligne("1", tiers=tiers)])])])
    lu = lire(ecrire(tmp_path / "PES.xml", octets), "pes")
    assert (lu.colonne("siret"), lu.colonne("siren")) == ([siret], [siren])


def test_rien_d_une_personne_n_est_garde(tmp_path: Path) -> None:
    lu = lire(ecrire(tmp_path / "PES.xml", PES), "pes")
    assert lu.colonne("siret") == [SIRET, None]
    for interdit in ("1850559300000", "MARTIN", "TILLEULS"):
        assert interdit not in lu.octets.decode()


def test_une_piece_sans_ligne_se_compte(tmp_path: Path) -> None:
    bordereau = Bordereau("1", "1", [Piece("1", [Ligne("1")]), Piece("2", [])])
    lu = lire(ecrire(tmp_path / "PES.xml", pes_aller([bordereau])), "pes")
    assert lu.colonne("idligne") == ["1", None]
    assert lu.colonne("rang_piece") == ["1", "2"]
    assert lu.colonne("rang_ligne") == ["1", None]


def test_encodage_declare(tmp_path: Path) -> None:
    for encodage in ("UTF-8", "windows-1252", "ISO-8859-15"):
        octets = PES.decode("latin-1").replace("ISO-8859-1", encodage, 1).encode(encodage)
        assert lire(ecrire(tmp_path / "PES.xml", octets), "pes").colonne("objet")[0] == "Étude"


def test_une_piece_jointe_n_est_jamais_gardee(tmp_path: Path) -> None:
    jointe = b"<PES_PJ><PJ><Contenu><Fichier MIMEType='x'>%b</Fichier></Contenu></PJ></PES_PJ>" % (b"QUJD" * 4_000_000)
    lu = lire(ecrire(tmp_path / "PES.xml", PES.replace(b"</n:PES_Aller>", jointe + b"</n:PES_Aller>")), "pes")
    assert len(lu.rangees) == 2
    assert "QUJD" not in lu.octets.decode()


@pytest.mark.parametrize("corps", [b"<PES_Budget/>", b""])
def test_un_autre_flux_est_ignore(tmp_path: Path, corps: bytes) -> None:
    """G7: said, never refused."""
    lu = lire(ecrire(tmp_path / "PES.xml", b"<n:PES_Aller xmlns:n='x'><EnTetePES/>%b</n:PES_Aller>" % corps), "pes")
    assert lu.rangees == []
    assert lu.dialecte["ignore"].startswith("c'est un PES sans dépense ni recette, ni dépense ni recette : ignoré")


@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        (PES.replace(b"ISO-8859-1", b"DUPONT"), "encodage déclaré illisible : écrire"),
        (PES.replace(b"xmlns:n", b"xmlns:m"), "un préfixe sans espace de noms"),
        (b"\n" + PES, "la déclaration XML n'est pas au début"),
        (PES.partition(b"?>")[2], "se dit en UTF-8 et n'en est pas"),
    ],
)
def test_octets_qui_ne_sont_pas_un_pes(tmp_path: Path, octets: bytes, attendu: str) -> None:
    assert attendu in refus(ecrire(tmp_path / "PES.xml", octets), "pes")
