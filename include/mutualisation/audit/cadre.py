"""What the documents of the audit file have in common: origin, reserves, and the way back to the index."""

from __future__ import annotations

from collections.abc import Sequence

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import ouverture, renvois
from mutualisation.rapport.publie import Bilan


def document(
    bilan: Bilan,
    page: str,
    titre: str,
    resume: str,
    sections: Sequence[m.Section],
    sorties: tuple[str, ...] = ("html", "pdf"),
) -> m.Document:
    """A page of `dossier_audit_AAAA/`."""
    return ouverture.document(
        bilan,
        f"{renvois.dossier(bilan.exercice)}/{page}",
        titre,
        sous_titre=f"Dossier d'audit du bilan {bilan.exercice}, version {bilan.contexte.construction.version}",
        avis=_avis(bilan),
        resume=resume,
        sections=sections,
        liens=_liens(bilan, page),
        sorties=sorties,
        forme="dossier",
    )


def _avis(bilan: Bilan) -> ouverture.Etiquettes:
    """The warnings of the council's document, their links turned to the pages of the folder."""
    ailleurs = {"#controles": f"{renvois.CONTROLES}.html", "#qualite": f"{renvois.REJETS}.html"}

    def ici(x: m.Morceau) -> m.Morceau:
        return m.Lien(ailleurs.get(x.cible, x.cible), x.texte) if isinstance(x, m.Lien) else x

    return [(sujet, tuple(map(ici, morceaux))) for sujet, morceaux in ouverture.avis(bilan)]


def _liens(bilan: Bilan, page: str) -> list[m.Lien]:
    pages = {renvois.INDEX: "Dossier d'audit"} | {p: nom for p, nom, _ in renvois.pages(bilan)}
    bilan_etape = m.Lien(f"../bilan_etape_{bilan.exercice}.html", "Bilan d'étape")
    return [bilan_etape, *(m.Lien(f"{p}.html", nom) for p, nom in pages.items() if p != page)]
