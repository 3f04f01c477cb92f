"""What is in a drop and is no regular file of it: pipes, devices, links out (issue 9, the door)."""

from collections.abc import Callable
from pathlib import Path

from tests.atelier.assaut import Assaut, Contenu, en_csv, remplir
from tests.attaques.assauts.controles import lien, tube

TEXTE = en_csv(remplir("mandats"))
MANDATS = "compta/mandats_2023-03.csv"
_ORDINAIRE = ("fichier ordinaire", "G7")
_LIEN = ("ce lien", "déposer le fichier lui-même", "G7")


def _refuse(nom: str, contenu: Contenu, *mots: str) -> Assaut:
    return Assaut(f"lieu : {nom}", {MANDATS: contenu}, {MANDATS: mots or _ORDINAIRE})


def dehors(chemin: Path) -> None:
    """A link to a sound file beside the drop."""
    cible = chemin.parents[2] / "dehors.csv"
    cible.write_text(TEXTE, encoding="utf-8")
    chemin.symlink_to(cible)


def dossier_dehors(chemin: Path) -> None:
    """A source that is a link to a folder beside the drop."""
    cible = chemin.parents[1] / "dehors"
    cible.mkdir(exist_ok=True)
    (cible / "mandats_2023-03.csv").write_text(TEXTE, encoding="utf-8")
    chemin.symlink_to(cible)


def _boucle(chemin: Path) -> None:
    chemin.symlink_to(chemin.name)


def _durs(noms: tuple[str, ...]) -> Callable[[Path], None]:
    """Hard links to the file."""

    def faire(chemin: Path) -> None:
        chemin.write_text(TEXTE, encoding="utf-8")
        for nom in noms:
            (chemin.parent / nom).hardlink_to(chemin)

    return faire


LIEUX = (
    _refuse("un tube", tube),
    _refuse("un lien vers un périphérique sans fin", lien("/dev/zero"), "hors du dépôt", *_LIEN),
    _refuse("un lien rompu", lien("nulle_part"), "ne mène à aucun fichier", *_LIEN),
    _refuse("un lien en boucle", _boucle, "tourne en rond", *_LIEN),
    _refuse("un lien vers un fichier hors du dépôt", dehors, "hors du dépôt", "G7"),
    Assaut("lieu : une source qui est un lien", {"compta": dossier_dehors}, {"compta": ("hors du dépôt", "G7")}),
    Assaut("lieu : le même fichier par un lien dur", {MANDATS: _durs(("mandats_2023-04.csv",))}, lignes={MANDATS: 2},
           dits=("mêmes octets", "F2")),
)  # fmt: skip
