"""A document whose every word can be drawn, whatever the files held; it says in its own notes what was replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from mutualisation.composition.glyphes import dessinable, phrase
from mutualisation.mise_en_forme.modele import Dessin, Document, Feuille

SUJET = "Caractères"
# what other parts of the document are found by: never read
IDENTIFIANTS = {
    "ancre", "cle", "cible", "chemin", "genre", "formule", "ou", "sorties", "forme", "table", "code_insee", "adresse",
}  # fmt: skip
COLONNES_CITEES = {Dessin: "series", Feuille: "resume"}
PARTIES_NOMMEES = 3


def rendre_dessinable(document: Document) -> Document:
    """The same document when every character has a glyph; else « □ » in the place of each that has none, and a note.

    The note stands where the document says what it comes from, and in the notice of its workbook.
    """
    parties: list[tuple[str, int]] = []
    sections = []
    for section in document.sections:
        releve = _Releve()
        sections.append(releve.lire(section))
        parties.append((f"« {sections[-1].titre} »", releve.remplaces))
    releve = _Releve()
    lu: Document = releve.lire(replace(document, sections=()))
    touchees = [(nom, n) for nom, n in [("l'en-tête", releve.remplaces), *parties] if n]
    lu = replace(lu, sections=sections)
    if not touchees:
        return lu
    note = phrase(sum(n for _, n in touchees), _enumerer([nom for nom, _ in touchees])) + "."
    avant, apres = lu.notice
    return replace(lu, identite=[*lu.identite, (SUJET, (note,))], notice=(avant, [*apres, (SUJET, note)]))


def _enumerer(noms: Sequence[str]) -> str:
    uniques = list(dict.fromkeys(noms))
    if (autres := len(uniques) - PARTIES_NOMMEES) > 1:
        return f"{', '.join(uniques[:PARTIES_NOMMEES])} et {autres} autres parties"
    return " et ".join(filter(None, [", ".join(uniques[:-1]), uniques[-1]]))


class _Releve:
    """Reads every text below a value, and counts what it replaces."""

    def __init__(self) -> None:
        self.remplaces = 0

    def lire(self, valeur: Any) -> Any:
        """The same value, its texts drawable; itself when nothing changes."""
        if isinstance(valeur, str):
            texte, remplaces = dessinable(valeur)
            self.remplaces += remplaces
            return texte
        if isinstance(valeur, Mapping):
            return self._change(valeur, {cle: self.lire(v) for cle, v in valeur.items()})
        if isinstance(valeur, list | tuple):
            lus = [self.lire(v) for v in valeur]
            change = any(lu is not v for lu, v in zip(lus, valeur, strict=True))
            return (tuple(lus) if isinstance(valeur, tuple) else lus) if change else valeur
        if is_dataclass(valeur) and not isinstance(valeur, type):
            sans = IDENTIFIANTS | {COLONNES_CITEES.get(type(valeur), "")}
            avant = {f.name: getattr(valeur, f.name) for f in fields(valeur) if f.name not in sans}
            lues = self._change(avant, {nom: self.lire(v) for nom, v in avant.items()})
            return valeur if lues is avant else replace(valeur, **lues)
        return valeur

    @staticmethod
    def _change(avant: Mapping[str, Any], apres: dict[str, Any]) -> Mapping[str, Any]:
        return apres if any(apres[cle] is not v for cle, v in avant.items()) else avant
