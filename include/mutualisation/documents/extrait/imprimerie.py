"""Each form writes a document here; run as a program, this is the child process that writes those of an extract."""

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
    # pptx takes a third of a second to import: only the document that asks for it waits
    from mutualisation.documents.mise_en_forme import pptx

    pptx.ecrire(document, chemin)


RENDUS: dict[str, Callable[[Document, Path], None]] = {
    "html": html.ecrire,
    "pdf": pdf.ecrire,
    "xlsx": xlsx.ecrire,
    "docx": docx.ecrire,
    "pptx": _diapositives,
}
SUJET = "Caractères"
# other parts of the document are found by these: they are never read
IDENTIFIANTS = {
    "ancre", "cle", "cible", "chemin", "genre", "csv", "sorties", "forme", "code_insee", "adresse",
}  # fmt: skip
PARTIES_NOMMEES = 3


def ecrire(document: Document, dossier: Path) -> list[Path]:
    """Write a document in each of its forms under the folder of the extract; return the files. A character that no font
    draws is replaced, and the document says so: a text never stops an extract."""
    dessine = rendre_dessinable(document)
    fichiers = [dossier / fichier for fichier in document.fichiers]
    for fichier, sortie in zip(fichiers, document.sorties, strict=True):
        fichier.parent.mkdir(parents=True, exist_ok=True)
        RENDUS[sortie](dessine, fichier)
    return fichiers


def rendre_dessinable(document: Document) -> Document:
    """Return the same document when every character has a glyph; else put « □ » for each that has none, and a note. The
    note stands where the document says what it comes from, and in the notice of its workbook."""
    parties: list[tuple[str, int]] = []
    sections = []
    for section in document.sections:
        releve = Releve(IDENTIFIANTS)
        sections.append(releve.remplacer(section))
        parties.append((f"« {sections[-1].titre} »", releve.remplaces))
    releve = Releve(IDENTIFIANTS)
    dessine: Document = releve.remplacer(replace(document, sections=()))
    touchees = [(nom, n) for nom, n in [("l'en-tête", releve.remplaces), *parties] if n]
    dessine = replace(dessine, sections=sections)
    if not touchees:
        return dessine
    note = phrase(sum(n for _, n in touchees), _enumerer([nom for nom, _ in touchees])) + "."
    avant, apres = dessine.notice
    return replace(dessine, identite=[*dessine.identite, (SUJET, (note,))], notice=(avant, [*apres, (SUJET, note)]))


def _enumerer(noms: Sequence[str]) -> str:
    uniques = list(dict.fromkeys(noms))
    if (autres := len(uniques) - PARTIES_NOMMEES) > 1:
        return f"{', '.join(uniques[:PARTIES_NOMMEES])} et {autres} autres parties"
    return et(uniques)


def _repondre(demande: tuple[Document, Path]) -> Exception | None:
    """Write a document under a folder; return what that raised."""
    try:
        ecrire(*demande)
    except (ErreurMutualisation, OSError) as echec:
        return echec
    except Exception as echec:  # noqa: BLE001 - the parent raises it; not every class can be sent
        return RuntimeError("".join(traceback.format_exception(echec)))
    return None


if __name__ == "__main__":
    servir(lambda: _repondre)
