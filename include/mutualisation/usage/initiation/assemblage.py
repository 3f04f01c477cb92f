"""Turn the exports of an EPCI, which a folder beside the drop declares, into files of the contract.

A declaration (TOML) names the exports, says which jeu their rows are (a cost: `mandats`; a receipt: `titres`; units:
`unites`; hours, which each service exports: `temps`; or any other), and how their columns are read. Several exports of
one jeu and one periode make one file of the drop, whose last column names the file and line of each row."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from mutualisation.entree.ingestion.cellules_lues import lecture_de, total
from mutualisation.entree.ingestion.correspondances import compiler
from mutualisation.entree.ingestion.depot import lire_nom, mois_couverts, se_recouvrent
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction, normaliser
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.entree.sources.jeux import TYPES_SOMMABLES, Colonne, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle import disque
from mutualisation.socle.erreurs import ErreurMutualisation, FichierRefuse, raison_systeme
from mutualisation.usage.examen.propositions import table_du_depot
from mutualisation.usage.initiation.squelette import en_csv, exiger_ici

# this banner line (F5) marks our files: no other is written over
MARQUE = "Fichier écrit par « mutualisation assembler » : corriger l'export ou sa déclaration, pas ce fichier"
ORIGINE = "Origine"
CLES = ("libelle", "comme", "fichiers", "colonnes", "constantes", "mots")
# a constant may hold these fields, filled from the name of the file and the place of the row: `{exercice}`
REPERES = ("exercice", "semestre", "periode", "ligne")
_REPERE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class SourcePropre:
    """A declaration gives, by ASCII name of column, other headers, constants, and words to read as others."""

    nom: str
    jeu: Jeu
    fichiers: str
    colonnes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    constantes: Mapping[str, str] = field(default_factory=dict)
    mots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Assemble:
    """A file of the drop was written: its path there, how many rows, the exports they come from."""

    fichier: str
    lignes: int
    exports: list[str]


def assembler(sources: Path, depot: Path) -> list[Assemble]:
    """Write in the drop the files that the declarations of `sources` make of its exports. `FichierRefuse` names the
    exports that can't be read; `ErreurMutualisation` a wrong declaration, or a file of the drop that this command did
    not write. Nothing is written then."""
    exiger_ici(depot, "assembler")
    declarations = sorted(sources.glob("*.toml"))
    if not declarations:
        raise ErreurMutualisation(f"Aucune déclaration (*.toml) dans {sources} : docs/initier.md en montre une.")
    table = compiler(table_du_depot(depot).lignes)
    declarees = [_source_completee(_lire_declaration(f), table) for f in declarations]
    rangees: dict[tuple[Jeu, str], list[list[str]]] = defaultdict(list)
    exports: dict[tuple[Jeu, str], list[str]] = defaultdict(list)
    refus = []
    for source in declarees:
        for fichier in _exports(sources, source):
            try:
                periode = _periode_du_nom(source.jeu, fichier)
                rangees[source.jeu, periode] += _rangees_du_jeu(source, fichier, periode)
                exports[source.jeu, periode].append(fichier.name)
            except (LectureRefusee, OSError) as faute:
                refus.append((fichier.name, motif_refus(faute)))
    if refus:
        raise FichierRefuse(refus)
    ecrites = {cle: _periode_ecrite(*cle, exports) for cle in rangees}
    reunies: dict[tuple[Jeu, str], list[list[str]]] = defaultdict(list)
    noms: dict[tuple[Jeu, str], list[str]] = defaultdict(list)
    for (jeu, periode), ecrite in ecrites.items():
        reunies[jeu, ecrite] += rangees[jeu, periode]
        noms[jeu, ecrite] += exports[jeu, periode]
    _exiger_une_longueur(depot, reunies)
    return _ecrire_fichiers(depot, reunies, noms)


def _periode_ecrite(jeu: Jeu, periode: str, exports: Mapping[tuple[Jeu, str], list[str]]) -> str:
    """Return the longest of the periods declared that shares a month with this one (F17). Raises `ErreurMutualisation`
    when shorter ones don't fill it: nobody would see that months lack."""
    du_jeu = [p for j, p in exports if j == jeu and (p == periode or se_recouvrent(jeu, p, periode))]
    longue = max(du_jeu, key=lambda p: len(mois_couverts(jeu, p)))
    courtes = [p for j, p in exports if j == jeu and se_recouvrent(jeu, p, longue)]
    if courtes and {m for p in courtes for m in mois_couverts(jeu, p)} != set(mois_couverts(jeu, longue)):
        combien = "une année" if len(longue) == len("AAAA") else "un trimestre"
        raise ErreurMutualisation(
            f"{exports[jeu, longue][0]} couvre {combien}, et les exports de {', '.join(sorted(courtes))} n'en font pas "
            f"les {'douze' if combien == 'une année' else 'trois'} mois : ajouter ceux qui manquent, ou le couper "
            "comme eux (F17)."
        )
    return longue


