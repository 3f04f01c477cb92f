"""Errors a user sees: a French sentence and the exit code of the contract (`sorties.md`)."""

import errno
import tomllib
from collections.abc import Iterable
from typing import Any

from mutualisation.socle.chemins import FICHIER_RAISONS

# by whose words they are: systeme, serveur, connexion
RAISONS: dict[str, dict[str, str]] = tomllib.loads(FICHIER_RAISONS.read_text(encoding="utf-8"))
INTERROMPU = "Interrompu : la publication est restée entière."

# spaces of French typography, which a sentence bears
_ESPACES = "\u00a0\u202f"


def affichable(texte: str, permis: str = "") -> str:
    """A text, whole (K9a), on one line that a terminal prints and does not obey: what shows nothing, line ends and
    undecodable bytes, by their escapes."""
    return "".join(c if c.isprintable() or c in permis else c.encode("unicode_escape").decode() for c in texte)


def en_ligne(phrase: str) -> str:
    """A sentence of ours as `affichable` writes it: what it quotes of a drop adds no line to it, and no colour."""
    return affichable(phrase, _ESPACES)


def raison_systeme(erreur: OSError) -> str:
    """What the system refused, in French: its own words are those of its language."""
    if raison := RAISONS["systeme"].get(errno.errorcode.get(erreur.errno or 0, "")):
        return raison
    return f"erreur {erreur.errno} du système" if erreur.errno else f"erreur {type(erreur).__name__}"


class ErreurMutualisation(Exception):
    """The unforeseen, or a wrong use: exit 1. The message is a French sentence for the user."""

    code_sortie = 1


class NonPublie(ErreurMutualisation):
    """An exercice that is asked for is not published here. Exit 1."""


class SansReprise(ErreurMutualisation):
    """A failure that trying again does not mend, as a login that has not the right. Exit 1."""


class VersionDepassee(SansReprise):
    """A version can no longer be published: another one replaced it, or the journal refuses it. Exit 1."""


class PannePassagere(ErreurMutualisation):
    """What may be tried again as it is: server gone, child killed, disk full, another run at work (K12). Exit 1."""


class EntrepotOccupe(PannePassagere):
    """A session of the server holds, for longer than we wait, a lock that the statement needs."""


class FichierRefuse(ErreurMutualisation):
    """One or several files can't be read as the contract says (G1): exit 3.

    `refus` is a list of (path relative to the drop, reason in French); `charges`: what was loaded of other sources.
    """

    code_sortie = 3

    def __init__(self, refus: list[tuple[str, str]], charges: Iterable[Any] = ()) -> None:
        self.refus, self.charges = refus, charges
        super().__init__("\n".join(en_ligne(f"{fichier} : {motif}") for fichier, motif in refus))


class ControleEchoue(ErreurMutualisation):
    """A blocking control failed, or a gate did not run as it should: exit 2, nothing published.

    `controles` is a list of French sentences, each starting with the name of its control; `laisse_de_cote` says what
    the build left out, empty when it left nothing.
    """

    code_sortie = 2

    def __init__(self, controles: list[str], laisse_de_cote: str = "") -> None:
        self.controles, self.laisse_de_cote = controles, laisse_de_cote
        super().__init__("\n".join(map(en_ligne, controles)))


class ExtraitRefuse(ErreurMutualisation):
    """The extract gate refused what was written of a published version: exit 1, for 2 says that nothing is published.

    The former extracts stay.
    """
