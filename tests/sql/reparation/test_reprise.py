"""A repaired referentiel counts as a loaded one does: the codes that it names are named, what no rule reads is said."""

from pathlib import Path

import openpyxl
import pytest

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.usage.operations import Session
from mutualisation.usage.reparation import ecrire_classeurs, reparer, reprise

FICHIERS = {
    "referentiel/cles_analytiques.csv": (
        "Origine;Code;Dispositif;Part communes %;Début;Fin;Référence\nactivite;AUTRE;ADS;cent;01/01/2020;;R\n"
    ),
    "referentiel/parametres.csv": "Paramètre;Valeur;Début;Fin;Référence\nheures_reference;1607;hier;;R\n",
    "rh/temps_2020-01.csv": (
        "Matricule;Date;Code activité;Durée;Type jour;Validé\n0012;06/01/2020;INSTRUCTION;7;T;O\n"
        + "".join(f"0012;{jour:02}/01/2020;T-{jour};7;T;O\n" for jour in range(7, 20))
    ),
}
# what the last build would say: file, header at fault
REJETS = {"cles_analytiques": "Part communes %", "parametres": "Début"}
CORRECTIONS = {
    "cles_analytiques": {"Code": "INSTRUCTION", "Part communes %": "100", "Référence": "R"},
    "parametres": {"Paramètre": "heures_refrence", "Début": "01/01/2020"},
}


def test_un_referentiel_repare_nomme_les_codes_et_dit_les_parametres_inconnus(
    base_vierge: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "une clé pour les essais")
    monkeypatch.setattr(reprise, "porte_fichier", lambda *_, **__: list)
    for chemin, texte in FICHIERS.items():
        fichier = tmp_path / "depot" / chemin
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(texte, encoding="utf-8")
    with connecter(base_vierge) as conn:
        charger_depot(conn, tmp_path / "depot", porte=lambda *_: list)
        conn.execute(
            "create table construction.mart_rejets"
            " (source text, fichier text, ligne int, colonne text, motif text, statut text)"
        )
        for jeu, entete in REJETS.items():
            conn.execute(
                "insert into construction.mart_rejets values ('referentiel', %s, 2, %s, 'illisible', 'rejete')",
                [f"referentiel/{jeu}.csv", entete],
            )
        assert conn.execute("select code_activite ^@ '~' from brut.temps where ligne = 2").fetchone() == (True,)
        # as it landed with a software that did not know the last column
        conn.execute("update brut.cles_analytiques set delivre = left(delivre, -2)")
        ((classeur, _),) = ecrire_classeurs(conn, tmp_path / "a_corriger")
    _corriger(classeur)
    messages: list[str] = []
    reparation = reparer(Session(base_vierge, tmp_path, messages.append), classeur)
    assert [f.version for f in reparation.fichiers] == [2, 2]
    with connecter(base_vierge) as conn:
        nomme = "select code from journal.codes_nommes inner join brut.temps on masque = code_activite where ligne = 2"
        assert conn.execute(nomme).fetchone() == ("INSTRUCTION",)
    assert any("parametre_inconnu" in m and "« heures_refrence »" in m for m in messages)


def _corriger(classeur: Path) -> None:
    livre = openpyxl.load_workbook(classeur)
    for feuille, saisies in CORRECTIONS.items():
        places = {c.value: c.column for c in livre[feuille][4]}
        for entete, valeur in saisies.items():
            livre[feuille].cell(5, places[entete]).value = valeur
    livre.save(classeur)
