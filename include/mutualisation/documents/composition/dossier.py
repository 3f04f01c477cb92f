"""Put folders of documents in place together: they are written beside, put on the disk, renamed.

A reader finds the former ones, whole, or the new ones. A killed run leaves a working folder in `sortie`; the next run
that writes there ends its renames when they had begun, and sweeps it. A file may be replaced when the `manifeste.json`
of its folder names it, with the same bytes: anything else, an edited document too, is somebody's work."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.publication.versions.manifeste import MANIFESTE, SIGNATURE, DossierLu
from mutualisation.socle.disque import synchroniser
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme

TRAVAIL = ".mutualisation_"
ANCIENS = ".anciens"
SUR_DISQUE_A_LA_FOIS = 8
# a file browser leaves these where it has only looked
DU_SYSTEME = (".DS_Store", "Thumbs.db", "desktop.ini")
# a spreadsheet leaves these beside the document that it has open: prefix, suffix
OUVERTS = (("~$", ""), (".~lock.", "#"))
NOMMES = 5


class MiseEnPlace:
    """A run has a working folder, which holds what it will put in place."""

    def __init__(self, sortie: Path, travail: Path) -> None:
        self.sortie, self.travail, self._anciens = sortie, travail, travail / ANCIENS

    def preparer(self, nom: str) -> Path:
        """Make an empty folder that will be `sortie/nom`. Raises `ErreurMutualisation` if that place is not ours."""
        verifier_place(self.sortie / nom)
        dossier = self.travail / nom
        dossier.mkdir(parents=True)
        return dossier

    def mettre_sur_disque(self) -> None:
        """Put every file on the disk first. Raises `ErreurMutualisation` when a place is no longer ours."""
        for nouveau in self.a_placer():
            verifier_place(self.sortie / nouveau.name)
        chemins = [c for c in self.travail.rglob("*") if not c.is_symlink()]
        with ThreadPoolExecutor(SUR_DISQUE_A_LA_FOIS) as fils:
            list(fils.map(synchroniser, chemins))

    def poser(self) -> None:
        """Rename every folder into its place, after `mettre_sur_disque`. Raises `ErreurMutualisation` when a place is
        no longer ours: what a killed run left is ended days later."""
        for nouveau in self.a_placer():
            verifier_place(self.sortie / nouveau.name)
        self._anciens.mkdir(exist_ok=True)
        for nouveau in self.a_placer():
            place = self.sortie / nouveau.name
            if place.exists():
                place.rename(self._anciens / nouveau.name)
            nouveau.rename(place)
        synchroniser(self.sortie)

    def finir(self) -> None:
        """End renames that had begun, then remove the working folder."""
        if self._anciens.exists():
            self.poser()
        shutil.rmtree(self.travail, ignore_errors=True)

    def a_placer(self) -> list[Path]:
        """List the folders that wait for their places. Raises `ErreurMutualisation` when a link stands for one."""
        dossiers = [*self.travail.iterdir()] if self.travail.is_dir() else []
        for lien in (d for d in (self.travail, *dossiers) if d.is_symlink()):
            raise ErreurMutualisation(
                f"{lien} est un lien, et non le dossier que la commande a écrit : rien n'a été remplacé ; retirez-le."
            )
        return sorted(d for d in dossiers if d.is_dir() and d != self._anciens)


@contextmanager
def mise_en_place(sortie: Path, refus: str) -> Iterator[MiseEnPlace]:
    """Yield a working folder in `sortie`; left before `poser`, it is dropped and nothing has changed. Raises
    `ErreurMutualisation` when the disk refuses; `refus` starts its sentence (« L'extrait ne peut être écrit »)."""
    with _ecrivant(sortie, refus), _tenir_presence(sortie):
        pose = MiseEnPlace(sortie, Path(tempfile.mkdtemp(prefix=TRAVAIL, dir=sortie)))
        try:
            yield pose
        finally:
            pose.finir()


@contextmanager
def a_part(sortie: Path, nom: str, refus: str) -> Iterator[MiseEnPlace]:
    """Yield a working folder of `sortie` that people may open, until it is put in place; a failure removes it. Raises
    `ErreurMutualisation` when the disk refuses, or something of that name is there."""
    travail = sortie / nom
    with _ecrivant(sortie, refus):
        try:
            travail.mkdir()
        except FileExistsError as erreur:
            raise ErreurMutualisation(
                f"{travail} existe déjà, et n'est pas de cet entrepôt : déplacez-le, ou donnez un autre dossier à "
                "--sortie."
            ) from erreur
        pose = MiseEnPlace(sortie, travail)
        try:
            yield pose
            pose.mettre_sur_disque()
        except BaseException:
            shutil.rmtree(travail, ignore_errors=True)
            raise


@contextmanager
def _ecrivant(sortie: Path, refus: str) -> Iterator[None]:
    """Make the folder first, then say what the disk refuses."""
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as erreur:
        raise ErreurMutualisation(
            f"{refus} dans {sortie} ({raison_systeme(erreur)}) : vérifiez les droits et la place."
        ) from erreur


@contextmanager
def remplacer_dossier(destination: Path, refus: str) -> Iterator[Path]:
    """Yield a working folder that takes the place of `destination` at the end; after a failure nothing has changed.
    Raises `ErreurMutualisation` when the disk refuses, or when something there is not ours."""
    with mise_en_place(destination.parent, refus) as pose:
        yield pose.preparer(destination.name)
        pose.mettre_sur_disque()
        pose.poser()


@contextmanager
def _tenir_presence(sortie: Path) -> Iterator[None]:
    """Hold a lock that each run takes in `sortie`; a run that finds itself alone sweeps what killed ones left."""
    descripteur = os.open(sortie, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # where the file system knows no lock, nothing is swept
        with contextlib.suppress(OSError):
            fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for travail in sorted(sortie.glob(f"{TRAVAIL}*")):
                MiseEnPlace(sortie, travail).finir()
        with contextlib.suppress(OSError):
            fcntl.flock(descripteur, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descripteur)


# ---------------------------------------------------------------- what stands there
def verifier_place(dossier: Path) -> None:
    """Raise `ErreurMutualisation` when a folder of documents cannot be replaced without losing what is not ours. It can
    when nothing is there, an empty folder, or a folder of ours from which files are missing."""
    if not os.path.lexists(dossier):
        return
    if dossier.is_symlink() or not dossier.is_dir():
        raise ErreurMutualisation(
            f"{dossier} est {'un lien' if dossier.is_symlink() else 'un fichier'}, et non un dossier que la commande a "
            "écrit : rien n'a été remplacé ; déplacez-le, ou donnez un autre dossier à --sortie."
        )
    try:
        trouves = list(_fichiers_etrangers(dossier))
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Le dossier {dossier} ne peut pas être lu ({raison_systeme(erreur)}) : rien n'a été remplacé ; vérifiez "
            "les droits, puis recommencez."
        ) from erreur
    if trouves:
        nommes = " ; ".join(f"« {nom} » {pourquoi}" for nom, pourquoi in trouves[:NOMMES])
        autres = f" ; et {len(trouves) - NOMMES} de plus" if len(trouves) > NOMMES else ""
        raise ErreurMutualisation(
            f"Le dossier {dossier} contient ce qui n'est pas à remplacer : {nommes}{autres}. Rien n'a été remplacé : "
            "mettez ces fichiers ailleurs, ou déplacez le dossier, puis recommencez."
        )


def _fichiers_etrangers(dossier: Path) -> Iterator[tuple[str, str]]:
    dossier_lu = DossierLu.lire(dossier)
    declares = dossier_lu.declares if dossier_lu else {}
    # the manifest says nothing of itself nor of its signature
    sans_empreinte = (MANIFESTE, SIGNATURE) if declares else ()
    for racine, sous_dossiers, fichiers in os.walk(dossier, onerror=_lever):
        liens = [nom for nom in sous_dossiers if (Path(racine) / nom).is_symlink()]
        for chemin in sorted(Path(racine) / nom for nom in (*fichiers, *liens)):
            adresse = chemin.relative_to(dossier).as_posix()
            if adresse in sans_empreinte or chemin.name in DU_SYSTEME:
                continue
            if any(chemin.name.startswith(debut) and chemin.name.endswith(fin) for debut, fin in OUVERTS):
                yield adresse, "dit qu'un document y est ouvert : fermez-le (ou supprimez ce reste, si rien ne l'est)"
            elif adresse not in declares or chemin.is_symlink():
                yield adresse, "n'est pas de la commande"
            elif empreinte(chemin).sha256 != declares[adresse]:
                yield adresse, "a été modifié depuis que la commande l'a écrit"


def _lever(erreur: OSError) -> None:
    raise erreur
