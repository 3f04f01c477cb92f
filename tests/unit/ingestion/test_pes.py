"""PES v2: one row per line of a piece, hardened parsing, nothing personal kept."""

from pathlib import Path

import pytest

from .outillage import lire, refus

TETE = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
AVANT = (
    '<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"><Enveloppe><Emetteur>'
    '<IdColl V="non"/></Emetteur></Enveloppe><EnTetePES><IdColl V="20009320100016"/><CodBud V="00"/></EnTetePES>'
)
TIERS = (
    '<Tiers><InfoTiers><IdTiers V="{siret}"/><NatIdTiers V="{nature}"/><Nom V="MARTIN"/></InfoTiers>'
    '<Adresse><Adr2 V="RUE"/></Adresse><CpteBancaire><IBAN V="FR7630001007941234567890185"/></CpteBancaire></Tiers>'
)
DEPENSE = (
    '<PES_DepenseAller><Bordereau><BlocBordereau><Exer V="2020"/><IdBord V="44"/><DteBordEm V="2020-06-26"/>'
    '<TypBord V="01"/><NbrPce V="2"/><MtBordHT V="30.00"/></BlocBordereau>\n'
    '<Piece><BlocPiece><InfoPce><CodServ V="MUTU"/><IdPce V="517"/><TypPce V="01"/><NatPce V="01"/><Obj V="Étude"/>'
    "</InfoPce></BlocPiece>\n"
    '<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/><Nature V="6064"/><Fonction V="020"/>'
    '<Operation V="OP1"/><CptAna V="AX1"/><MtHT V="10.00"/><MtTVA V="2.00"/></InfoLignePce>'
    '<RattachPiece><ExerRat V="2019"/><IdPceOrig V="9"/></RattachPiece><LiensIdent><IdMarche V="M1"/>'
    '<IdActif V="INV1"/></LiensIdent></BlocLignePiece>'
    + TIERS.format(siret="73282932000074", nature="01")
    + "</LigneDePiece>\n"
    '<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="2"/><Nature V="6064"/><MtHT V="20.00"/></InfoLignePce>'
    "</BlocLignePiece>" + TIERS.format(siret="1850559300000", nature="05") + "</LigneDePiece></Piece>\n"
    '<Piece><BlocPiece><InfoPce><IdPce V="518"/></InfoPce></BlocPiece></Piece></Bordereau></PES_DepenseAller>'
)
RECETTE = (
    '<PES_RecetteAller><Bordereau><BlocBordereau><Exer V="2020"/><IdBord V="7"/><MtBordHt V="5.00"/></BlocBordereau>'
    '<Piece><BlocPiece><IdPce V="3"/><ObjPce V="Titre"/></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePiece>'
    '<IdLigne V="1"/><ObjLignePce V="Part ADS"/><Nature V="70875"/><MtHT V="5.00"/></InfoLignePiece></BlocLignePiece>'
    '</LigneDePiece><LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="2"/></InfoLignePiece></BlocLignePiece>'
    "</LigneDePiece></Piece></Bordereau></PES_RecetteAller>"
)
PJ = '<PES_PJ><PJ><Contenu><Fichier MIMEType="x">{}</Fichier></Contenu></PJ></PES_PJ>'


def _ecrire(dossier: Path, corps: str, tete: str = TETE, encodage: str = "iso-8859-1") -> Path:
    chemin = dossier / "PES.xml"
    chemin.write_bytes((tete + AVANT + corps + "</n:PES_Aller>").encode(encodage))
    return chemin


def test_depense(tmp_path: Path) -> None:
    chemin = _ecrire(tmp_path, DEPENSE)
    lu = lire(chemin, "pes")
    premiere = lu.rangees[0]
    assert {k: v for k, v in premiere.items() if v} == {
        "fichier_id": "7", "ligne": "4", "sens": "depense", "rang_bordereau": "1", "rang_piece": "1",
        "idcoll": "20009320100016", "codbud": "00", "exer": "2020", "idbord": "44", "dtebordem": "2020-06-26",
        "typbord": "01", "nbrpce": "2", "mtbordht": "30.00", "codserv": "MUTU", "idpce": "517", "typpce": "01",
        "natpce": "01", "objet": "Étude", "idligne": "1", "nature": "6064", "fonction": "020", "operation": "OP1",
        "cptana": "AX1", "mtht": "10.00", "mttva": "2.00", "exerrat": "2019", "idpceorig": "9", "idmarche": "M1",
        "idactif": "INV1", "siret": "73282932000074",
    }  # fmt: skip
    assert lu.dialecte["encodage"] == "iso-8859-1"


