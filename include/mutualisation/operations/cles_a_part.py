"""The keys of an installation, kept apart from its backup: copied when they are files, else said to live elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mutualisation import disque
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.ingestion import pseudonymes
from mutualisation.signatures import cle_signature


@dataclass(frozen=True)
class _Cle:
    """What a key is called, its file, the variable that replaces the file."""

    libelle: str
    fichier: str
    variable: str

    @property
    def donnee(self) -> bool:
        """True when the environment gives it: its file, if any, is a former one."""
        return bool(os.environ.get(self.variable, "").strip())


CLES = (
    _Cle("clé des pseudonymes", pseudonymes.FICHIER, pseudonymes.VARIABLE),
    _Cle("clé de signature", cle_signature.FICHIER, cle_signature.VARIABLE),
)


def mettre_a_part(var: Path, destination: Path | None) -> list[str]:
    """Copy to `destination` the keys of `var` that are files; a sentence per key: where it is, never what it is.

    Raises `ErreurMutualisation` when a key can't be copied.
    """
    phrases, copiees = [], []
    for cle in CLES:
        if cle.donnee:
            phrases.append(f"{cle.libelle} : donnée par {cle.variable}, non copiée ; gardez-la à part.")
        elif not (var / cle.fichier).is_file():
            phrases.append(f"{cle.libelle} : absente de {var} comme de {cle.variable}, rien à copier.")
        elif destination is None:
            phrases.append(f"{cle.libelle} : non copiée, elle reste dans {var / cle.fichier} ; --cles la copie.")
        else:
            copiees.append(cle.fichier)
            phrases.append(f"{cle.libelle} : copiée dans {destination / cle.fichier}")
    if destination is not None:
        _copier(copiees, var, destination)
    return phrases


def reprendre_cles(origine: Path, var: Path) -> None:
    """Bring the keys of a backup back; raises `ErreurMutualisation` when they can't be copied."""
    _copier([c.fichier for c in CLES if (origine / c.fichier).is_file()], origine, var)


def exiger_cles_libres(origine: Path, var: Path) -> None:
    """Raise `ErreurMutualisation` when `origine` holds no key, or `var` another one already."""
    trouvees = [c.fichier for c in CLES if (origine / c.fichier).is_file()]
    if not trouvees:
        raise ErreurMutualisation(
            f"Le dossier {origine} ne tient aucune clé : donnez à --cles celui de la sauvegarde, ou ne le donnez pas "
            "si les clés viennent de l'environnement."
        )
    with _droits(var):
        prises = [f for f in trouvees if (var / f).exists() and (var / f).read_bytes() != (origine / f).read_bytes()]
    if prises:
        raise ErreurMutualisation(
            f"Le dossier {var} tient déjà {', '.join(prises)} d'un autre entrepôt : indiquez un dossier vide par "
            "MUTUALISATION_VAR."
        )


def _copier(fichiers: list[str], origine: Path, destination: Path) -> None:
    """Each readable by its owner alone, and on the disk."""
    with _droits(destination):
        destination.mkdir(parents=True, exist_ok=True, mode=0o700)
        for nom in fichiers:
            disque.ecrire(destination / nom, (origine / nom).read_bytes())


@contextmanager
def _droits(dossier: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Les clés ne peuvent pas être copiées dans {dossier} ({raison_systeme(erreur)}) : vérifiez les droits."
        ) from erreur
