"""Nobody's pay can be derived from an extract (K8): tried by brute force, by linear algebra, and by moving the pay."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from echantillon.siret import siret
from tests.atelier.atelier import Atelier
from tests.atelier.attaquant import Extraits, Paie, fuites, identifiables, secrets
from tests.atelier.petit_depot import EPCI, EXERCICE, ajouter, ecrire_csv, ecriture

from mutualisation import operations as op

SEUIL = Decimal(5)
# one apprentice, whose pay the pool hides among that of category C
PAIES = {
    "A": ("612 000,00", "1 000,00", "12,00"),
    "APP": ("17 298,61", "", "1,00"),
    "B": ("288 000,40", "500,25", "8,00"),
    "C": ("186 123,45", "", "6,20"),
}
DEPLACEES = PAIES | {"APP": ("19 298,61", "", "1,00"), "C": ("184 123,45", "", "6,20")}
RESTREINTE = "Diffusion restreinte"
Ecrire = Callable[..., Path]


def _nombre(texte: str) -> Decimal:
    return Decimal(texte.replace(" ", "").replace(",", ".") or 0)


def _paies(lignes: dict[str, tuple[str, str, str]]) -> list[Paie]:
    return [Paie(EXERCICE, c, *map(_nombre, ligne)) for c, ligne in lignes.items()]


@pytest.fixture(scope="module")
def extraire(atelier: Atelier, petit: Path, tmp_path_factory: pytest.TempPathFactory) -> Ecrire:
    """Extract of the small drop where the third agent is an apprentice, under a payroll and a threshold; made once."""
    faits: dict[tuple[str, ...], Path] = {}

    def ecrire(paies: dict[str, tuple[str, str, str]] = PAIES, seuil: str = "5") -> Path:
        cle = (str(paies), seuil)
        if cle not in faits:
            dossier = tmp_path_factory.mktemp("divulgation")
            depot = Path(shutil.copytree(petit, dossier / "depot"))
            _retoucher(depot, paies, seuil)
            _ajouter_la_paie_a_la_balance(depot)
            op.bilan(atelier.neuf(), str(depot), [EXERCICE], str(dossier / "bilans"), "alice")
            faits[cle] = dossier / "bilans" / f"bilan_{EXERCICE}"
        return faits[cle]

    return ecrire


def _retoucher(depot: Path, paies: dict[str, tuple[str, str, str]], seuil: str) -> None:
    ecrire_csv(
        depot / "rh" / f"masse_salariale_{EXERCICE}.csv",
        "Exercice;Catégorie;Masse salariale;Atténuations;ETPT",
        *(f"{EXERCICE};{c};{';'.join(ligne)}" for c, ligne in paies.items()),
    )
    agents = depot / "rh" / f"agents_{EXERCICE}.csv"
    agents.write_text(agents.read_text(encoding="utf-8").replace(";;C;100;", ";;APP;100;"), encoding="utf-8")
    ajouter(depot / "referentiel" / "parametres.csv", f"seuil_effectif;{seuil};2019-01-01;;Délib. 9")


def _ajouter_la_paie_a_la_balance(depot: Path) -> None:
    """Account 6417 over the ETPT of `cout_moyen` would be the pay of one apprentice."""
    apprentis = _nombre(PAIES["APP"][0])
    autres = sum(_nombre(masse) for masse, _, _ in PAIES.values()) - apprentis
    ajouter(
        depot / "compta" / f"mandats_{EXERCICE}-12.csv",
        *(
            ecriture(777 + rang, 12, compte, "", f"{montant}".replace(".", ","))
            for rang, (compte, montant) in enumerate((("6417", apprentis), ("64111", autres)))
        ),
    )
    ecrire_csv(
        depot / "compta" / f"balance_{EXERCICE}.csv",
        "EXER;IDENT;CODBUD1;CBUDG;COMPTE;OBNETDEB;OBNETCRE;OOBDEB;OOBCRE",
        f"{EXERCICE};{siret(EPCI)};;1;6064;1,00;0;0;0",
    )


# ---------------------------------------------------------------- with the pool
def test_aucune_moyenne_de_moins_de_cinq_etpt_ne_se_derive(extraire: Ecrire) -> None:
    extraits = Extraits([extraire()])
    assert {frozenset({"APP"})} == set(secrets(_paies(PAIES), SEUIL)[EXERCICE])
    assert fuites(extraits, _paies(PAIES), SEUIL) == set()
    assert identifiables(extraits, _paies(PAIES), SEUIL) == set()


def test_aucune_masse_ni_moyenne_d_un_petit_groupe_n_est_ecrite_quelque_part(extraire: Ecrire) -> None:
    """In any file, page and workbook included."""
    ecrits = Extraits([extraire()]).nombres()
    caches = {v for moyennes in secrets(_paies(PAIES), SEUIL)[EXERCICE].values() for v in moyennes}
    assert Decimal(12) in ecrits
    assert not caches & ecrits


def test_deux_paies_de_meme_total_donnent_le_meme_extrait(extraire: Ecrire) -> None:
    """What is the same whatever the apprentice earns can't tell it: no derivation at all is left."""
    un, deux = extraire(), extraire(DEPLACEES)
    noms = sorted(c.name for c in un.glob("*.csv"))
    assert noms == sorted(c.name for c in deux.glob("*.csv"))
    assert [n for n in noms if (un / n).read_bytes() != (deux / n).read_bytes()] == []
    bilan = f"bilan_etape_{EXERCICE}.html"
    assert _sans_empreintes(un / bilan) == _sans_empreintes(deux / bilan)


