"""What a page says of its own accessibility: what was tested and how, and no more than that (RGAA 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from mutualisation.mise_en_forme.modele import Document

# of axe-core and of the PDF, held by the tests: what they pass is what is said here
ETAT = "testée automatiquement, sans audit complet"
LARGEURS = "320, 390, 768 et 1280 pixels"


@dataclass(frozen=True)
class Declaration:
    """The state in a few words, then its (subject, sentence) points."""

    etat: str
    points: tuple[tuple[str, str], ...]


def declarer(document: Document) -> Declaration:
    """The declaration of a page; its date is the exercice and the version, for the page knows no clock."""
    d = document
    points = [
        (
            "État de conformité",
            "Aucune personne n'a encore mesuré les 106 critères du RGAA 4.1 sur ce document : faute de cet audit, "
            "il est réputé non conforme, quoi que disent les tests automatiques.",
        ),
        (
            "Ce qui a été testé",
            f"Le modèle de cette page passe les règles automatiques d'axe-core sans anomalie à {LARGEURS} de large, "
            "parties repliées ouvertes ; contrastes de 4,5 pour 1 au moins, aucun défilement horizontal à 320 pixels, "
            "parcours au clavier depuis le lien d'évitement, un seul titre principal, des titres sans saut de niveau, "
            "des tableaux avec titre et en-têtes, une alternative en texte pour chaque graphique.",
        ),
        (
            "Ce qui ne l'a pas été",
            "L'usage réel avec un lecteur d'écran, une plage braille, une loupe ou la voix, par des personnes "
            "concernées.",
        ),
    ]
    if "pdf" in d.sorties:
        points.append(
            (
                "Version PDF",
                "Balisée selon PDF/UA-1 et PDF/A-2a par son compositeur ; structure, en-têtes de tableaux, titres et "
                "alternatives sont vérifiés par programme.",
            )
        )
    points.append(
        (
            "Établie pour",
            f"L'exercice {d.exercice}, version {d.version} de la publication.",
        )
    )
    points.append(
        (
            "Signaler un défaut",
            f"Écrivez à {d.epci}, qui doit vous donner l'information sous une autre forme ; sans réponse, le Défenseur "
            "des droits peut être saisi.",
        )
    )
    return Declaration(ETAT, tuple(points))
