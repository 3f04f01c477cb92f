"""What a workbook holds that its table does not show: hidden rows, merged cells, formulas… It is said (F11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.cell_range import CellRange

from mutualisation.francais.formats import plusieurs
from mutualisation.ingestion.entete import Entete
from mutualisation.ingestion.noms import intitule_montrable
from mutualisation.sources.jeux import Jeu
from mutualisation.sources.registre import registre


@dataclass
class NotesXlsx:
    """Counts over the data rows of the sheet that is read."""

    liens: bool = False
    feuille_cachee: bool = False
    autres_feuilles: int = 0
    cachees: int = 0
    formules: int = 0
    fusions: int = 0
    colonnes_cachees: int = 0
    _cachee: bool = False
    _formules: int = 0

    def rangee(self, *, cachee: bool) -> None:
        """A row begins."""
        self._cachee, self._formules = cachee, 0

    def formule(self) -> None:
        """A cell of that row is a formula, with the value of its last saving."""
        self._formules += 1

    def voir(self, _numero: int) -> None:
        """That row holds data."""
        self.cachees += self._cachee
        self.formules += self._formules

    def clore(self, feuille: Any, entete: Entete, premiere: int) -> None:
        """What the sheet says after its rows: cells merged below the header, hidden columns of the contract."""
        fusions = getattr(feuille, "merged_cells", None)
        self.fusions = sum(CellRange(m.ref).max_row > premiere for m in getattr(fusions, "mergeCell", ()) or ())
        lues = {p + 1 for p in entete.positions.values()}
        for c in feuille.column_dimensions.values():
            if c.get("hidden") in ("1", "true"):
                debut, fin = int(c["min"]), int(c["max"])
                self.colonnes_cachees += sum(debut <= p <= fin for p in lues)

    def phrases(self) -> list[str]:
        """One French sentence for each, with its remedy; no cell is quoted."""
        dites = [
            (self.feuille_cachee, "la feuille lue est masquée : vérifier que c'est la bonne"),
            (
                self.autres_feuilles,
                plusieurs(
                    self.autres_feuilles,
                    "autre feuille porte le même en-tête et n'est pas lue",
                    "autres feuilles portent le même en-tête et ne sont pas lues",
                )
                + " : réunir les lignes dans la première, ou déposer un fichier par feuille",
            ),
            (
                self.cachees,
                plusieurs(
                    self.cachees, "ligne masquée ou filtrée est comptée", "lignes masquées ou filtrées sont comptées"
                )
                + " : les supprimer si elles ne doivent pas l'être",
            ),
            (
                self.colonnes_cachees,
                plusieurs(self.colonnes_cachees, "colonne masquée est lue", "colonnes masquées sont lues"),
            ),
            (
                self.fusions,
                plusieurs(self.fusions, "fusion de cellules", "fusions de cellules")
                + " : seule la première cellule d'une fusion a une valeur, les défusionner",
            ),
            (
                self.formules,
                plusieurs(
                    self.formules,
                    "cellule est une formule, lue à sa dernière valeur enregistrée",
                    "cellules sont des formules, lues à leur dernière valeur enregistrée",
                )
                + " : recalculer le classeur avant de le déposer",
            ),
            (
                self.liens,
                "le classeur prend des valeurs d'autres classeurs (liens), telles qu'au dernier enregistrement : "
                "les coller en valeurs",
            ),
        ]
        return [f"{phrase} (F11)." for vu, phrase in dites if vu]


def noms_de_feuilles(titres: Sequence[str], jeu: Jeu) -> str:
    """« Feuil1 », n° 2: names as they are, but where a sheet may bear the name of a person (K9)."""
    reg = registre()
    montrables = (not jeu.personnes or intitule_montrable(reg, t) == t for t in titres)
    return ", ".join(
        f"« {t} »" if montrable else f"n° {rang}"
        for rang, (t, montrable) in enumerate(zip(titres, montrables, strict=True), 1)
    )
