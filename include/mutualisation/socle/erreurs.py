"""Each error that a user sees carries a French sentence and the exit code of the contract (`sorties.md`)."""

import errno
import tomllib
from collections.abc import Iterable
from typing import Any

from mutualisation.socle.chemins import FICHIER_RAISONS

# the first key is who speaks: systeme, serveur, connexion
RAISONS: dict[str, dict[str, str]] = tomllib.loads(FICHIER_RAISONS.read_text(encoding="utf-8"))
INTERROMPU = "Interrompu : la publication est restée entière."

# French typography puts these spaces in a sentence
_ESPACES = "\u00a0\u202f"


def affichable(texte: str, permis: str = "") -> str:
    r"""Return a text on one line, whole (K9a), that a terminal prints and does not obey. Line ends, undecodable bytes
    and characters that show nothing become escapes: `\x1b`."""
    return "".join(c if c.isprintable() or c in permis else c.encode("unicode_escape").decode() for c in texte)


def en_ligne(phrase: str) -> str:
    """Write a sentence of ours as `affichable` does: a text quoted from a drop adds to it neither line nor colour."""
    return affichable(phrase, _ESPACES)


def raison_systeme(erreur: OSError) -> str:
    """Say in French what the system refused: its own words depend on the language of the machine."""
    if raison := RAISONS["systeme"].get(errno.errorcode.get(erreur.errno or 0, "")):
        return raison
    return f"erreur {erreur.errno} du système" if erreur.errno else f"erreur {type(erreur).__name__}"


class ErreurMutualisation(Exception):
    """Something unforeseen happened, or the command was misused: exit 1. Its message is a French sentence."""

    code_sortie = 1


class NonPublie(ErreurMutualisation):
    """The exercice that is asked for is not published here. Exit 1."""


class SansReprise(ErreurMutualisation):
    """Trying again does not mend this failure: the login lacks a right, for example. Exit 1."""


class VersionDepassee(SansReprise):
    """This version can no longer be published: another one replaced it, or the journal refuses it. Exit 1."""


class PannePassagere(ErreurMutualisation):
    """The same command may be tried again: server gone, child killed, disk full, another run at work (K12). Exit 1."""


class EntrepotOccupe(PannePassagere):
    """Another session of the server has held a lock that the statement needs for longer than we wait."""


class FichierRefuse(ErreurMutualisation):
    """One or several files can't be read as the contract says (G1): exit 3. `refus` lists (path relative to the drop,
    reason in French); `charges` lists what was loaded of other sources."""

    code_sortie = 3

    def __init__(self, refus: list[tuple[str, str]], charges: Iterable[Any] = ()) -> None:
        self.refus, self.charges = refus, charges
        super().__init__("\n".join(en_ligne(f"{fichier} : {motif}") for fichier, motif in refus))


class ControleEchoue(ErreurMutualisation):
    """A blocking control failed, or a gate did not run as it should: exit 2, nothing is published. `controles` lists
    French sentences, each of which starts with the name of its control; `laisse_de_cote` says what the build left out,
    and is empty when it left nothing."""

    code_sortie = 2

    def __init__(self, controles: list[str], laisse_de_cote: str = "") -> None:
        self.controles, self.laisse_de_cote = controles, laisse_de_cote
        super().__init__("\n".join(map(en_ligne, controles)))


class ExtraitRefuse(ErreurMutualisation):
    """The extract gate refused the files written of a published version; the former extracts stay. The exit code is 1,
    for 2 would say that nothing is published."""
