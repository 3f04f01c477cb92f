"""Read the zip of an XLSX file once before it is parsed: it is whole, no bomb (F9), has no DTD (G1), and says what its
parts hold. expat reads its XML, as it does for openpyxl: XML broken for one is broken for the other, which says it."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from openpyxl.utils import column_index_from_string

from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, analyseur_xml, nombre_fr

_TRANCHE = 1 << 16
# a spreadsheet has this many rows: openpyxl would make up every row before a higher one
_RANGEES_MAX = 1_048_576
_NUMERO = re.compile(r"([0-9]+)(?:\.0+)?")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# another part, read later, has the title that a user gave to the sheet
_FEUILLE = re.compile(r"sheet[0-9]+(?=\.xml$)")
_colonne = lru_cache(20_000)(column_index_from_string)
# expat writes this before the name of an element of a sheet
_ESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_FIN_DE_FUSION = re.compile(r":[A-Z]+([0-9]{1,7})")
_REENREGISTRER = "l'ouvrir dans un tableur et l'enregistrer de nouveau en .xlsx"


@dataclass
class Archive:
    """The cells of the sheets don't tell this: hidden rows or columns, last merged row, formulas, links."""

    masquees: bool = False
    derniere_fusion: int = 0
    formules: bool = False
    liens: bool = False


@dataclass
class _Partie:
    """expat walks through a part, where a sheet may be under any name. Raises `LectureRefusee` for a row or a cell out
    of its place, stated or implied (F20): openpyxl would keep one of two, without a word."""

    nom: str
    contenu: Archive
    textes_max: int
    rangee: int = 0
    colonne: int = 0
    textes: int = 0
    # false says that the rows are those of other workbooks, none of which is read
    suivie: bool = True

    def debut(self, balise: str, attributs: dict[str, str]) -> None:
        """Look at an element of a sheet, where it says something."""
        if not balise.startswith(_ESPACE):
            return
        contenu, nom = self.contenu, balise.removeprefix(_ESPACE)
        if nom == "c":
            self._cellule(attributs.get("r"))
        elif nom in ("row", "col"):
            contenu.masquees = contenu.masquees or attributs.get("hidden") in ("1", "true")
            if nom == "row" and self.suivie:
                self.rangee, self.colonne = self._numero(attributs.get("r")), 0
        elif nom == "f":
            contenu.formules = True
        elif nom == "mergeCell" and (fin := _FIN_DE_FUSION.search(attributs.get("ref", ""))):
            contenu.derniere_fusion = max(contenu.derniere_fusion, int(fin[1]))
        elif nom == "externalLink":
            self.suivie = False
        elif nom == "si":
            self.textes += 1
            if self.textes > self.textes_max:
                raise LectureRefusee(
                    f"le classeur a plus de {nombre_fr(self.textes_max)} textes partagés : exporter le tableau seul, "
                    "ou le couper en plusieurs fichiers (F9)."
                )

    def _numero(self, ecrit: str | None) -> int:
        if ecrit is None:
            return self.rangee + 1
        trouve = _NUMERO.fullmatch(ecrit)
        if trouve is None:
            raise self._desordre("le numéro d'une ligne est illisible")
        if len(trouve[1]) > len(str(_RANGEES_MAX)) or int(trouve[1]) > _RANGEES_MAX:
            raise LectureRefusee(
                f"une ligne du classeur a un numéro de plus de {nombre_fr(_RANGEES_MAX)} : {_REENREGISTRER} (G1)."
            )
        if int(trouve[1]) <= self.rangee:
            avant = f"après la ligne {self.rangee}, " if self.rangee else ""
            raise self._desordre(f"{avant}une ligne porte le numéro {ecrit}")
        return int(trouve[1])

    def _cellule(self, place: str | None) -> None:
        if not self.rangee:
            return
        if not place:
            self.colonne += 1
            return
        trouvee = _PLACE.fullmatch(place)
        if trouvee is None:
            raise self._desordre(f"ligne {self.rangee} : la place d'une cellule est illisible")
        if int(trouvee[2]) != self.rangee:
            raise self._desordre(f"ligne {self.rangee} : une cellule se dit d'une autre ligne")
        if (colonne := _colonne(trouvee[1])) <= self.colonne:
            raise self._desordre(f"ligne {self.rangee} : une cellule en {place} suit celle de sa place ou d'après")
        self.colonne = colonne

    def _desordre(self, quoi: str) -> LectureRefusee:
        feuille = _FEUILLE.search(self.nom)
        ou = f"feuille {feuille[0]}, " if feuille else ""
        return LectureRefusee(f"{ou}{quoi}, et une ligne ou une cellule se perdrait : {_REENREGISTRER} (F20).")


def verifier_archive(chemin: Path, limites: Limites) -> Archive:
    """Read the whole zip and return what its sheets hide. Raises `LectureRefusee` when it is broken or encrypted, holds
    macros (G7), a DTD (G1), or inflates too much (F9). The sizes that the archive declares are added up first; then it
    is inflated, and what comes out is counted."""
    plafond = min(limites.deploye, limites.rapport * chemin.stat().st_size)
    contenu = Archive()
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
            contenu.liens = any(nom.startswith("xl/externallinks/") for nom in noms)
            if sum(m.file_size for m in membres) > plafond:
                raise _trop(limites)
            for membre in membres:
                plafond -= _parcourir(archive, membre, plafond, limites, contenu)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise LectureRefusee(
            "le classeur est abîmé, ou n'est pas un .xlsx : l'enregistrer de nouveau en .xlsx et le redéposer (G1)."
        ) from None
    return contenu


def _parcourir(
    archive: zipfile.ZipFile, membre: zipfile.ZipInfo, plafond: int, limites: Limites, contenu: Archive
) -> int:
    analyseur = analyseur_xml()
    analyseur.StartDoctypeDeclHandler = _refuser_dtd
    analyseur.StartElementHandler = _Partie(membre.filename, contenu, limites.chaines).debut
    octets_lus, est_du_xml = 0, True
    with archive.open(membre) as flux:
        while tranche := flux.read(_TRANCHE):
            octets_lus += len(tranche)
            if octets_lus > plafond:
                raise _trop(limites)
            if not est_du_xml:
                continue
            try:
                analyseur.Parse(tranche)
            except (expat.ExpatError, LookupError, ValueError):
                est_du_xml = False
                continue
            # expat holds this much of a tag that does not end
            if octets_lus - max(analyseur.CurrentByteIndex, 0) > limites.jeton:
                raise LectureRefusee(
                    f"une balise d'une partie XML du classeur dépasse {nombre_fr(limites.jeton)} octets : "
                    f"{_REENREGISTRER} (F9)."
                )
    return octets_lus


def _refuser_dtd(*_: object) -> None:
    raise LectureRefusee(
        f"une partie XML du classeur contient une DTD, qu'aucun tableur n'écrit : {_REENREGISTRER} (G1)."
    )


def _trop(limites: Limites) -> LectureRefusee:
    return LectureRefusee(
        f"le classeur se déploie sur plus de {nombre_fr(limites.deploye // 1024 // 1024)} Mo ou {limites.rapport} fois "
        "sa taille : refusé par prudence (F9)."
    )
