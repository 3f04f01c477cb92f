"""The PES recette draft: structure, sums, what our own reader makes of it; the validator names each defect."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from lxml import etree

from mutualisation.factures import ecrire_factures
from mutualisation.factures.validation_pes import relire, valider_pes, verifier_accord

from . import entrepot_facture as base
from .conftest import lire

Conn = psycopg.Connection[Any]
# The structure of the reference sample: two lines, an address, a reference of the tiers
MODELE = """<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">
<Enveloppe><Parametres><Version V="1"/><TypFic V="PESALR2"/><NomFic V="S"/></Parametres>
<Emetteur><Sigle V="E"/><Adresse V="A"/></Emetteur></Enveloppe>
<EnTetePES><DteStr V="2021-07-15"/><IdPost V="059001"/><IdColl V="20009320100016"/><CodCol V="100"/><CodBud V="00"/>
</EnTetePES>
<PES_RecetteAller><EnTeteRecette><IdVer V="2"/><InfoDematerialisee V="0"/></EnTeteRecette>
<Bordereau><BlocBordereau><Exer V="2021"/><IdBord V="412"/><DteBordEm V="2021-07-15"/><TypBord V="01"/><NbrPce V="1"/>
<MtBordHt V="3210.40"/></BlocBordereau><Piece><BlocPiece><CodServ V="MUTU"/><IdPce V="2087"/><TypPce V="01"/>
<NatPce V="01"/><ObjPce V="Facture"/></BlocPiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><ObjLignePce V="CEP"/><CodProdLoc V="MUTU"/>
<Nature V="70845"/><Fonction V="758"/><Majo V="0"/><TvaIntraCom V="0"/><MtHT V="2610.40"/>
</InfoLignePiece></BlocLignePiece>
<Tiers><InfoTiers><IdTiers V="21590560500006"/><NatIdTiers V="01"/><RefTiers V="C59560"/><CatTiers V="22"/>
<NatJur V="09"/><Nom V="COMMUNE"/></InfoTiers>
<Adresse><TypAdr V="1"/><Adr2 V="RUE"/><CP V="59113"/><Ville V="SECLIN"/><CodRes V="0"/></Adresse>
</Tiers></LigneDePiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="2"/><CodProdLoc V="MUTU"/><Nature V="70875"/><Majo V="0"/>
<TvaIntraCom V="0"/><MtHT V="600.00"/></InfoLignePiece></BlocLignePiece>
<Tiers><InfoTiers><CatTiers V="22"/><NatJur V="09"/><Nom V="COMMUNE"/></InfoTiers></Tiers></LigneDePiece>
</Piece></Bordereau></PES_RecetteAller></n:PES_Aller>
"""


@pytest.fixture
def projet(dossier: Path) -> Path:
    return dossier / "projet_pes_recette_2021-S2.xml"


def _ecrire(dossier: Path, texte: str, encodage: str = "iso-8859-1") -> Path:
    chemin = dossier / "essai.xml"
    chemin.write_bytes(texte.encode(encodage))
    return chemin


def test_projet_valable_et_relu_par_notre_lecteur(projet: Path, conn_facturee: Conn) -> None:
    factures = lire(conn_facturee)
    assert valider_pes(projet) == []
    assert verifier_accord(projet, factures) == []
    total = sum((-1 if r["typbord"] == "02" else 1) * Decimal(r["mtht"]) for r in relire(projet))
    publie = conn_facturee.execute(
        "select sum(montant_facture) from publication.facture_semestrielle where exercice = 2021 and semestre = 2"
    ).fetchone()
    assert publie is not None
    assert total == publie[0] == Decimal("612.81")


def test_bordereaux_et_pieces(projet: Path) -> None:
    racine = etree.parse(str(projet)).getroot()
    blocs = [{e.tag: e.get("V") for e in b} for b in racine.iter("BlocBordereau")]
    assert [(b["TypBord"], b["NbrPce"], b["MtBordHt"]) for b in blocs] == [("01", "2", "632.81"), ("02", "1", "20.00")]
    assert all(b["Exer"] == "2021" and b["DteBordEm"] == "2021-12-31" for b in blocs)
    assert len({b["IdBord"] for b in blocs}) == 2
    reduction = racine.findall(".//Bordereau")[1].find("Piece/BlocPiece")
    assert (reduction.find("TypPce").get("V"), reduction.find("NatPce").get("V")) == ("02", "06")


def test_lignes_comptes_axes_et_periodes(projet: Path) -> None:
    lignes = [(r["objet"][:7], r["nature"], r["cptana"], r["mtht"]) for r in relire(projet) if r["typbord"] == "01"]
    assert lignes == [
        ("2021-S2", "70688", "CAM1", "500.00"),
        ("2021-S2", "70875", "", "6.50"),
        ("2021-S2", "70875", "", "112.31"),
        ("2020-S2", "70875", "", "8.00"),
        ("2021-S1", "70875", "", "6.00"),
    ]


def test_encodage_et_rien_de_confidentiel(projet: Path) -> None:
    texte = projet.read_bytes().decode("iso-8859-1")
    assert texte.startswith('<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert "Données synthétiques" in texte
    assert 'Nom V="L\'OEUVRE-LÈS-LOOS"' in texte
    assert not re.search("CpteBancaire|IBAN|TypAdr|RefTiers", texte)
    assert re.findall(r'<CatTiers V="(\d+)"', texte) == ["23"] * 6


def test_rien_a_emettre_pas_de_projet(conn_facturee: Conn, tmp_path: Path) -> None:
    dossier = ecrire_factures(conn_facturee, 2021, 1, tmp_path)
    assert not list(dossier.glob("*.xml"))


def test_modele_accepte_hors_projet(tmp_path: Path) -> None:
    chemin = _ecrire(tmp_path, MODELE)
    assert valider_pes(chemin, projet=False) == []
    ligne = MODELE[: MODELE.index("<Adresse><TypAdr")].count("\n") + 1
    assert valider_pes(chemin) == [
        f"ligne {ligne} : Adresse n'a pas sa place dans un projet (ni coordonnées bancaires, ni adresse)."
    ]


@pytest.mark.parametrize(
    ("avant", "apres", "motif"),
    [
        ('MtBordHt V="3210.40"', 'MtBordHt V="3210.41"', r"Σ MtHT 3210.40 ≠ MtBordHt 3210.41"),
        ('NbrPce V="1"', 'NbrPce V="2"', r"1 pièces ≠ NbrPce 2"),
        ('<Exer V="2021"/><IdBord V="412"/>', '<IdBord V="412"/><Exer V="2021"/>', "Exer manque dans BlocBordereau"),
        ('<CodProdLoc V="MUTU"/>\n<Nature V="70845"/>', '<Nature V="70845"/>', "CodProdLoc manque dans InfoLignePiece"),
        ('<CodCol V="100"/>', '<CodCol V="100"/><Autre V="1"/>', "CodBud manque"),
        ('<CodBud V="00"/>', '<CodBud V="00"/><Autre V="1"/>', "Autre n'est pas attendu"),
        ('MtHT V="600.00"', 'MtHT V="600.0"', "deux décimales"),
        ('MtHT V="600.00"', 'MtHT V="-600.00"', "montant PES est positif"),
        ('MtHT V="600.00"', 'MtHT V="600,00"', "n'est pas un nombre"),
        ('IdLigne V="2"', 'IdLigne V="1"', "IdLigne est répété"),
        ('IdPce V="2087"', 'IdPce V="0"', "numéro de pièce"),
        ('CodProdLoc V="MUTU"', 'CodProdLoc V="MUTUA"', "trop long"),
        ('Nature V="70845"', 'Nature="70845"', "abîmé"),
        ('Nature V="70845"', 'Nature N="70845"', "attribut V"),
        ("</Piece></Bordereau>", "</Piece>", "abîmé"),
        ("<n:PES_Aller ", "<!DOCTYPE x [<!ENTITY a 'b'>]><n:PES_Aller ", "DTD"),
        ("helios/pes_v2/Rev0/aller", "helios/pes_v2/Rev0/autre", "la racine est"),
        ('encoding="ISO-8859-1"', 'encoding="UTF-8"', "encodage UTF-8"),
    ],
)
def test_defaut_nomme(tmp_path: Path, avant: str, apres: str, motif: str) -> None:
    assert avant in MODELE
    defauts = valider_pes(_ecrire(tmp_path, MODELE.replace(avant, apres, 1)), projet=False)
    assert any(re.search(motif, d) for d in defauts), defauts


def test_coordonnees_bancaires_refusees_dans_un_projet(projet: Path) -> None:
    texte = projet.read_bytes().decode("iso-8859-1")
    texte = texte.replace("</InfoTiers>", "</InfoTiers><CpteBancaire><IBAN V='FR76'/></CpteBancaire>", 1)
    assert any("CpteBancaire" in d for d in valider_pes(_ecrire(projet.parent, texte)))


def test_ecart_avec_la_relation_nomme(projet: Path, conn_facturee: Conn) -> None:
    sans_lille = [f for f in lire(conn_facturee) if f.siret != base.LILLE]
    assert verifier_accord(projet, sans_lille) == [f"{base.LILLE} : 480.00 € dans le PES, 0 € facturés."]