def _exiger_une_longueur(depot: Path, rangees: Iterable[tuple[Jeu, str]]) -> None:
    """Refuse a drop that has the same months under another length of period (F17)."""
    for jeu, periode in rangees:
        dossier = depot / jeu.source
        for fichier in sorted(dossier.iterdir()) if dossier.is_dir() else ():
            nom_lu = lire_nom(jeu, fichier.name)
            if nom_lu is not None and se_recouvrent(jeu, nom_lu[0], periode):
                raise ErreurMutualisation(
                    f"{fichier} est dans le dépôt, et {jeu.nom}_{periode} y dirait les mêmes mois sous une autre "
                    "longueur de période : le mettre parmi les sources, et l'y déclarer (F17)."
                )


def _ecrire_fichiers(depot: Path, rangees: Mapping[tuple[Jeu, str], list[list[str]]], exports: Any) -> list[Assemble]:
    """Write the files; those about agents can be read by their owner alone."""
    textes = {
        f"{jeu.source}/{jeu.nom}_{p}.csv".replace("_.", "."): en_csv(
            [[MARQUE], [*(c.entete for c in jeu.colonnes), ORIGINE], *r]
        )
        for (jeu, p), r in rangees.items()
    }
    try:
        for nom in textes:
            if (depot / nom).exists() and MARQUE not in (depot / nom).read_text("utf-8-sig", "replace")[:200]:
                raise ErreurMutualisation(
                    f"{depot / nom} n'a pas été écrit par « assembler » : le déclarer lui aussi parmi les "
                    "sources, et le retirer du dépôt."
                )
        for (jeu, _), (nom, texte) in zip(rangees, textes.items(), strict=True):
            (depot / nom).parent.mkdir(parents=True, exist_ok=True)
            disque.ecrire(depot / nom, texte.encode("utf-8-sig"), 0o600 if jeu.agents else 0o644)
    except OSError as e:
        raise ErreurMutualisation(f"{depot} ne peut pas être écrit ({raison_systeme(e)}).") from None
    return [Assemble(nom, len(rangees[c]), exports[c]) for nom, c in zip(textes, rangees, strict=True)]


