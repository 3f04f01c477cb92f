"""The form of a PES without the official schema: the same verdict as the XSD, on mutations of every element."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree
from tests.atelier.partage import defauts_de_schema
from tests.unit.factures.modele_pes import MODELE

from mutualisation.factures.schema_pes import defauts_du_schema

# what each value is replaced by: lengths, signs, zeros, decimals, dates, codes, spaces
VALEURS = (
    "", " ", ".", "0", "00", "000", "0000000", "1", "01", "02", "03", "04", "05", "07", "08", "12", "13", "18", "22",
    "23", "75", "99", "100", "1234", "12345", "123456", "1234567", "12345678", "123456789012345", "-1", "+1", "1.",
    ".5", "1.0", "1.00", "1.50", "1.505", "1,50", "0.00", "1e3", "0x1", " 12 ", "1 2", "12345678901234.00",
    "123456789012.34", "2021", "2021-02-29", "2020-02-29", "2021-13-01", "20210715", "15/07/2021", "2021-07-15Z",
    "2021-07-15+02:00",
    "2021-7-5", "true", "false", "oui", "nc", "nb", "ac", "N°", "é", "ABCD", "ABCDE", "AB-1", "02A123", "02B1234",
    "02C123", "A1", "1A", "AA", "a0", "x" * 10, "x" * 11, "x" * 32, "x" * 38, "x" * 39, "x" * 100, "x" * 160, "x" * 161,
    "0" * 20, "0" * 14,
)  # fmt: skip
# what the schema allows and the model does not write: after which element, and what
PERMIS = (
    ("Emetteur", "<Recepteur><Sigle V='R'/></Recepteur>"),
    ("IdPost", "<LibellePoste V='TRESORERIE'/>"),
    ("IdColl", "<FinJur V=''/>"),
    ("NbrPce", "<MtCumulAnnuel V='1.5'/>"),
    ("MtBordHt", "<MtBordTVA V='1.00'/><Objet V='Objet'/>"),
    ("CodServ", "<Affect V='B1'/>"),
    ("NatPce", "<Edition V='01'/>"),
    ("Nature", "<Fonction V=''/>"),
    ("TvaIntraCom", "<MtHT V='3'/><MtTVA V='0.6'/>"),
    ("RattachPiece", "<LiensIdent><IdConv V='C1'/><IdRegie V='R'/></LiensIdent>"),
    ("NatIdTiers", "<RefTiers V='C59560'/>"),
    ("Nom", "<ComplNom V='DE SECLIN'/>"),
    ("CodRes", "<CodPays V='100'/><DteAdr V='2021-01-01'/>"),
)


RACINE = etree.fromstring(MODELE.encode("iso-8859-1"))


def _racine() -> Any:
    return copy.deepcopy(RACINE)


def _elements(racine: Any) -> list[Any]:
    return [e for e in racine.iter() if isinstance(e.tag, str)]


def _mutations() -> Iterator[tuple[str, Any]]:
    """(what was done, the file) for each element of the model: its value, its place, its number, what it holds."""
    vus = set()
    for rang, modele in enumerate(_elements(_racine())):
        nom = f"{rang} {modele.tag}"
        sorte = (modele.getparent().tag if rang else "", modele.tag)
        for valeur in VALEURS if modele.get("V") is not None and sorte not in vus else ():
            racine, element = _cible(rang)
            element.set("V", valeur)
            yield f"{nom} = {valeur!r}", racine
        vus.add(sorte)
        for quoi, muter in FAUTES.items():
            racine, element = _cible(rang)
            if rang or quoi in SUR_LA_RACINE:
                muter(element)
                yield f"{nom} {quoi}", racine


def _cible(rang: int) -> tuple[Any, Any]:
    racine = _racine()
    return racine, _elements(racine)[rang]


def _echanger(element: Any) -> None:
    suivant = element.getnext()
    if suivant is not None:
        suivant.addnext(element)


FAUTES: dict[str, Callable[[Any], object]] = {
    "absent": lambda e: e.getparent().remove(e),
    "double": lambda e: e.addnext(copy.deepcopy(e)),
    "échange": _echanger,
    "renommé": lambda e: setattr(e, "tag", e.tag + "X"),
    "texte": lambda e: setattr(e, "text", "un texte"),
    "enfant": lambda e: etree.SubElement(e, "CptAna", V="AXE"),
    "attribut": lambda e: e.set("W", "1"),
    "sans V": lambda e: e.attrib.pop("V", None),
    "Id": lambda e: e.set("Id", "b1"),
    "mauvais Id": lambda e: e.set("Id", "1 b"),
}
SUR_LA_RACINE = ("texte", "enfant", "attribut", "Id", "mauvais Id")


def _verdict(racine: Any) -> bool:
    return defauts_du_schema(racine) == []


def _verdict_officiel(racine: Any) -> bool:
    return defauts_de_schema(etree.tostring(racine)) == []


def test_modele_valable_des_deux_cotes() -> None:
    assert defauts_du_schema(_racine()) == []
    assert defauts_de_schema(MODELE.encode("iso-8859-1")) == []


def test_meme_verdict_que_le_schema_officiel() -> None:
    """Thousands of files, valid and broken, one mutation each: not one verdict differs."""
    verdicts = [(quoi, _verdict(racine), _verdict_officiel(racine)) for quoi, racine in _mutations()]
    assert [v for v in verdicts if v[1] != v[2]] == []
    assert sum(not lu for _, lu, _ in verdicts) > 1000
    assert sum(lu for _, lu, _ in verdicts) > 300


@pytest.mark.parametrize(("apres", "quoi"), PERMIS)
def test_ce_que_le_schema_permet_de_plus(apres: str, quoi: str) -> None:
    """Two verdicts again, on a file that holds what the model does not."""
    racine = _racine()
    element = next(racine.iter(apres))
    noms = [e.tag for e in etree.fromstring(f"<x>{quoi}</x>")]
    for double in [e for e in element.getparent() if e.tag in noms]:
        element.getparent().remove(double)
    for ajout in reversed(etree.fromstring(f"<x>{quoi}</x>")):
        element.addnext(ajout)
    assert _verdict(racine)
    assert _verdict_officiel(racine)


def test_meme_verdict_apres_plusieurs_mutations() -> None:
    """Broken files that were mended halfway, moved and cut: 300 draws of three mutations."""
    hasard = random.Random(7)  # noqa: S311
    for _ in range(300):
        racine = _racine()
        for _ in range(3):
            element = hasard.choice(_elements(racine)[1:])
            FAUTES[hasard.choice(["absent", "double", "échange", "texte", "sans V"])](element)
        assert _verdict(racine) == _verdict_officiel(racine), etree.tostring(racine)


@pytest.mark.parametrize(
    ("avant", "apres", "motif"),
    [
        ('<Exer V="2021"/><IdBord V="412"/>', '<IdBord V="412"/><Exer V="2021"/>', "Exer manque dans BlocBordereau"),
        ('<CodProdLoc V="MUTU"/>\n<Nature V="70845"/>', '<Nature V="70845"/>', "CodProdLoc manque dans InfoLignePiece"),
        ('<CodCol V="100"/>', "", "ligne 5 : CodCol manque dans EnTetePES"),
        ('<Fonction V="758"/>', '<Fonction V="758"/><CptAna V="A"/>', "CptAna n'est pas attendu à cette place"),
        ('MtHT V="600.00"', 'MtHT V="-600.00"', "« -600.00 » : un montant positif à point décimal"),
        ('IdPce V="2087"', 'IdPce V="0"', "« 0 » : un entier positif de 8 chiffres"),
        ('CodProdLoc V="MUTU"', 'CodProdLoc V="MUTUA"', "de 1 à 4 lettres ou chiffres"),
        ('TypTiers V="01"', 'TypTiers V="09"', "un code parmi 01, 02"),
        ('Nature V="70845"', 'Nature N="70845"', "attribut V"),
        ("helios/pes_v2/Rev0/aller", "helios/pes_v2/Rev0/autre", "la racine est"),
        ("<EnTeteRecette>", "<EnTeteRecette>un texte", "contient du texte"),
    ],
)
def test_le_defaut_est_dit_en_francais_avec_sa_ligne(avant: str, apres: str, motif: str) -> None:
    assert avant in MODELE
    defauts = defauts_du_schema(etree.fromstring(MODELE.replace(avant, apres, 1).encode("iso-8859-1")))
    assert any(motif in d for d in defauts), defauts
