"""Tables of `brut` on a real server."""

from pathlib import Path

from tests.unit.sources.test_registre import MODELE

from mutualisation.entree.sources.brut import synchroniser_brut
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter


def test_les_tables_suivent_le_registre(base_vierge: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(MODELE, encoding="utf-8")
    avec_une_colonne = tmp_path / "b"
    avec_une_colonne.mkdir()
    plus = "      - {nom: remarque, entete: Remarque, type: texte}\n"
    (avec_une_colonne / "a.yml").write_text(MODELE + plus, encoding="utf-8")
    with connecter(base_vierge) as conn:
        assert synchroniser_brut(conn, registre(tmp_path)) == ["releves"]
        conn.execute("insert into brut.releves (fichier_id, ligne, code) values (1, 2, 'X')")
        assert synchroniser_brut(conn, registre(tmp_path)) == []
        assert synchroniser_brut(conn, registre(avec_une_colonne)) == ["releves"]
        assert conn.execute("select * from brut.releves").fetchall() == [(1, 2, None, None, "X", None, None)]


def test_aucune_colonne_personnelle_dans_l_entrepot(base_vierge: str) -> None:
    with connecter(base_vierge) as conn:
        synchroniser_brut(conn)
        colonnes = conn.execute(
            "select column_name from information_schema.columns where table_schema = 'brut' and table_name = 'agents'"
        ).fetchall()
    assert ("matricule",) in colonnes
    assert not {("nom",), ("prenom",)} & set(colonnes)
