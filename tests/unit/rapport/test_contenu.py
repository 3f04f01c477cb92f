"""The blocks: what each form shows of them, and that the forms know nothing of what is said."""

import ast
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.atelier.tables import cas

from mutualisation.documents import mise_en_forme as rendus
from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu.conseil import synthese

LIBELLE, MONTANT = m.Colonne("nom", "Nom"), m.Colonne("montant", "Montant", "centimes", somme=True)
CENTIMES = [Decimal("90071992547409930.01"), Decimal("0.01")]


def _tableau(nombre: int, **autres: Any) -> m.Tableau:
    lignes = [{"nom": f"n{i}", "montant": CENTIMES[i % 2]} for i in range(nombre)]
    colonnes = (LIBELLE, MONTANT)
    return m.Tableau("Essai", colonnes, lignes, m.additionner("Total", colonnes, lignes), **autres)


def test_le_total_garde_le_centime_qu_un_flottant_perd() -> None:
    total = _tableau(2).total
    assert total is not None
    assert total["montant"] == Decimal("90071992547409930.02")
    assert Decimal(float(CENTIMES[0]) + float(CENTIMES[1])) != total["montant"]
    assert [c.texte for c in cellules.pied(_tableau(2))][1].endswith("930,02\u00a0€")


def test_un_tableau_sans_ligne_ne_se_lit_pas() -> None:
    vide = _tableau(0)
    blocs: list[m.Bloc] = [m.p("Texte"), m.Repli("Voir", [vide])]
    assert m.blocs_lus(blocs) == [m.p("Texte")]


def test_une_limite_dit_combien_de_lignes_restent_dehors() -> None:
    t = _tableau(5, limite=3, reste=("autre", "autres", " : voir le fichier."))
    assert len(cellules.rangees(t)) == 3
    assert cellules.note(t) == "Et 2\u00a0autres : voir le fichier."


def test_ce_qui_est_deduit_se_lit_negatif_et_ce_qui_est_absent_se_dit() -> None:
    deduit = m.Colonne("x", "X", "euros", "non renseigné", deduit=True)
    lignes = [{"nom": "a", "x": Decimal(12)}, {"nom": "b", "x": None}, {"nom": "c", "x": Decimal(0)}]
    rangees = cellules.rangees(m.Tableau("T", (LIBELLE, deduit), lignes))
    assert [r[1].texte for r in rangees] == ["\u221212\u00a0€", "non renseigné", "0\u00a0€"]
    assert [r[1].classes for r in rangees] == [(), ("absent",), ()]


def test_les_formes_n_importent_ni_chiffres_ni_libelles() -> None:
    """A form that read the bilan or the labels would say something of its own."""
    for chemin in Path(rendus.__file__).parent.glob("*.py"):
        for noeud in ast.walk(ast.parse(chemin.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.ImportFrom) and noeud.module:
                assert not noeud.module.startswith(
                    ("mutualisation.publication.versions", "mutualisation.documents.rapport.publie")
                )
                assert "libelles" not in {noeud.module.rpartition(".")[2], *(a.name for a in noeud.names)}, chemin


@cas
def test_aucune_phrase_ne_commence_par_une_minuscule(phrase: str, attendu: str) -> None:
    ((sujet, suite),) = m.Liste([("Temps passé", phrase)]).lus
    assert f"{sujet} {suite}".rstrip() == attendu


def test_les_couts_face_a_leur_couverture_vont_du_plus_grand_au_plus_petit() -> None:
    rangees = [{"libelle": n, "cout_net": Decimal(n), "recettes_renseignees": False} for n in ("-3", "8", "421", "38")]
    bilan: Any = SimpleNamespace(exercice=2021, lignes_exercice=lambda: rangees)
    assert [b.libelle for b in synthese.couverture(bilan).barres] == ["421", "38", "8", "-3"]
