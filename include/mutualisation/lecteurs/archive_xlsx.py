"""The zip of an XLSX file, read once before it is parsed: whole, no bomb (F9), no DTD (G1), and what its parts hold."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.lecteurs.limites import LectureRefusee, Limites, nombre_fr

_TRANCHE = 1 << 20
# of a slice, looked at again with the next one: no pattern below is longer
_RECOUVREMENT = 512
_XML = (".xml", ".rels", ".vml")
# an XML part may be in UTF-16, where each letter takes two bytes
_DTD = re.compile(b"|".join(re.escape("<!DOCTYPE".encode(e)) for e in ("utf-8", "utf-16-le", "utf-16-be")))
_TEXTE_PARTAGE = re.compile(rb"<(?:\x00?[a-z0-9]+\x00?:)?\x00?si\x00?[ />]")
_MASQUEE = re.compile(rb"\bhidden=[\"'](?:1|true)")
_FUSION = re.compile(rb"mergeCell\s[^>]*?ref=[\"']\w+:[A-Z]+(\d{1,7})")
_FORMULE = re.compile(rb"[<:]f[ />]")
_PLACE = re.compile(rb"<(?:\w+:)?(row|c)\s(?:[^<>]*?\s)?r=[\"']([A-Z]*)([0-9]+)[\"']")
_REENREGISTRER = "l'ouvrir dans un tableur et l'enregistrer de nouveau en .xlsx"


@dataclass
class _Ordre:
    """Rows and cells of a sheet, in the order of its XML: openpyxl would keep one of two in a place, without a word."""

    rangee: int = 0
    places: set[bytes] = field(default_factory=set)

    def suivre(self, octets: bytes, deja: int) -> None:
        """Look at the tags that end after `deja`. LectureRefusee for a row or a cell out of its place."""
        for trouve in _PLACE.finditer(octets):
            if trouve.end() <= deja:
                continue
            genre, colonne, numero = trouve[1], trouve[2], int(trouve[3])
            if genre == b"row":
                if numero <= self.rangee:
                    avant = f"après la ligne {self.rangee}, " if self.rangee else ""
                    raise _desordre(f"{avant}une ligne porte le numéro {numero}")
                self.rangee, self.places = numero, set()
            elif self.rangee:
                if numero != self.rangee:
                    raise _desordre(f"ligne {self.rangee} : une cellule se dit d'une autre ligne")
                if colonne in self.places:
                    raise _desordre(f"ligne {self.rangee} : deux cellules sont à la même place")
                self.places.add(colonne)


@dataclass
class Archive:
    """What the sheets hold that their cells don't tell: hidden rows or columns, last merged row, formulas, links."""

    masquees: bool = False
    derniere_fusion: int = 0
    formules: bool = False
    liens: bool = False
    textes: int = 0


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
    nom = membre.filename.lower()
    lus = balise = 0
    fin, ordre = b"", _Ordre()
    with archive.open(membre) as flux:
        while tranche := flux.read(_TRANCHE):
            lus += len(tranche)
            if lus > plafond:
                raise _trop(limites)
            if nom.endswith(_XML):
                balise = _balise_ouverte(tranche, balise)
                if balise > limites.jeton:
                    raise LectureRefusee(
                        f"une balise d'une partie XML du classeur dépasse {nombre_fr(limites.jeton)} octets : "
                        f"{_REENREGISTRER} (F9)."
                    )
                if nom.startswith("xl/worksheets/"):
                    ordre.suivre(fin + tranche, len(fin))
                _voir(nom, fin + tranche, limites, vue)
                fin = tranche[-_RECOUVREMENT:]
    return lus


def _balise_ouverte(tranche: bytes, avant: int) -> int:
    """Bytes, at the end of a slice, of a tag that is not closed yet: expat looks at them again each time it gets more.

    `avant`: those before the slice.
    """
    ouverte, fermee = tranche.rfind(b"<"), tranche.rfind(b">")
    if ouverte > fermee:
        return len(tranche) - ouverte
    return avant + len(tranche) if avant and fermee < 0 else 0


def _voir(nom: str, octets: bytes, limites: Limites, vue: Archive) -> None:
    """Look at a slice of an XML part, which begins with the end of the former one."""
    if _DTD.search(octets):
        raise LectureRefusee(
            f"une partie XML du classeur contient une DTD, qu'aucun tableur n'écrit : {_REENREGISTRER} (G1)."
        )
    if nom.startswith("xl/worksheets/"):
        vue.masquees = vue.masquees or _MASQUEE.search(octets) is not None
        vue.formules = vue.formules or _FORMULE.search(octets) is not None
        vue.derniere_fusion = max(vue.derniere_fusion, *map(int, _FUSION.findall(octets)), 0)
    elif "sharedstrings" in nom:
        # a bound, not a sum: those of the end of a slice are counted twice
        vue.textes += len(_TEXTE_PARTAGE.findall(octets))
        if vue.textes > limites.chaines:
            raise LectureRefusee(
                f"le classeur a plus de {nombre_fr(limites.chaines)} textes partagés : exporter le tableau seul, ou le "
                "couper en plusieurs fichiers (F9)."
            )


def _trop(limites: Limites) -> LectureRefusee:
    return LectureRefusee(
        f"le classeur se déploie sur plus de {nombre_fr(limites.deploye // 1024 // 1024)} Mo ou {limites.rapport} fois "
        "sa taille : refusé par prudence (F9)."
    )


def _desordre(quoi: str) -> LectureRefusee:
    return LectureRefusee(f"{quoi}, et rien ne dit laquelle compte : {_REENREGISTRER} (G1).")
