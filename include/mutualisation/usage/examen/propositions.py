"""Propose rows of `correspondances` that would make a file pass: headers, values of enumerations, defaults (F16). The
file of the drop that they complete is read without a warehouse."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.entree.ingestion.correspondances import COLONNES, JEU_CORRESPONDANCES, Correspondance, noter_defauts
from mutualisation.entree.ingestion.depot import lire_nom, version_suivante
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.entete import Entete, normaliser
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.disque import ecrire
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.examen.reconnaissance import Reconnaissance, defaut_usuel, non_lues, sens_usuel

# beyond this number, the cells are no enumeration: another column stands under that name
_INCONNUES_MAX = 20
_MOTS = re.compile(r"\w+")
_NEGATIONS = frozenset({"non", "pas", "jamais", "ni", "sans", "hors", "sauf"})
# a value of this many letters stands as a word in too many cells to tell anything
_COURTE = 2
_EN_TETE = "Jeu;Colonne;Lu;Vaut\n"
_ENTETE = Entete({nom: i for i, nom in enumerate(COLONNES)}, len(COLONNES), 0)


@dataclass(frozen=True)
class Proposition:
    """A row is to be added, for a reason in French."""

    ligne: Correspondance
    raison: str


def des_en_tetes(trouve: Reconnaissance) -> list[Proposition]:
    """Propose other names of the columns that the file lacks."""
    noms = {c.nom: c.entete or c.nom for c in trouve.jeu.colonnes}
    return [
        Proposition(Correspondance(trouve.jeu.nom, noms[nom], candidat.nom, ""), candidat.raison)
        for nom, candidat in trouve.candidats.items()
    ]


def des_defauts(trouve: Reconnaissance) -> list[Proposition]:
    """Propose the usual value of each `*` column that the file and `correspondances` lack, of a file read whole. A
    column that nothing reads may be the one, and a person then says which."""
    raison = "aucune colonne ne lui ressemble : à vérifier, la valeur vaut pour chaque ligne"
    return [
        Proposition(Correspondance(trouve.jeu.nom, c.entete or "", "", valeur), raison)
        for c in trouve.jeu.obligatoires
        if (valeur := defaut_usuel(trouve.jeu.nom, c.nom)) is not None
        and trouve.place(c.nom) is None
        and c.nom not in trouve.traduction.defauts
        and not non_lues(trouve)
    ]


def des_valeurs(jeu: Jeu, inconnues_par_colonne: Mapping[str, Sequence[str]]) -> list[Proposition]:
    """Propose what the unread values of enumerations usually mean; a value that nothing tells is left to the reader."""
    trouvees: dict[tuple[str, str], Proposition] = {}
    for colonne, inconnues in ((jeu.colonne(nom), vues) for nom, vues in inconnues_par_colonne.items()):
        for cellule in inconnues if len(inconnues) <= _INCONNUES_MAX else ():
            if (valeur := _valeur_du_contrat(jeu, colonne, cellule)) is not None:
                ligne = Correspondance(jeu.nom, colonne.entete or "", cellule, valeur)
                trouvees.setdefault((colonne.nom, normaliser(cellule)), Proposition(ligne, "sens usuel : à vérifier"))
    return list(trouvees.values())


def nouvelles(propositions: Sequence[Proposition], table: Sequence[Correspondance]) -> list[Proposition]:
    """Keep the proposals that say nothing of what a row of the table already says."""
    cles_de_la_table = {_cle_de_ligne(ligne) for ligne in table}
    return [p for p in propositions if _cle_de_ligne(p.ligne) not in cles_de_la_table]


def _cle_de_ligne(ligne: Correspondance) -> tuple[str, str, str]:
    return normaliser(ligne.jeu), normaliser(ligne.colonne), normaliser(ligne.lu)


def _valeur_du_contrat(jeu: Jeu, colonne: Colonne, cellule: str) -> str | None:
    """Return the value of the contract that a cell usually means; None when several would do, or none. In a file that
    speaks of people, a whole usual word only does: what is near one may be a name (K9, S2)."""
    usuel = sens_usuel(colonne, cellule)
    return usuel if usuel is not None or jeu.personnes else _par_mot(colonne, cellule)


def _par_mot(colonne: Colonne, cellule: str) -> str | None:
    """Return the only value that the words of a cell name; a value of a letter or two needs words of the header."""
    mots = set(_MOTS.findall(normaliser(cellule)))
    if mots & _NEGATIONS:
        return None
    nommees = [v for v in colonne.valeurs if normaliser(v) in mots]
    if len(nommees) != 1:
        return None
    reste = mots - {normaliser(nommees[0])} - set(_MOTS.findall(normaliser(colonne.entete or "")))
    return nommees[0] if len(nommees[0]) > _COURTE or not reste else None


# ---------------------------------------------------------------- the file they complete
@dataclass
class Table:
    """`chemin` is the file in force, or None; new rows go to `cible`; `refus` says why `chemin` is unread."""

    chemin: Path | None
    cible: Path | None
    lignes: list[Correspondance] = field(default_factory=list)
    refus: str | None = None


def lire_table(fichier: Path, donnee: Path | None) -> Table:
    """Read the table given, else that of the drop in which `fichier` lies, highest version."""
    if donnee is not None:
        return _lire_table(donnee, donnee) if donnee.exists() else Table(None, donnee)
    dossier = fichier.resolve().parent
    return table_du_depot(dossier.parent) if dossier.name in registre().noms else Table(None, None)


def table_du_depot(depot: Path) -> Table:
    """Read the table of a drop, highest version; say where it would be, when it has none."""
    referentiel = depot / "referentiel"
    presents = sorted(referentiel.iterdir()) if referentiel.is_dir() else []
    jeu = registre().jeu(JEU_CORRESPONDANCES)
    versions = [(nom_lu[1], f) for f in presents if (nom_lu := lire_nom(jeu, f.name)) is not None]
    if not versions:
        return Table(None, referentiel / f"{JEU_CORRESPONDANCES}.csv")
    version, chemin = max(versions)
    table = _lire_table(chemin, chemin)
    if chemin.suffix.lower() == ".xlsx":
        table.cible = referentiel / f"{JEU_CORRESPONDANCES}_v{version_suivante(version)}.csv"
    return table


def _lire_table(chemin: Path, cible: Path) -> Table:
    try:
        return Table(chemin, cible, _lignes_de_table(chemin))
    except (LectureRefusee, OSError) as e:
        return Table(chemin, cible, refus=str(e))


def _lignes_de_table(chemin: Path) -> list[Correspondance]:
    """Return the sound rows of a table. Raises `LectureRefusee` if unread."""
    limites = Limites.de_l_environnement()
    lecteur = ouvrir(chemin, registre().jeu(JEU_CORRESPONDANCES), chemin.suffix.lower().removeprefix("."), limites)
    return noter_defauts(list(sans_total(lecteur.blocs())), lecteur.entete, limites)


def completer(t: Table, ajouts: Sequence[Correspondance]) -> Path:
    """Write the rows after those of the table, in its own writing, whole or not at all; return the file written. Raises
    `ErreurMutualisation` when there is nowhere to write, or the table can't be completed."""
    if t.cible is None:
        raise ErreurMutualisation(
            "Ce fichier n'est pas dans un dépôt : donner avec --correspondances le fichier où écrire les lignes."
        )
    if t.refus:
        raise ErreurMutualisation(f"{t.chemin} ne se lit pas, rien n'y est écrit : {t.refus}")
    if t.chemin is None or t.cible != t.chemin:
        corps = "".join(_ligne_csv(x, _ENTETE, ";") for x in [*t.lignes, *ajouts])
        octets = (_EN_TETE + corps).encode("utf-8-sig")
    else:
        octets = _complete(t.chemin, ajouts)
    t.cible.parent.mkdir(parents=True, exist_ok=True)
    ecrire(t.cible, octets, 0o644)
    return t.cible


