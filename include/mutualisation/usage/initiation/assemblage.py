"""Turn the exports of an EPCI, which lie in a folder beside the drop, into files of the contract.

« correspondances_telephone.csv » says how « telephone_2024.csv » is read: it is a table `correspondances` (F16), and
its Jeu says what the rows are (a cost: `mandats`; a receipt: `titres`; hours, which each service exports: `temps`). An
export that bears the name of a jeu needs no table. Several exports of one jeu and one periode make one file of the
drop, whose last column names the file and line of each row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path

from mutualisation.entree.ingestion.cellules_lues import lecture_de, total
from mutualisation.entree.ingestion.correspondances import JEU_CORRESPONDANCES, compiler, traducteur
from mutualisation.entree.ingestion.depot import entree_ignoree, lire_nom, mois_couverts, se_recouvrent
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.entree.sources.jeux import TYPES_SOMMABLES, Colonne, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle import disque
from mutualisation.socle.erreurs import ErreurMutualisation, FichierRefuse, raison_systeme
from mutualisation.usage.examen.propositions import lignes_de_table, table_du_depot
from mutualisation.usage.initiation.squelette import en_csv, exiger_ici

# this banner line (F5) marks our files: no other is written over
MARQUE = "Fichier écrit par « mutualisation assembler » : corriger l'export ou sa déclaration, pas ce fichier"
ORIGINE = "Origine"
TABLE = f"{JEU_CORRESPONDANCES}_"
# a Vaut may hold these fields, filled from the name of the export and the place of the row: `{exercice}`
REPERES = ("exercice", "semestre", "periode", "ligne")
_REPERE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Export:
    """An export is known by the jeu of its rows, by the periode that its name says, and by how its columns are read."""

    fichier: Path
    jeu: Jeu
    periode: str
    traduction: Traduction


@dataclass(frozen=True)
class Assemble:
    """A file of the drop was written: its path there, how many rows, the exports they come from."""

    fichier: str
    lignes: int
    exports: list[str]


def assembler(sources: Path, depot: Path) -> list[Assemble]:
    """Write in the drop the files that the exports of `sources` make. `FichierRefuse` names the files that can't be
    read; `ErreurMutualisation` the periods that lack months, or a file of the drop that this command did not write.
    Nothing is written then."""
    exiger_ici(depot, "assembler")
    exports, refus = _lire_les_noms(sources, depot)
    exports_lus: list[tuple[Export, list[list[str]]]] = []
    for export in exports:
        try:
            exports_lus.append((export, list(_rangees_du_jeu(export))))
        except (LectureRefusee, OSError) as faute:
            refus[export.fichier.name] = motif_refus(faute)
    if refus:
        raise FichierRefuse(sorted(refus.items()))
    if not exports_lus:
        raise ErreurMutualisation(f"Aucun export (CSV, XLSX) dans {sources} : docs/initier.md en montre un.")
    reunies: dict[tuple[Jeu, str], dict[str, list[list[str]]]] = defaultdict(dict)
    for export, rangees in exports_lus:
        reunies[export.jeu, _periode_ecrite(export, exports)][export.fichier.name] = rangees
    _exiger_une_longueur(depot, reunies)
    return _ecrire_fichiers(depot, reunies)


def _periode_ecrite(export: Export, exports: Sequence[Export]) -> str:
    """Return the longest of the periods of its jeu that shares a month with this one (F17). Raises
    `ErreurMutualisation` when shorter ones don't fill it: nobody would see that months lack."""
    jeu, exports_du_jeu = export.jeu, [e for e in exports if e.jeu == export.jeu]
    voisins = [
        e for e in exports_du_jeu if e.periode == export.periode or se_recouvrent(jeu, e.periode, export.periode)
    ]
    long = max(voisins, key=lambda e: len(mois_couverts(jeu, e.periode)))
    courtes = {e.periode for e in exports_du_jeu if se_recouvrent(jeu, e.periode, long.periode)}
    if courtes and {m for p in courtes for m in mois_couverts(jeu, p)} != set(mois_couverts(jeu, long.periode)):
        combien = "une année" if len(long.periode) == len("AAAA") else "un trimestre"
        raise ErreurMutualisation(
            f"{long.fichier.name} couvre {combien}, et les exports de {', '.join(sorted(courtes))} n'en font pas "
            f"les {'douze' if combien == 'une année' else 'trois'} mois : ajouter ceux qui manquent, ou le couper "
            "comme eux (F17)."
        )
    return long.periode


