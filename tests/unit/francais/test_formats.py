"""French figures: narrow no-break thousands, comma, half away from zero, « non renseigné »."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.atelier.tables import cas

from mutualisation.socle.francais.formats import (
    arrondi,
    decimales,
    euros,
    evolution,
    exact,
    nombre,
    plusieurs,
    pourcent,
    siret,
)


@cas
def test_des_euros_entiers(valeur: str, texte: str) -> None:
    assert euros(Decimal(valeur)) == texte


def test_l_inconnu_n_est_jamais_zero() -> None:
    assert euros(None) == "non renseigné"
    assert pourcent(None) == "—"


def test_les_etp_et_les_taux() -> None:
    assert nombre(Decimal("17.555"), 2) == "17,56"
    assert pourcent(Decimal("0.380479"), 1) == "38,0\u00a0%"


@cas
def test_une_colonne_montre_toutes_ses_decimales(valeurs: tuple[str, ...], attendues: int, ecrites: list[str]) -> None:
    lues = [Decimal(v) for v in valeurs]
    assert decimales(lues) == attendues
    assert [exact(v, attendues) for v in lues] == ecrites


def test_un_siret_s_ecrit_par_groupes() -> None:
    assert siret("21590560500006") == "215\u00a0905\u00a0605\u00a000006"
    assert siret("ABC") == "ABC"


def test_une_variation_sans_base_ne_dit_rien() -> None:
    assert evolution(Decimal(0), Decimal(5)) is None
    assert evolution(None, Decimal(5)) is None
    assert evolution(Decimal(200), Decimal(150)) == "\u221225,0\u00a0%"
    assert evolution(Decimal(100), Decimal(110)) == "+10,0\u00a0%"


def test_le_pluriel() -> None:
    assert plusieurs(1, "contrôle") == "1\u00a0contrôle"
    assert plusieurs(2, "contrôle") == "2\u00a0contrôles"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_l_arrondi_est_symetrique_et_jamais_a_plus_d_un_demi(valeur: Decimal) -> None:
    assert arrondi(-valeur) == -arrondi(valeur)
    assert abs(arrondi(valeur) - valeur) <= Decimal("0.5")