# ---------------------------------------------------------------- a declaration
def _lire_declaration(fichier: Path) -> SourcePropre:
    """Read a declaration. Raises `ErreurMutualisation`, naming the file, for what the contract does not know."""
    try:
        declaration = tomllib.loads(fichier.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ErreurMutualisation(f"{fichier} n'est pas un TOML en UTF-8 lisible.") from None
    for cle in declaration:
        _nom_connu(fichier, "clé inconnue", cle, CLES)
    if "comme" not in declaration:
        raise ErreurMutualisation(
            f"{fichier.name} : la clé « comme » manque, qui dit ce que sont ses lignes (« mandats », « titres »…)."
        )
    jeux = {j.nom: j for j in registre().jeux if j.format == "tabulaire"}
    jeu = jeux[_nom_connu(fichier, "jeu inconnu", str(declaration["comme"]), jeux)]
    noms = {normaliser(c.entete or ""): c.nom for c in jeu.colonnes}

    def par_colonne(cle: str) -> dict[str, Any]:
        table = _en_table(fichier, f"« {cle} »", declaration.get(cle, {}))
        return {noms[_nom_connu(fichier, "colonne inconnue", e, noms)]: v for e, v in table.items()}

    constantes = {nom: str(v) for nom, v in par_colonne("constantes").items()}
    for repere in (r for v in constantes.values() for r in _REPERE.findall(v)):
        _nom_connu(fichier, "repère inconnu", repere, REPERES)
    mots = {nom: _en_table(fichier, f"« mots », « {nom} »", m) for nom, m in par_colonne("mots").items()}
    return SourcePropre(
        fichier.stem,
        jeu,
        str(declaration.get("fichiers", "")) or f"{fichier.stem}_*",
        {nom: frozenset({normaliser(str(v))}) for nom, v in par_colonne("colonnes").items()},
        constantes,
        {nom: {normaliser(mot): str(v) for mot, v in m.items()} for nom, m in mots.items()},
    )


def _en_table(fichier: Path, quoi: str, valeur: Any) -> dict[str, Any]:
    if isinstance(valeur, dict):
        return valeur
    raise ErreurMutualisation(f"{fichier.name} : {quoi} est une table : une ligne « nom = valeur » pour chacun.")


def _source_completee(source: SourcePropre, table: Mapping[str, Traduction]) -> SourcePropre:
    """Add what `correspondances` of the drop says of the columns that the declaration does not name (F16)."""
    traduction = table.get(source.jeu.nom, SANS_TRADUCTION)
    noms = {*source.colonnes, *source.constantes}
    return replace(
        source,
        colonnes={nom: entetes for nom, entetes in traduction.entetes.items() if nom not in noms}
        | dict(source.colonnes),
        constantes={nom: v for nom, v in traduction.defauts.items() if nom not in noms} | dict(source.constantes),
    )


def _nom_connu(fichier: Path, quoi: str, nom: str, connus: Any) -> str:
    """Return the known name, compared as it is typed, then as headers are."""
    for forme in (nom, normaliser(nom)):
        if forme in connus:
            return forme
    (proche,) = difflib.get_close_matches(nom, list(connus), 1, 0.0)
    raise ErreurMutualisation(f"{fichier.name} : {quoi}, « {nom} » ; le nom le plus proche est « {proche} ».")


def _exports(sources: Path, source: SourcePropre) -> list[Path]:
    try:
        trouves = sorted(f for f in sources.glob(source.fichiers) if f.suffix.lower() in (".csv", ".xlsx"))
    except (NotImplementedError, ValueError):
        raise ErreurMutualisation(
            f"{source.nom}.toml : « fichiers » est le nom d'exports de ce dossier, comme « {source.nom}_* »."
        ) from None
    if not trouves:
        raise ErreurMutualisation(
            f"{source.nom}.toml : aucun fichier « {source.fichiers} » (CSV, XLSX) dans {sources}."
        )
    return trouves


# ---------------------------------------------------------------- an export
def _periode_du_nom(jeu: Jeu, fichier: Path) -> str:
    """Return the period that ends the name of the export. Raises `LectureRefusee` when it is none of the jeu."""
    suffixe = fichier.stem.rpartition("_")[2] if jeu.periode != "aucune" else ""
    nom_lu = lire_nom(jeu, f"{jeu.nom}_{suffixe}.csv" if suffixe else f"{jeu.nom}.csv")
    if nom_lu is None:
        forme = jeu.forme_du_nom.removeprefix(f"{jeu.nom}_")
        raise LectureRefusee(f"le nom finit par sa période, comme « {fichier.stem}_{forme}.csv » (G7).")
    return nom_lu[0]


def _rangees_du_jeu(source: SourcePropre, fichier: Path, periode: str) -> Iterator[list[str]]:
    """Yield the rows in the columns of the jeu, then where each stands. Raises `LectureRefusee` as the readers."""
    jeu = source.jeu
    traduction = Traduction(source.colonnes, {}, source.constantes)
    extension = fichier.suffix.lower().lstrip(".")
    lecteur = ouvrir(fichier, jeu, extension, Limites.de_l_environnement(), traduction)
    places = lecteur.entete.positions
    reperes = {"exercice": periode[:4], "semestre": periode[6:], "periode": periode}
    totaux: list[list[str]] = []
    sommes = {c: Decimal(0) for c in jeu.colonnes if c.type in TYPES_SOMMABLES and c.nom in places}
    for bloc in sans_total(lecteur.blocs(), totaux.append):
        rangees = bloc.a_la_largeur(lecteur.entete.largeur)
        for c in sommes:
            sommes[c] += sum(Decimal(lecture_de(c)(r[places[c.nom]]) or 0) for r in rangees)
        for ligne, rangee in zip(bloc.lignes, rangees, strict=True):
            valeurs = reperes | {"ligne": str(ligne)}
            cellules = [
                rangee[places[c.nom]]
                if c.nom in places and c.atterrit  # a name of a person has no use in what is written
                else _resoudre(source.constantes.get(c.nom, ""), valeurs)
                for c in jeu.colonnes
            ]
            cellules_lues = [
                source.mots.get(c.nom, {}).get(normaliser(v), v) for c, v in zip(jeu.colonnes, cellules, strict=True)
            ]
            yield [*cellules_lues, f"{fichier.name}:{ligne}"]
    for rangee in totaux:
        _verifier_total(rangee, sommes, places)


def _resoudre(constante: str, reperes: Mapping[str, str]) -> str:
    return _REPERE.sub(lambda m: reperes.get(m[1], m[0]), constante)


def _verifier_total(rangee: list[str], sommes: Mapping[Colonne, Decimal], places: Mapping[str, int]) -> None:
    """Refuse a `Total` row that is not the sum of its column (F4): the file written has no such row."""
    for c, somme in sommes.items():
        annonce = total("".join(rangee[places[c.nom] : places[c.nom] + 1]), c.type)
        if annonce is not None and Decimal(annonce) != somme:
            raise LectureRefusee(f"la ligne Total n'est pas la somme de la colonne « {c.entete} » (F4).")
