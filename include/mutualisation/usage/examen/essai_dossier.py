"""`essayer` tries each file of a folder, then all of them with the one table of `correspondances` they call for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.entree.ingestion.depot import SUFFIXE_CONTROLE, entree_ignoree
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation, affichable
from mutualisation.usage.examen.diagnostic import Essai, examiner, exercice, juger_les_noms
from mutualisation.usage.examen.jugement import Connexions, brouillon, juger
from mutualisation.usage.examen.propositions import Proposition, Table, completer, lire_table, nouvelles, table_du_depot
from mutualisation.usage.examen.reconnaissance import non_lues

# the build says it so (H5), where it also knows the days of the contracts
ABSENT = "agent absent du fichier des agents (H5)"
AUX_ZEROS_PRES = (
    "agent absent du fichier des agents, sinon aux zéros de tête près, comme {} matricule{} de ce fichier : exporter "
    "Matricule en texte dans les deux (H5)"
)


@dataclass
class EssaiDossier:
    """The files of a folder were tried; `propositions` are the rows of `correspondances` that all call for. `absents`
    are jeux that a bilan waits for and of which the drop has no file; the rows were written in `ecrit`."""

    dossier: Path
    essais: list[Essai]
    table: Table
    propositions: list[Proposition] = field(default_factory=list)
    absents: list[str] = field(default_factory=list)
    ecrit: Path | None = None

    @property
    def code(self) -> int:
        """Return the worst code of its files."""
        return max((e.code for e in self.essais), default=0)

    def nom(self, essai: Essai) -> str:
        """Return the path of a file in the folder, as it can be printed."""
        return affichable(essai.fichier.relative_to(self.dossier).as_posix())


def essayer_dossier(dossier: Path, correspondances: Path | None = None, *, ecrire: bool = False) -> EssaiDossier:
    """Look at each file of a folder, a drop or not; write the one table when asked to. Loads nothing. Raises
    `ErreurMutualisation` when the folder holds no file, or the rows can't be written."""
    fichiers = list(_fichiers_a_essayer(dossier))
    if not fichiers:
        raise ErreurMutualisation(f"Le dossier {dossier} ne contient aucun fichier à essayer.")
    table = lire_table(fichiers[0], correspondances) if correspondances else table_du_depot(_depot(dossier))
    with brouillon() as connexions:
        essai = EssaiDossier(dossier, [examiner(connexions, f, table) for f in fichiers], table)
        _retirer_les_constantes(essai.essais)
        for e in essai.essais:
            essai.propositions += nouvelles(e.propositions, [p.ligne for p in essai.propositions])
        for e in essai.essais:
            _rejuger(connexions, e, essai)
        _croiser_les_agents(essai.essais)
    juger_les_noms(essai.essais, _depot(dossier))
    essai.absents = _absents(dossier, essai.essais)
    if ecrire and essai.propositions:
        essai.ecrit = completer(table, [p.ligne for p in essai.propositions])
        for e in essai.essais:
            e.ecrit = essai.ecrit
    return essai


def _fichiers_a_essayer(dossier: Path) -> Iterator[Path]:
    for entree in sorted(dossier.iterdir()):
        if entree_ignoree(entree.name) or entree.is_symlink():
            continue
        if entree.is_dir():
            yield from _fichiers_a_essayer(entree)
        elif entree.is_file() and not entree.name.endswith(SUFFIXE_CONTROLE):
            yield entree


def _depot(dossier: Path) -> Path:
    """Return the drop: the folder itself, or the one above that of a source."""
    return dossier.resolve().parent if dossier.resolve().name in registre().noms else dossier


def _retirer_les_constantes(essais: Sequence[Essai]) -> None:
    """Drop a constant where a file of its jeu lacks the column and is not read whole: it speaks of every file."""
    trouves = [e.trouve for e in essais if e.trouve]
    incertaines = {
        (t.jeu.nom, c.entete) for t in trouves if non_lues(t) for c in t.jeu.obligatoires if t.place(c.nom) is None
    }
    for e in essais:
        gardees = [p for p in e.propositions if p.ligne.lu or (p.ligne.jeu, p.ligne.colonne) not in incertaines]
        if gardees != e.propositions:
            e.propositions, e.propose = gardees, None


def _rejuger(connexions: Connexions, essai: Essai, tout: EssaiDossier) -> None:
    """Judge a file once more where the others add rows to its own, or took some away."""
    if essai.trouve is None or essai.jeu is None:
        return
    du_fichier = {p.ligne for p in essai.propositions}
    voulues = {p.ligne for p in tout.propositions if p.ligne.jeu == essai.jeu.nom}
    if voulues and (essai.propose is None or voulues != du_fichier):
        lignes = [*tout.table.lignes, *(p.ligne for p in tout.propositions)]
        essai.propose = juger(connexions, essai.fichier, essai.nature, essai.jeu, lignes)


def _croiser_les_agents(essais: Sequence[Essai]) -> None:
    """Reject the rows of time of whoever is in no file of agents of that year in the folder (H5)."""
    for e in (e for e in essais if e.jeu and e.jeu.nom == "temps"):
        connus: Counter[tuple[str, str]] = Counter()
        for a in (a for a in essais if a.jeu and a.jeu.nom == "agents" and exercice(a) in (None, exercice(e))):
            connus += (a.propose or a.tel_quel).matricules
        agents, sans_zeros = {m for m, _ in connus}, {s for _, s in connus}
        for verdict in filter(None, (e.tel_quel, e.propose) if agents else ()):
            absents = {cle: n for cle, n in verdict.matricules.items() if cle[0] not in agents}
            proches = [cle for cle in absents if cle[1] in sans_zeros]
            for cle, n in absents.items():
                motif = AUX_ZEROS_PRES.format(len(proches), "s" * (len(proches) > 1)) if cle in proches else ABSENT
                verdict.motifs["Matricule", motif] += n


def _absents(dossier: Path, essais: Sequence[Essai]) -> list[str]:
    """Return the jeux that a bilan waits for and that a drop lacks; none of a folder that is no drop."""
    if not any((dossier / nom).is_dir() for nom in registre().noms):
        return []
    vus = {e.jeu.nom for e in essais if e.jeu}
    vus |= {"mandats"} if "pes" in vus else set()
    return [j.nom for j in registre().jeux if j.attendu and j.nom not in vus]