def test_un_identifiant_qui_n_est_pas_un_siret_n_est_pas_garde(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path, DEPENSE), "pes")
    assert lu.colonne("siret") == ["73282932000074", None, None]
    for interdit in ("1850559300000", "MARTIN", "FR76", "RUE"):
        assert interdit not in lu.octets.decode()


def test_une_piece_sans_ligne_se_compte(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path, DEPENSE), "pes")
    assert lu.colonne("idligne") == ["1", "2", None]
    assert lu.colonne("rang_piece") == ["1", "1", "2"]
    assert lu.colonne("ligne") == ["4", "5", "6"]
    assert lu.colonne("exerrat") == ["2019", None, None]


def test_recette(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path, DEPENSE + RECETTE), "pes")
    assert lu.colonne("sens")[3:] == ["recette", "recette"]
    assert lu.colonne("objet")[3:] == ["Part ADS", "Titre"]
    assert lu.colonne("mtbordht")[3:] == ["5.00", "5.00"]
    assert lu.colonne("rang_bordereau")[3:] == ["2", "2"]
    assert lu.colonne("idcoll")[3:] == ["20009320100016"] * 2


def test_encodage_declare(tmp_path: Path) -> None:
    tete = '<?xml version="1.0" encoding="{}"?>\n'
    for encodage in ("UTF-8", "windows-1252", "ISO-8859-15"):
        lu = lire(_ecrire(tmp_path, DEPENSE, tete.format(encodage), encodage), "pes")
        assert lu.colonne("objet")[0] == "Étude"


def test_une_piece_jointe_n_est_jamais_gardee(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path, DEPENSE + PJ.format("QUJD" * 4_000_000)), "pes")
    assert len(lu.rangees) == 3
    assert "QUJD" not in lu.octets.decode()


@pytest.mark.parametrize(
    ("tete", "attendu"),
    [
        (TETE + "<!DOCTYPE x [<!ELEMENT x ANY>]>\n", "DTD"),
        (TETE + '<!DOCTYPE x [<!ENTITY a "ha">]>\n', "DTD"),
        (TETE + '<!DOCTYPE x SYSTEM "file:///etc/passwd">\n', "DTD"),
        (TETE + '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1/"> %e;]>\n', "DTD"),
        ('<?xml version="1.0" encoding="klingon"?>\n', "encodage déclaré illisible"),
        (TETE + "texte", "abîmé"),
    ],
)
def test_debut_dangereux(tmp_path: Path, tete: str, attendu: str) -> None:
    assert attendu in refus(_ecrire(tmp_path, DEPENSE, tete), "pes")


@pytest.mark.parametrize(
    ("corps", "attendu"),
    [
        (DEPENSE[:400], "ligne 4 : le XML est abîmé"),
        (DEPENSE.replace("Étude", "&nbsp;"), "abîmé"),
        ("<PES_Budget/>", "ni PES_DepenseAller ni PES_RecetteAller"),
        ("", "ni PES_DepenseAller"),
    ],
)
def test_corps_qui_n_est_pas_un_pes(tmp_path: Path, corps: str, attendu: str) -> None:
    assert attendu in refus(_ecrire(tmp_path, corps), "pes")


@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        (b"", "0 octet"),
        (b"<html/>", "PES_Aller"),
        (b"Exercice;Budget", "abîmé"),
        (b"\x00\x01\x02", "octet nul"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "octet nul"),
        (b"<a>\xff</a>", "PES_Aller"),
        (('<?xml version="1.0" encoding="UTF-8"?>' + AVANT).encode() + b"<x V='\xe9'/></n:PES_Aller>", "abîmé"),
    ],
)
def test_octets_qui_ne_sont_pas_un_pes(tmp_path: Path, octets: bytes, attendu: str) -> None:
    (tmp_path / "PES.xml").write_bytes(octets)
    assert attendu in refus(tmp_path / "PES.xml", "pes")
