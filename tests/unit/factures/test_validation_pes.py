"""What a draft on disk is refused for, beyond the schema: sums, counts, numbers, titres reduced, bank data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.factures.modele_pes import MODELE

from mutualisation.factures.verification_pes import valider_pes


def _ecrire(dossier: Path, texte: str) -> Path:
    chemin = dossier / "essai.xml"
    chemin.write_bytes(texte.encode("iso-8859-1"))
    return chemin


def test_modele_valable(tmp_path: Path) -> None:
    assert valider_pes(_ecrire(tmp_path, MODELE)) == []


RATTACHEMENT = MODELE[MODELE.index("<RattachPiece>") : MODELE.index("</RattachPiece>") + len("</RattachPiece>")]


@pytest.mark.parametrize(
    ("avant", "apres", "motif"),
    [
        ('MtBordHt V="3210.40"', 'MtBordHt V="3210.41"', r"Σ MtHT 3210.40 ≠ MtBordHt 3210.41"),
        ('NbrPce V="1"', 'NbrPce V="2"', r"1 pièces ≠ NbrPce 2"),
        ('MtHT V="600.00"', 'MtHT V="600.0"', "deux décimales"),
        ('MtHT V="600.00"', 'MtHT V="-600.00"', "montant positif"),
        ('MtHT V="600.00"', 'MtHT V="600,00"', "montant positif à point décimal"),
        ('IdLigne V="2"', 'IdLigne V="1"', "IdLigne est répété"),
        ('<IdBord V="13"/><DteBordEm V="2021-07-15"/><TypBord V="02"/>',
         '<IdBord V="412"/><DteBordEm V="2021-07-15"/><TypBord V="01"/>', "numéro de bordereau est répété"),
        (RATTACHEMENT, "", "ne nomme pas le titre qu'elle réduit"),
        ("</InfoLignePiece></BlocLignePiece>", f"</InfoLignePiece>{RATTACHEMENT}</BlocLignePiece>", "à réduire"),
        ('Nature V="70845"', 'Nature="70845"', "abîmé"),
        ("</Piece>", "", "abîmé"),
        ("<n:PES_Aller ", "<!DOCTYPE x [<!ENTITY a 'b'>]><n:PES_Aller ", "DTD"),
        ('encoding="ISO-8859-1"', 'encoding="UTF-8"', "encodage UTF-8"),
        ("</Adresse></Tiers>", "</Adresse><CpteBancaire><IBAN V='FR76'/></CpteBancaire></Tiers>", "CpteBancaire"),
        (MODELE[MODELE.index("<PES_RecetteAller>") : MODELE.index("</n:PES_Aller>")], "", "aucun bordereau"),
    ],
)  # fmt: skip
def test_defaut_nomme(tmp_path: Path, avant: str, apres: str, motif: str) -> None:
    assert avant in MODELE
    defauts = valider_pes(_ecrire(tmp_path, MODELE.replace(avant, apres, 1)))
    assert any(re.search(motif, d) for d in defauts), defauts


def test_numero_de_piece_repete(tmp_path: Path) -> None:
    debut, fin = MODELE.index("<Piece>"), MODELE.index("</Piece>") + len("</Piece>")
    texte = MODELE[:fin] + MODELE[debut:fin] + MODELE[fin:]
    texte = texte.replace('NbrPce V="1"', 'NbrPce V="2"', 1).replace('V="3210.40"', 'V="6420.80"', 1)
    assert valider_pes(_ecrire(tmp_path, texte)) == ["bordereau 412 : un numéro de pièce est répété."]