def _exiger_une_longueur(depot: Path, ecrites: Iterable[tuple[Jeu, str]]) -> None:
    """Refuse a drop that has the same months under another length of period (F17)."""
    for jeu, periode in ecrites:
        for fichier in sorted((depot / jeu.source).glob("*")):
            nom_lu = lire_nom(jeu, fichier.name)
            if nom_lu is not None and se_recouvrent(jeu, nom_lu[0], periode):
                raise ErreurMutualisation(
                    f"{fichier} est dans le dépôt, et {jeu.nom}_{periode} y dirait les mêmes mois sous une autre "
                    "longueur de période : le mettre parmi les sources (F17)."
                )


def _ecrire_fichiers(depot: Path, reunies: Mapping[tuple[Jeu, str], dict[str, list[list[str]]]]) -> list[Assemble]:
    """Write the files, none before each may be; those about agents can be read by their owner alone."""
    noms = {(jeu, p): f"{jeu.source}/{jeu.nom}_{p}.csv".replace("_.", ".") for jeu, p in reunies}
    try:
        for cible in (depot / nom for nom in noms.values()):
            if cible.exists() and MARQUE not in cible.read_text("utf-8-sig", "replace")[:200]:
                raise ErreurMutualisation(
                    f"{cible} n'a pas été écrit par « assembler » : le mettre lui aussi parmi les sources, et le "
                    "retirer du dépôt."
                )
        for (jeu, periode), nom in noms.items():
            texte = en_csv(
                [[MARQUE], [*(c.entete for c in jeu.colonnes), ORIGINE], *chain(*reunies[jeu, periode].values())]
            )
            (depot / nom).parent.mkdir(parents=True, exist_ok=True)
            disque.ecrire(depot / nom, texte.encode("utf-8-sig"), 0o600 if jeu.agents else 0o644)
    except OSError as e:
        raise ErreurMutualisation(f"{depot} ne peut pas être écrit ({raison_systeme(e)}).") from None
    return [Assemble(nom, sum(map(len, reunies[cle].values())), [*reunies[cle]]) for cle, nom in noms.items()]


# ---------------------------------------------------------------- what the folder holds
def _lire_les_noms(sources: Path, depot: Path) -> tuple[list[Export], dict[str, str]]:
    """Return the exports whose jeu and periode are known, and why each other file is not one, by name. Raises
    `FichierRefuse` for the tables that can't be read."""
    vus = (f for f in sources.glob("*") if not entree_ignoree(f.name))
    fichiers = sorted(f for f in vus if f.suffix.lower() in (".csv", ".xlsx"))
    tables = [f for f in fichiers if f.stem.startswith(TABLE)]
    jeux = [j for j in registre().jeux if j.format == "tabulaire" and j.nom != JEU_CORRESPONDANCES]
    du_depot = compiler(table_du_depot(depot).lignes)
    lectures = {j.nom: (j, du_depot.get(j.nom, SANS_TRADUCTION)) for j in jeux}
    refus = {f.name: _motif_de_toml(f) for f in sources.glob("*.toml")}
    for table in tables:
        try:
            if [t.stem for t in tables].count(table.stem) > 1:
                raise LectureRefusee("deux tables de ce nom : n'en garder qu'une.")
            lectures[table.stem.removeprefix(TABLE)] = _lire_declaration(table, du_depot)
        except (LectureRefusee, OSError) as faute:
            refus[table.name] = motif_refus(faute)
    if refus:
        raise FichierRefuse(sorted(refus.items()))
    exports = []
    for fichier in (f for f in fichiers if f not in tables):
        try:
            exports.append(_export(fichier, lectures))
        except LectureRefusee as faute:
            refus[fichier.name] = str(faute)
    return exports, refus


def _motif_de_toml(fichier: Path) -> str:
    return (
        f"la déclaration est désormais une table, {TABLE}{fichier.stem}.csv (Jeu;Colonne;Lu;Vaut) : « comme » y "
        "est le Jeu de chaque ligne ; de « colonnes », la valeur est le Lu ; de « constantes », le Vaut ; de « mots », "
        f"l'un et l'autre. Un export s'y nomme {fichier.stem}_… (docs/initier.md)."
    )


