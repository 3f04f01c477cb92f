"""The test `types_publies`, as dbt wrote it from its graph, on a built publication of which one type is altered."""

from __future__ import annotations

import json

from tests.atelier.atelier import Atelier

DEFAUTS = [
    (
        "alter table synthese_financiere alter column cout_net type numeric(16,2)",
        ("synthese_financiere", "cout_net", "numeric(15,2)", "numeric(16,2)"),
    ),
    (
        "alter table repartition alter column montant type double precision",
        ("repartition", "montant", "numeric(24,12)", "double precision"),
    ),
    (
        "alter table factures_tarifs drop column base cascade",
        ("factures_tarifs", "base", "text", "colonne absente"),
    ),
]


def _requete(atelier: Atelier) -> str:
    noeuds = json.loads((atelier._dossier / "dbt" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    (noeud,) = (n for n in noeuds.values() if n["name"] == "types_publies")
    return str(noeud["compiled_code"])


def test_types_publies_voit_un_type_altere(atelier: Atelier) -> None:
    with atelier.construit({}) as construction:
        requete = _requete(atelier)
        assert construction.lire(requete) == []
        for defaut, ligne in DEFAUTS:
            with construction.conn.transaction(force_rollback=True):
                construction.conn.execute(defaut)
                assert construction.lire(requete) == [ligne]
