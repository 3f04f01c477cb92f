"""What real systems write, a file of a few lines each, and what must become of it: `tests/attaques/verrues`.

In a name, AAAA and MM are the year and month that the drop gives to that file alone; in a content, the same ones.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from mutualisation.sources.registre import registre

PREMIERE_ANNEE = 2021
# a code, then what is missing of the columns that a jeu requires
USUELS: Mapping[str, Mapping[str, str]] = {
    "mandats": {
        "Exercice": "AAAA", "Budget": "P", "Bordereau": "1MM", "Pièce": "7", "Ligne": "1",
        "Date émission": "05/MM/AAAA", "Type pièce": "01", "Nature": "611", "Montant TTC": "10,00", "Statut": "Payé",
    },
    "temps": {
        "Matricule": "a1", "Date": "05/MM/AAAA", "Code activité": "ADS", "Durée": "7", "Type jour": "T", "Validé": "O",
    },
    "agents": {
        "Matricule": "a1", "Catégorie": "A", "Quotité": "100", "Date entrée": "01/01/2015", "Code activité": "ADS",
        "% affectation": "50",
    },
    "etat_actif": {
        "N° inventaire": "I1", "Compte": "2183", "Date mise en service": "01/01/2021", "Valeur brute": "100,00",
        "Durée": "4", "Mode": "L", "Axe analytique": "ADS", "Quote-part %": "100",
    },
    "marches": {
        "N° marché": "M1", "Thématique": "Énergie", "SIRET titulaire": "12345678901234",
        "Date notification": "01/01/2021",
    },
    "commandes": {
        "N° commande": "C1", "Date commande": "05/MM/AAAA", "N° marché": "M1", "SIRET adhérent": "21590001000012",
        "Montant HT": "10,00", "Statut": "Émise",
    },
    "unites": {
        "Exercice": "AAAA", "Semestre": "SN", "Dispositif": "ADS", "SIRET adhérent": "21590001000012",
        "Type unité": "PC", "Quantité": "3",
    },
    "tarifs": {
        "Dispositif": "ADS", "Règle": "forfait", "Montant": "100", "Mode recouvrement": "titre",
        "Début": "01/01/2021", "Fin": "", "Référence": "x",
    },
}  # fmt: skip
USUELS = {**USUELS, "titres": USUELS["mandats"]}


@dataclass(frozen=True)
class Lu:
    """Every row is accepted, with these values: header of the contract → value read, one mapping per row."""

    rangees: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Rejet:
    """A row rejected: column, cell as delivered (None where none is shown), words of the reason, line."""

    colonne: str | None
    valeur: str | None
    motif: tuple[str, ...]
    ligne: int = 2
    statut: str = "rejete"


@dataclass(frozen=True)
class Refus:
    """The file is refused: words of the reason."""

    motif: tuple[str, ...]


@dataclass(frozen=True)
class Avertissement:
    """The file is accepted with a warning (or ignored with one): its words."""

    motif: tuple[str, ...]


@dataclass(frozen=True)
class Controle:
    """A control says `ecart`: its name, its key, words of what it finds."""

    nom: str
    cle: str
    constat: tuple[str, ...]


@dataclass(frozen=True)
class Ignore:
    """The name is passed over without a word (G7)."""


Sort = Lu | Rejet | Refus | Avertissement | Controle | Ignore


@dataclass(frozen=True)
class Classeur:
    """A workbook: sheets of rows. `formats`: cell → number format; `cachees`: sheets not shown; `apres`: what is done
    to its bytes."""

    feuilles: Mapping[str, Sequence[Sequence[Any]]]
    formats: Mapping[str, str] = field(default_factory=dict)
    cachees: tuple[str, ...] = ()
    epoque: Any = None
    apres: Callable[[bytes], bytes] | None = None

    def octets(self, periode: str) -> bytes:
        """The file, for a periode AAAA-MM. Formats are those of the last sheet."""
        classeur = Workbook()
        classeur.remove(classeur.active)
        if self.epoque is not None:
            classeur.epoch = self.epoque
        for nom, rangees in self.feuilles.items():
            feuille = classeur.create_sheet(nom)
            for rangee in rangees:
                feuille.append([dater(c, periode) if isinstance(c, str) else c for c in rangee])
            if nom in self.cachees:
                feuille.sheet_state = "hidden"
        for case, format_ in self.formats.items():
            feuille[case].number_format = format_
        sortie = io.BytesIO()
        classeur.save(sortie)
        octets = sortie.getvalue()
        return self.apres(octets) if self.apres else octets


Contenu = str | bytes | Classeur | Callable[[Path], None]


@dataclass(frozen=True)
class Verrue:
    """A wart: what it is, the name of its file, the file, what becomes of it; a `.controle.json` beside it."""

    nom: str
    fichier: str
    contenu: Contenu
    sort: Sort
    controle: Contenu | None = None

    @property
    def jeu(self) -> str:
        """The jeu that the name says."""
        nom = self.fichier.rpartition("/")[2].partition(".")[0]
        jeu = re.split(r"_(?:AAAA|\d{4})", nom)[0]
        return "pes" if self.fichier.endswith(".xml") else jeu


def dater(texte: str, periode: str) -> str:
    """AAAA, MM and SN of a name or a content, for a periode AAAA-MM."""
    annee, mois = periode.split("-")
    return texte.replace("AAAA", annee).replace("MM", mois).replace("SN", f"S{1 + (int(mois) > 6)}")


def tableau(jeu: str, *lignes: Mapping[str, str]) -> str:
    """A file of usual rows with these cells (default: one); every row on the columns of the first."""
    rangees = [{**USUELS[jeu], **ligne} for ligne in lignes or ({},)]
    return "".join(";".join(r) + "\n" for r in [list(rangees[0]), *(r.values() for r in rangees)])


def excel(
    jeu: str, cellules: Mapping[str, Any] | None = None, formats: Mapping[str, str] | None = None, **plus: Any
) -> Classeur:
    """A workbook of one usual row with these cells; `formats`: header → number format of its cell."""
    lue: dict[str, Any] = {**USUELS[jeu], **(cellules or {})}
    cases = {f"{get_column_letter(list(lue).index(nom) + 1)}2": f for nom, f in (formats or {}).items()}
    return Classeur({"Feuil1": [list(lue), list(lue.values())]}, cases, **plus)


def deposer(verrues: Sequence[Verrue], depot: Path) -> dict[str, Verrue]:
    """Write the files; path in the drop → wart. Each takes the next year or month of its jeu."""
    poses: dict[str, Verrue] = {}
    rangs: dict[str, int] = {}
    # what is rejected shows in the exercices asked, the first ones
    for v in sorted(verrues, key=lambda v: ("AAAA" in v.fichier, isinstance(v.sort, Lu))):
        nom, periode = _place(v, rangs, poses)
        assert nom not in poses, f"{v.nom} : {nom} est déjà posé"
        poses[nom] = v
        _ecrire(depot / nom, v.contenu, periode)
        if v.controle is not None:
            _ecrire(depot / f"{nom}.controle.json", v.controle, periode)
    return poses


def _place(v: Verrue, rangs: dict[str, int], poses: Mapping[str, Verrue]) -> tuple[str, str]:
    """Name in the drop and periode: the next of its jeu whose name, whatever its extension, is free."""
    pris = {nom.partition(".")[0] for nom in poses}
    while True:
        rang = rangs[v.jeu] = rangs.get(v.jeu, -1) + 1
        periode = (
            f"{PREMIERE_ANNEE + rang // 12}-{rang % 12 + 1:02}" if "MM" in v.fichier else f"{PREMIERE_ANNEE + rang}-01"
        )
        nom = dater(v.fichier, periode)
        if "AAAA" not in v.fichier or nom.partition(".")[0] not in pris:
            return nom, periode


def _ecrire(chemin: Path, contenu: Contenu, periode: str) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(contenu, Classeur):
        chemin.write_bytes(contenu.octets(periode))
    elif isinstance(contenu, str):
        chemin.write_text(dater(contenu, periode), encoding="utf-8")
    elif isinstance(contenu, bytes):
        chemin.write_bytes(dater(contenu.decode("latin-1"), periode).encode("latin-1"))
    else:
        contenu(chemin)


def colonne_lue(jeu: str, entete: str) -> str:
    """The column of the reading that a header of the contract names, or that name itself."""
    return next((c.nom for c in registre().jeu(jeu).colonnes if entete in (c.entete, c.nom)), entete)


def remplacer_partie(nom: str, transformer: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """What rewrites one part of a workbook."""

    def faire(octets: bytes) -> bytes:
        sortie = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(octets)) as avant, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres:
            for membre in avant.namelist():
                contenu = avant.read(membre)
                apres.writestr(membre, transformer(contenu) if membre == nom else contenu)
        return sortie.getvalue()

    return faire