def test_un_ecart_de_balance_sur_la_paie_des_apprentis_ne_la_donne_pas(extraire: Ecrire) -> None:
    controles = (extraire() / "controles.csv").read_text(encoding="utf-8")
    assert "6417/mandat" in controles
    assert "6064/mandat" in controles


@pytest.mark.parametrize("ecrit", ["17\u202f298,61\u00a0€ dans la balance", "17298.61", "(17\u00a0298,61)"])
def test_un_montant_de_controle_sans_son_masque_est_vu(extraire: Ecrire, ecrit: str) -> None:
    """The attack reads amounts as controls write them: the pay of the apprentice, were it not hidden, is found."""
    extraits = Extraits([extraire()])
    assert fuites(extraits, _paies(PAIES), SEUIL) == set()
    extraits["controles"].append({"controle": "balance_dgfip", "cle": "6417/mandat", "valeur_attendue": ecrit,
                                  "valeur_constatee": ""})  # fmt: skip
    vues = fuites(extraits, _paies(PAIES), SEUIL)
    assert vues
    assert all(v.startswith("controles balance_dgfip 6417/mandat") for v in vues)


def _sans_empreintes(page: Path) -> str:
    return re.sub(r"[0-9a-f]{64}", "…", page.read_text(encoding="utf-8"))


# ---------------------------------------------------------------- without it
def test_sans_regroupement_la_paie_se_derive_et_se_voit(extraire: Ecrire) -> None:
    """The attack sees what the pool hides: were the pool to break, the tests above would fail."""
    extraits = Extraits([extraire(seuil="0")])
    assert fuites(extraits, _paies(PAIES), SEUIL)
    assert identifiables(extraits, _paies(PAIES), SEUIL) == {(EXERCICE, frozenset({"APP"}))}


def test_sans_regroupement_l_extrait_dit_que_sa_diffusion_est_restreinte(extraire: Ecrire) -> None:
    ouverte, restreinte = extraire(), extraire(seuil="0")
    page = f"bilan_etape_{EXERCICE}.html"
    assert RESTREINTE in (restreinte / page).read_text(encoding="utf-8")
    assert RESTREINTE not in (ouverte / page).read_text(encoding="utf-8")
    for dossier, dite in ((ouverte, "ouverte"), (restreinte, "restreinte")):
        assert json.loads((dossier / "manifeste.json").read_text(encoding="utf-8"))["diffusion"] == dite
    paquet = json.loads((restreinte / "datapackage.json").read_text(encoding="utf-8"))
    assert RESTREINTE in paquet["description"]
    assert paquet["licenses"] == []
    notices = [_notice(dossier / f"bilan_etape_{EXERCICE}.xlsx") for dossier in (ouverte, restreinte)]
    assert ["Licence Ouverte" in notice for notice in notices] == [True, False]
    assert [RESTREINTE in notice for notice in notices] == [False, True]


def _notice(classeur: Path) -> str:
    """Words of the first sheet of a workbook."""
    return "\n".join(str(c) for ligne in openpyxl.load_workbook(classeur).worksheets[0].values for c in ligne if c)