def _lire_declaration(table: Path, du_depot: Mapping[str, Traduction]) -> tuple[Jeu, Traduction]:
    """Read a table beside exports: their jeu, and how they read. What it leaves unsaid, that of the drop says (F16)."""
    declarees = compiler(lignes_de_table(table, entiere=True))
    if len(declarees) != 1:
        raise LectureRefusee("toutes ses lignes sont d'un même Jeu, ce que sont celles de ses exports.")
    ((nom, propre),) = declarees.items()
    for repere in (r for v in propre.defauts.values() for r in _REPERE.findall(v)):
        if repere not in REPERES:
            raise LectureRefusee(f"repère inconnu, « {repere} » : {', '.join(REPERES)} sont connus.")
    depot, noms = du_depot.get(nom, SANS_TRADUCTION), {*propre.entetes, *propre.defauts}
    entetes = {c: noms_lus for c, noms_lus in depot.entetes.items() if c not in noms} | dict(propre.entetes)
    defauts = {c: v for c, v in depot.defauts.items() if c not in noms} | dict(propre.defauts)
    return registre().jeu(nom), Traduction(entetes, propre.valeurs, defauts)


def _export(fichier: Path, lectures: Mapping[str, tuple[Jeu, Traduction]]) -> Export:
    """Know an export by the longest name that begins its own. Raises `LectureRefusee` for no name, or no period."""
    nom = max((n for n in lectures if f"{fichier.stem}_".startswith(f"{n}_")), key=len, default=None)
    if nom is None:
        raise LectureRefusee(f"ni un jeu ni une table {TABLE}… n'a le début de ce nom : écrire cette table.")
    jeu, traduction = lectures[nom]
    suffixe = fichier.stem.rpartition("_")[2] if jeu.periode != "aucune" else ""
    nom_lu = lire_nom(jeu, f"{jeu.nom}_{suffixe}.csv" if suffixe else f"{jeu.nom}.csv")
    if nom_lu is None:
        forme = jeu.forme_du_nom.removeprefix(f"{jeu.nom}_")
        raise LectureRefusee(f"le nom finit par sa période, comme « {fichier.stem}_{forme}.csv » (G7).")
    return Export(fichier, jeu, nom_lu[0], traduction)


# ---------------------------------------------------------------- an export
def _rangees_du_jeu(export: Export) -> Iterator[list[str]]:
    """Yield the rows in the columns of the jeu, then where each stands. Raises `LectureRefusee` as the readers."""
    jeu, nom, traduction = export.jeu, export.fichier.name, export.traduction
    extension = export.fichier.suffix.lower().lstrip(".")
    lecteur = ouvrir(export.fichier, jeu, extension, Limites.de_l_environnement(), traduction)
    places = lecteur.entete.positions
    mots = {c.nom: traducteur(traduction.valeurs.get(c.nom, {})) for c in jeu.colonnes}
    reperes = {"exercice": export.periode[:4], "semestre": export.periode[6:], "periode": export.periode}
    totaux: list[list[str]] = []
    sommes = {c: Decimal(0) for c in jeu.colonnes if c.type in TYPES_SOMMABLES and c.nom in places}
    for bloc in sans_total(lecteur.blocs(), totaux.append):
        rangees = bloc.a_la_largeur(lecteur.entete.largeur)
        for c in sommes:
            sommes[c] += sum(Decimal(lecture_de(c)(r[places[c.nom]]) or 0) for r in rangees)
        for ligne, rangee in zip(bloc.lignes, rangees, strict=True):
            valeurs = reperes | {"ligne": str(ligne)}
            cellules = [
                mots[c.nom][rangee[places[c.nom]]]
                if c.nom in places and c.atterrit  # a name has no use in what is written
                else _resoudre(traduction.defauts.get(c.nom, ""), valeurs)
                for c in jeu.colonnes
            ]
            yield [*cellules, f"{nom}:{ligne}"]
    for rangee in totaux:
        _verifier_total(rangee, sommes, places)


def _resoudre(defaut: str, reperes: Mapping[str, str]) -> str:
    return _REPERE.sub(lambda m: reperes.get(m[1], m[0]), defaut)


def _verifier_total(rangee: list[str], sommes: Mapping[Colonne, Decimal], places: Mapping[str, int]) -> None:
    """Refuse a `Total` row that is not the sum of its column (F4): the file written has no such row."""
    for c, somme in sommes.items():
        annonce = total("".join(rangee[places[c.nom] : places[c.nom] + 1]), c.type)
        if annonce is not None and Decimal(annonce) != somme:
            raise LectureRefusee(f"la ligne Total n'est pas la somme de la colonne « {c.entete} » (F4).")
