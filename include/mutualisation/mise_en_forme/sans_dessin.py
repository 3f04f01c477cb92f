"""A document whose every word can be drawn, whatever the files held; it says in its own notes what was replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mutualisation.composition.glyphes import Releve, phrase
from mutualisation.mise_en_forme.modele import Document

SUJET = "Caractères"
# what other parts of the document are found by: never read
IDENTIFIANTS = {
    "ancre", "cle", "cible", "chemin", "genre", "formule", "sorties", "forme", "table", "code_insee", "adresse",
}  # fmt: skip
PARTIES_NOMMEES = 3


def rendre_dessinable(document: Document) -> Document:
    """The same document when every character has a glyph; else « □ » in the place of each that has none, and a note.

    The note stands where the document says what it comes from, and in the notice of its workbook.
    """
    parties: list[tuple[str, int]] = []
    sections = []
    for section in document.sections:
        releve = Releve(IDENTIFIANTS)
        sections.append(releve.lire(section))
        parties.append((f"« {sections[-1].titre} »", releve.remplaces))
    releve = Releve(IDENTIFIANTS)
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
