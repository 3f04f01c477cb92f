"""How each form writes a document; run as a program, the child process that writes those of an extract."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mutualisation.documents.composition.glyphes import Releve, phrase
from mutualisation.documents.mise_en_forme import docx, html, pdf, xlsx
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.socle.enfant.hote import servir
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import et


def _diapositives(document: Document, chemin: Path) -> None:
    from mutualisation.documents.mise_en_forme import pptx  # a third of a second, for the document that asks for it

    pptx.ecrire(document, chemin)


RENDUS: dict[str, Callable[[Document, Path], None]] = {
    "html": html.ecrire,
    "pdf": pdf.ecrire,
    "xlsx": xlsx.ecrire,
    "docx": docx.ecrire,
    "pptx": _diapositives,
}
SUJET = "Caractères"
# what other parts of the document are found by: never read
IDENTIFIANTS = {
    "ancre", "cle", "cible", "chemin", "genre", "formule", "sorties", "forme", "table", "code_insee", "adresse",
}  # fmt: skip
PARTIES_NOMMEES = 3


def ecrire(document: Document, dossier: Path) -> list[Path]:
    """Write a document in each of its forms under the folder of the extract; give back the files.

    A character that no font draws is replaced, and the document says so: a text never stops an extract.
    """
    dessine = rendre_dessinable(document)
    fichiers = [dossier / fichier for fichier in document.fichiers]
    for fichier, sortie in zip(fichiers, document.sorties, strict=True):
        fichier.parent.mkdir(parents=True, exist_ok=True)
        RENDUS[sortie](dessine, fichier)
    return fichiers


def rendre_dessinable(document: Document) -> Document:
    """The same document when every character has a glyph; else « □ » in the place of each that has none, and a note.

    The note stands where the document says what it comes from, and in the notice of its workbook.
    """
    parties: list[tuple[str, int]] = []
    sections = []
    for section in document.sections:
        releve = Releve(IDENTIFIANTS)
        sections.append(releve.remplacer(section))
        parties.append((f"« {sections[-1].titre} »", releve.remplaces))
    releve = Releve(IDENTIFIANTS)
    lu: Document = releve.remplacer(replace(document, sections=()))
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
    return et(uniques)


def _repondre(demande: tuple[Document, Path]) -> Exception | None:
    """Write a document under a folder; what that raised."""
    try:
        ecrire(*demande)
    except (ErreurMutualisation, OSError) as echec:
        return echec
    except Exception as echec:  # noqa: BLE001 - the parent raises it; not every class can be sent
        return RuntimeError("".join(traceback.format_exception(echec)))
    return None


if __name__ == "__main__":
    servir(lambda: _repondre)
