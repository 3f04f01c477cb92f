"""What the bilan says in words, each text with its author; a rubrique without text is left out (relation `textes`)."""

from __future__ import annotations

from mutualisation.rapport.publie import Bilan, Ligne


def de(bilan: Bilan, rubrique: str, dispositif: str | None = None) -> list[Ligne]:
    """Texts of a rubrique in their order, of a dispositif or of the whole bilan: texte, auteur."""
    siens = [r for r in bilan["textes"] if r["rubrique"] == rubrique and (r["dispositif"] or None) == dispositif]
    return sorted(siens, key=lambda r: r["rang"])


def lus(bilan: Bilan, rubrique: str, dispositif: str | None = None) -> list[str]:
    """The same, their words alone."""
    return [str(texte["texte"]) for texte in de(bilan, rubrique, dispositif)]


def signe(texte: Ligne) -> str:
    """A text and who says it."""
    return f"{texte['texte']} — {texte['auteur']}"


def signes(bilan: Bilan, rubrique: str, dispositif: str | None = None) -> str:
    """Texts of a rubrique, each author named once, after what he says; empty without text."""
    siens = de(bilan, rubrique, dispositif)
    enonces = []
    for rang, texte in enumerate(siens):
        suivant = siens[rang + 1]["auteur"] if rang + 1 < len(siens) else None
        enonces.append(texte["texte"] if texte["auteur"] == suivant else signe(texte))
    return " ".join(enonces)


def auteur(bilan: Bilan, dispositif: str) -> str:
    """The one author of all texts of a dispositif; empty when they are several, or none."""
    auteurs = {r["auteur"] for r in bilan["textes"] if r["dispositif"] == dispositif}
    return auteurs.pop() if len(auteurs) == 1 else ""


def enonces(bilan: Bilan, rubrique: str, dispositif: str) -> str:
    """Texts of a rubrique of a dispositif, unsigned where `auteur` signs them all."""
    if auteur(bilan, dispositif):
        return " ".join(lus(bilan, rubrique, dispositif))
    return signes(bilan, rubrique, dispositif)