def _complete(chemin: Path, ajouts: Sequence[Correspondance]) -> bytes:
    lecteur = ouvrir(chemin, registre().jeu(JEU_CORRESPONDANCES), "csv", Limites.de_l_environnement())
    entete, dialecte = lecteur.entete, lecteur.dialecte
    if not set(COLONNES) <= set(entete.positions):
        raise ErreurMutualisation(f"{chemin} n'a pas ses quatre colonnes (Jeu, Colonne, Lu, Vaut) : les lui donner.")
    separateur = {"tabulation": "\t"}.get(str(dialecte["separateur"]), str(dialecte["separateur"]))
    existant = chemin.read_bytes()
    fin = b"" if not existant or existant.endswith((b"\n", b"\r")) else b"\n"
    code = str(dialecte["encodage"]).replace("-sig", "")
    try:
        return existant + fin + "".join(_ligne_csv(x, entete, separateur) for x in ajouts).encode(code)
    except UnicodeEncodeError:
        raise ErreurMutualisation(
            f"{chemin} est en {code}, qui ne sait pas écrire ces noms : l'enregistrer en UTF-8."
        ) from None


def _ligne_csv(x: Correspondance, entete: Entete, separateur: str) -> str:
    cellules = {entete.positions[nom]: getattr(x, nom) for nom in COLONNES}
    rangee = [cellules.get(i, "") for i in range(entete.largeur)]
    texte = io.StringIO()
    csv.writer(texte, delimiter=separateur, lineterminator="\n").writerow(rangee)
    return texte.getvalue()
