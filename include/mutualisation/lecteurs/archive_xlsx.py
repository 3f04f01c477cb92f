"""The zip of an XLSX file, read once before it is parsed: whole, no bomb (F9), no DTD (G1), and what its parts hold.

expat looks at its XML, as it does for openpyxl: what is broken there is broken for the reader, which says it.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from xml.parsers import expat

from mutualisation.lecteurs.limites import LectureRefusee, Limites, nombre_fr

_TRANCHE = 1 << 16
# rows of a spreadsheet: openpyxl would make up every row before a higher one
_RANGEES_MAX = 1_048_576
_XML = (".xml", ".rels", ".vml")
_PLACE = re.compile(r"[A-Z]*([0-9]+)")
_FIN_DE_FUSION = re.compile(r":[A-Z]+([0-9]{1,7})")
_REENREGISTRER = "l'ouvrir dans un tableur et l'enregistrer de nouveau en .xlsx"


@dataclass
class Archive:
    """What the sheets hold that their cells don't tell: hidden rows or columns, last merged row, formulas, links."""

    masquees: bool = False
    derniere_fusion: int = 0
    formules: bool = False
    liens: bool = False


@dataclass
class _Feuille:
    """The walk of expat through a sheet. LectureRefusee for a row or a cell out of its place: openpyxl would keep one
    of two, without a word."""

    vue: Archive
    rangee: int = 0
    places: set[str] = field(default_factory=set)

    def debut(self, balise: str, attributs: dict[str, str]) -> None:
        nom = balise.rpartition(":")[2]
        if nom in ("row", "c") and (place := _PLACE.fullmatch(attributs.get("r", ""))):
            self._suivre(nom, place[0], int(place[1]))
        if nom in ("row", "col"):
            self.vue.masquees = self.vue.masquees or attributs.get("hidden") in ("1", "true")
        elif nom == "f":
            self.vue.formules = True
        elif nom == "mergeCell" and (fin := _FIN_DE_FUSION.search(attributs.get("ref", ""))):
            self.vue.derniere_fusion = max(self.vue.derniere_fusion, int(fin[1]))

    def _suivre(self, nom: str, place: str, numero: int) -> None:
        if nom == "row":
            if numero > _RANGEES_MAX:
                raise LectureRefusee(
                    f"une ligne du classeur a un numéro de plus de {nombre_fr(_RANGEES_MAX)} : {_REENREGISTRER} (G1)."
                )
            if numero <= self.rangee:
                avant = f"après la ligne {self.rangee}, " if self.rangee else ""
                raise _desordre(f"{avant}une ligne porte le numéro {numero}")
            self.rangee, self.places = numero, set()
        elif self.rangee:
            if numero != self.rangee:
                raise _desordre(f"ligne {self.rangee} : une cellule se dit d'une autre ligne")
            if place in self.places:
                raise _desordre(f"ligne {self.rangee} : deux cellules sont à la même place")
            self.places.add(place)


def verifier_archive(chemin: Path, limites: Limites) -> Archive:
    """LectureRefusee when the zip is broken or encrypted, holds macros (G7), a DTD (G1), or inflates too much (F9).

    What it inflates to is what it declares, then what comes out.
    """
    plafond = min(limites.deploye, limites.rapport * chemin.stat().st_size)
    vue = Archive()
    try:
        with zipfile.ZipFile(chemin) as archive:
            membres = archive.infolist()
            noms = [m.filename.lower() for m in membres]
            if any(nom.endswith("vbaproject.bin") for nom in noms):
                raise LectureRefusee(
                    "le classeur contient des macros : l'enregistrer en .xlsx, sans macros, ou en .csv (G7)."
                )
            if len(set(noms)) < len(noms):
                raise LectureRefusee(
                    "le classeur contient deux fois la même partie, et rien ne dit laquelle compte : "
                    f"{_REENREGISTRER} (G1)."
                )
            if any(m.flag_bits & 1 for m in membres):
                raise LectureRefusee("le classeur est chiffré : l'enregistrer sans mot de passe (G1).")
            vue.liens = any(nom.startswith("xl/externallinks/") for nom in noms)
            if sum(m.file_size for m in membres) > plafond:
                raise _trop(limites)
            for membre in membres:
                plafond -= _parcourir(archive, membre, plafond, limites, vue)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise LectureRefusee(
            "le classeur est abîmé, ou n'est pas un .xlsx : l'enregistrer de nouveau en .xlsx et le redéposer (G1)."
        ) from None
    return vue


def _parcourir(archive: zipfile.ZipFile, membre: zipfile.ZipInfo, plafond: int, limites: Limites, vue: Archive) -> int:
    """Bytes of a member, read to its end."""
    analyseur = _analyseur(membre.filename.lower(), limites, vue)
    lus = 0
    with archive.open(membre) as flux:
        while tranche := flux.read(_TRANCHE):
            lus += len(tranche)
            if lus > plafond:
                raise _trop(limites)
            if analyseur is None:
                continue
            try:
                analyseur.Parse(tranche)
            except (expat.ExpatError, LookupError, ValueError):
                analyseur = None
                continue
            # what expat holds of a tag that does not end
            if lus - max(analyseur.CurrentByteIndex, 0) > limites.jeton:
                raise LectureRefusee(
                    f"une balise d'une partie XML du classeur dépasse {nombre_fr(limites.jeton)} octets : "
                    f"{_REENREGISTRER} (F9)."
                )
    return lus


def _analyseur(nom: str, limites: Limites, vue: Archive) -> expat.XMLParserType | None:
    """What looks at a part; None when it is no XML."""
    if not nom.endswith(_XML):
        return None
    analyseur = expat.ParserCreate()
    analyseur.StartDoctypeDeclHandler = _refuser_dtd
    if nom.startswith("xl/worksheets/"):
        analyseur.StartElementHandler = _Feuille(vue).debut
    elif "sharedstrings" in nom:
        textes = count(1)

        def compter(balise: str, _: dict[str, str]) -> None:
            if balise.rpartition(":")[2] == "si" and next(textes) > limites.chaines:
                raise LectureRefusee(
                    f"le classeur a plus de {nombre_fr(limites.chaines)} textes partagés : exporter le tableau seul, "
                    "ou le couper en plusieurs fichiers (F9)."
                )

        analyseur.StartElementHandler = compter
    return analyseur


def _refuser_dtd(*_: object) -> None:
    raise LectureRefusee(
        f"une partie XML du classeur contient une DTD, qu'aucun tableur n'écrit : {_REENREGISTRER} (G1)."
    )


def _trop(limites: Limites) -> LectureRefusee:
    return LectureRefusee(
        f"le classeur se déploie sur plus de {nombre_fr(limites.deploye // 1024 // 1024)} Mo ou {limites.rapport} fois "
        "sa taille : refusé par prudence (F9)."
    )


def _desordre(quoi: str) -> LectureRefusee:
    return LectureRefusee(f"{quoi}, et rien ne dit laquelle compte : {_REENREGISTRER} (G1).")
