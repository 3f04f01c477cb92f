"""What the documents of the audit file have in common: origin, reserves, and the way back to the index."""

from __future__ import annotations

from collections.abc import Sequence

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import ouverture
from mutualisation.rapport.contenu.audit import renvois
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau

FORME = "dossier"
RESERVES = "Publié avec réserves"
# a page that grew past this would be slow to open: what is left out is counted and its CSV is named
LIGNES_MAX = 1000


def document(
    bilan: Bilan,
    sceau: Sceau,
    page: str,
    titre: str,
    resume: str,
    sections: Sequence[m.Section],
    sorties: tuple[str, ...] = ("html", "pdf"),
) -> m.Document:
    """A page of `dossier_audit_AAAA/`."""
    contexte, e = bilan.contexte, bilan.exercice
    return ouverture.document(
        bilan,
        sceau,
        f"{renvois.dossier(e)}/{page}",
        titre,
        sous_titre=f"Dossier d'audit du bilan {e}, version {contexte.construction.version}",
        avis=_avis(bilan),
        resume=resume,
        sections=sections,
        liens=_liens(bilan, page),
        sorties=sorties,
        forme=FORME,
    )


def _avis(bilan: Bilan) -> ouverture.Etiquettes:
    """The warnings of the council's document, their links turned to the pages of the folder."""
    ailleurs = {"#controles": f"{renvois.CONTROLES}.html", "#qualite": f"{renvois.REJETS}.html"}
    return [
        (
            sujet,
            tuple(m.Lien(ailleurs.get(x.cible, x.cible), x.texte) if isinstance(x, m.Lien) else x for x in morceaux),
        )
        for sujet, morceaux in ouverture.avis(bilan)
    ]


def _liens(bilan: Bilan, page: str) -> list[m.Lien]:
    pages = [
        m.Lien(f"../bilan_etape_{bilan.exercice}.html", "Bilan d'étape"),
        m.Lien(f"{renvois.INDEX}.html", "Dossier d'audit"),
        *([m.Lien(f"{renvois.PERSONNEL}.html", "Coût de personnel")] if bilan["etp_categorie"] else []),
        m.Lien(f"{renvois.PASSAGES}.html", "Passages"),
        m.Lien(f"{renvois.CONTROLES}.html", "Contrôles"),
        m.Lien(f"{renvois.REJETS}.html", "Lignes écartées"),
    ]
    return [lien for lien in pages if lien.cible != f"{page}.html"]


def renvoi(fichier: str, un: str = "autre ligne", plusieurs: str = "autres lignes") -> tuple[str, str, str]:
    """What says how many rows a table leaves to its CSV."""
    return un, plusieurs, f" : voir {fichier}."


def remplies(colonnes: Sequence[m.Colonne], lignes: Sequence[m.Ligne]) -> tuple[m.Colonne, ...]:
    """Columns that a row fills at least once."""
    return tuple(c for c in colonnes if any(x.get(c.cle) not in (None, "") for x in lignes))
