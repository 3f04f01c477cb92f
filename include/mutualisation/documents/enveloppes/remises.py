"""`remises_AAAA/` holds a folder and a ZIP for each adherent, and their list: copies of what the extract and invoices
of a version hold (S8). A print that tells of others is made again without them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psycopg

from mutualisation.documents.composition.dossier import remplacer_dossier
from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.extrait.reprises import Reprises
from mutualisation.documents.mise_en_forme import archive
from mutualisation.documents.mise_en_forme.fichier_csv import ecrire_csv
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.rapport.contenu import communes
from mutualisation.documents.rapport.contenu.communes import bloc_communal
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.publication.versions.contexte import lire_contexte
from mutualisation.publication.versions.extraits import ExtraitLu, FacturesLues, ecarts_lus
from mutualisation.publication.versions.manifeste import DossierLu, poser
from mutualisation.publication.versions.sceaux import factures_scellees
from mutualisation.socle.erreurs import VersionDepassee
from mutualisation.socle.poste import Poste

REFUS = "Les enveloppes ne peuvent pas être écrites"
COLONNES = ("siret_adherent", "nom", "fichier", "sha256", "destination")
# where the office of an adherent receives today; what is published doesn't know it
DESTINATIONS = "select siret, courriel from journal.destinations"
Pieces = dict[str, bytes]


class Envoi(NamedTuple):
    """The ZIP of an adherent is for `destination`, an office's address, or to be carried where it is empty."""

    siret: str
    nom: str
    archive: Path
    sha256: str
    destination: str
    pieces: int


class RemisesLues(DossierLu):
    """The envelopes of an exercice are read from their folder; its manifest says from which version they are."""

    def se_lit(self) -> bool:
        return all(isinstance(self.manifeste[c], int) for c in ("exercice", "version"))

    @classmethod
    def montrees(cls, dossier: Path, sha256_: str) -> RemisesLues:
        """Read the folder whose manifest has this sha256. Raises `VersionDepassee` where it is another, or a file of it
        is no longer the one that was written."""
        lues = cls.lire(dossier)
        if lues is None or lues.sha256 != sha256_ or any(lues.differences()):
            raise VersionDepassee(
                f"Les enveloppes de {dossier} ne sont plus celles qui ont été montrées : rien n'est envoyé ; relancez "
                "« remise_documents »."
            )
        return lues

    @property
    def liste(self) -> Path:
        """Return the CSV that says what was made, and for whom."""
        return self.dossier / f"liste_{self.dossier.name}.csv"

    @property
    def envois(self) -> list[Envoi]:
        """Return what is to be sent or carried."""
        lignes = list(csv.DictReader(StringIO(self.lire_piece(self.liste.name).decode(), newline=""), delimiter=";"))
        pieces = Counter(x["siret_adherent"] for x in lignes if not x["fichier"].endswith(".zip"))
        return [
            Envoi(siret, x["nom"], self.dossier / x["fichier"], x["sha256"], x["destination"], pieces[siret])
            for x in lignes
            if x["fichier"].endswith(".zip") and (siret := x["siret_adherent"])
        ]


def ecrire_remises(
    conn: psycopg.Connection[Any], lu: ExtraitLu, factures: Iterable[FacturesLues], sortie: Path, poste: Poste
) -> Path:
    """Write `remises_AAAA/` under `sortie` from what was read and verified of one version, which gives the same
    envelopes. Raises `ErreurMutualisation` where what stands there is not ours."""
    bilan = Bilan(conn, lire_contexte(conn, lu.exercice, lu.version))
    noms = {r["siret_adherent"]: r["nom"] or r["siret_adherent"] for r in bilan["adherent"]}
    contenus: dict[str, Pieces] = defaultdict(dict)
    for bloc, feuille in communes.feuilles(bilan):
        premier = bloc.annee.adherents[0]
        noms.setdefault(premier.siret, premier.nom)
        contenus[premier.siret] = _de_l_extrait(lu, bloc.page)
        if feuille is not None:
            contenus[premier.siret][f"page_{lu.exercice}.pdf"] = _imprimer(feuille, lu.version)
    for lues in factures:
        for piece in (Path(nom) for nom in lues.declares if nom.startswith("facture_")):
            contenus[piece.stem.rpartition("_")[2]][piece.name] = lues.lire_piece(piece.name)
    # the EPCI doesn't write to itself
    contenus.pop(bilan.contexte.siret, None)
    destination = sortie / f"remises_{lu.exercice}"
    with remplacer_dossier(destination, REFUS) as dossier:
        lignes = ranger(dossier, contenus, noms, dict(conn.execute(DESTINATIONS).fetchall()))
        ecrire_csv(dossier / f"liste_remises_{lu.exercice}.csv", COLONNES, lignes)
        poser(dossier, {"exercice": lu.exercice, "version": lu.version}, poste)
    return destination


def factures_tenues(
    conn: psycopg.Connection[Any], dossier: Path, quelles: Mapping[str, Any], var: Path
) -> FacturesLues | None:
    """Read these invoices where they stand whole, as a statement holds them; None where they are to be written."""
    lues = FacturesLues.lire(dossier)
    tenues = lues is not None and lues.sha256 in factures_scellees(conn, quelles)
    return lues if lues and tenues and not ecarts_lus(conn, lues, var) else None


def _de_l_extrait(lu: ExtraitLu, page: str) -> Pieces:
    """Return what an extract holds for one page alone, under names that its reader understands."""
    e, dossier = lu.exercice, bloc_communal.DOSSIER
    choisies = {
        f"{dossier}/{page}.pdf": f"page_{e}.pdf",
        f"{dossier}/{bloc_communal.NOTES}/{page}.pdf": f"note_{e}.pdf",
        **{
            f"{dossier}/{bloc_communal.DELIBERATIONS}/{page}.{forme}": f"projet_deliberation_{e}.{forme}"
            for forme in ("docx", "pdf")
        },
    }
    return {nom: lu.lire_piece(piece) for piece, nom in choisies.items() if piece in lu.declares}


def _imprimer(feuille: Document, version: int) -> bytes:
    datee = Reprises(version, publiee=True, connus={}, place=None).dater(feuille)
    with TemporaryDirectory() as dossier:
        (ecrite,) = imprimerie.ecrire(datee, Path(dossier))
        return ecrite.read_bytes()


def ranger(
    dossier: Path, contenus: Mapping[str, Pieces], noms: Mapping[str, str], destinations: Mapping[str, str]
) -> list[dict[str, str]]:
    """Write the folder and the ZIP of each {SIRET: its files}; return the rows of the list."""
    lignes = []
    for siret, pieces in sorted(contenus.items()):
        base = "_".join(filter(None, (siret, bloc_communal.replier(noms.get(siret, "")))))
        ranges = {f"{base}/{nom}": octets for nom, octets in sorted(pieces.items())}
        (dossier / base).mkdir()
        for nom, octets in ranges.items():
            (dossier / nom).write_bytes(octets)
        archive.ecrire(dossier / f"{base}.zip", ranges.items())
        faits = ranges | {f"{base}.zip": (dossier / f"{base}.zip").read_bytes()}
        de = {"siret_adherent": siret, "nom": noms.get(siret, siret), "destination": destinations.get(siret, "")}
        lignes += [de | {"fichier": nom, "sha256": _sha256(octets)} for nom, octets in faits.items()]
    return lignes


def _sha256(octets: bytes) -> str:
    return sha256(octets).hexdigest()
