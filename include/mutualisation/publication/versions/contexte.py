"""What a document says beside its figures: EPCI, parameters in force, files counted, exercices shown.

All of it is kept with the version, so that later loads change nothing in a document that is rendered again (S8): the
referentiel as internal relations, the files and the versions of the moment in `journal.constructions.contexte`, which
`journal.figer_contexte` fills when the rows of the version are added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from mutualisation.publication.versions.clotures import Cloture, lire_cloture
from mutualisation.publication.versions.extraits_csv import lire_lignes, lire_pointeurs
from mutualisation.publication.versions.relations import Relation, lire_relations, relations_internes
from mutualisation.socle.erreurs import ErreurMutualisation, NonPublie

CONSTRUCTION = """
select version, prepare_par, code_version, to_char(fin at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  publication_sha256, portes, identite, semestre, chiffres_sha256, coalesce(contexte, '{}')
  from journal.constructions
 where version = %s
"""
EPCI_INCONNU = {"siret": "", "siren": "", "nom": "EPCI non renseigné"}
PARAMETRE = ("parametre", "valeur", "debut", "fin", "reference")
DISPOSITIF = ("code", "libelle", "thematique", "vehicule_juridique", "valorisation", "population_min", "population_max")
REDRESSEMENT = "redressement"


@dataclass(frozen=True)
class Construction:
    """The build an extract comes from, as `journal.constructions` keeps it; `construit_le` is ISO, UTC; `identite`:
    whether who prepared was authenticated (K3); `semestre`: the last one that a build of invoices bills (R18)."""

    version: int
    prepare_par: str
    code_version: str
    construit_le: str | None
    publication_sha256: str | None
    portes: dict[str, Any]
    identite: str = "declaree"
    semestre: int | None = None
    chiffres_sha256: str | None = None

    @property
    def stockage(self) -> str:
        """The schema that holds its rows: those of invoices before the publication are built, and never kept."""
        return "versions" if self.semestre is None else "construction"


@dataclass(frozen=True)
class Contexte:
    """Surroundings of one exercice and version.

    `parametres`: {parametre, valeur, debut, fin, reference}, dates as ISO text; `dispositifs`: {code, libelle,
    thematique, vehicule_juridique, valorisation, population_min, population_max}; `fichiers`: {chemin, sha256, lignes,
    octets}; `presentes`: {exercice: version}; `relations`: {relation: columns} of the contract at publication,
    internal ones included; `cloture`: who approved, None while it is to be approved; `dernier`: no later exercice is
    of the same version, so that it is this one that communes are asked about.
    """

    exercice: int
    construction: Construction
    epci: str
    siren: str
    siret: str
    parametres: list[dict[str, Any]]
    dispositifs: list[dict[str, Any]]
    fichiers: list[dict[str, Any]]
    presentes: dict[int, int]
    relations: dict[str, list[str]]
    cloture: Cloture | None = None
    dernier: bool = True

    @property
    def est_synthetique(self) -> bool:
        """True for the reference drop, which says so by a parameter."""
        return any(p["parametre"] == "jeu_de_donnees" and p["valeur"] == "synthetique" for p in self.parametres)

    def parametres_au(self, jour: date) -> dict[str, str]:
        """{parametre: value} in force on a day."""
        iso = jour.isoformat()
        retenus = (p for p in self.parametres if p["debut"] <= iso and (not p["fin"] or p["fin"] >= iso))
        return {p["parametre"]: str(p["valeur"]) for p in retenus}

    def parametre(self, nom: str) -> str | None:
        """Value of a parameter in force in the exercice, the latest where it changed; None when it has none."""
        return next((p["valeur"] for p in reversed(self.parametres) if p["parametre"] == nom), None)

    @property
    def charte(self) -> dict[str, str]:
        """What an EPCI sets of the look of its documents, empty where it sets nothing: main colour, sentence."""
        reglages = {"marque": "couleur_principale", "phrase": "phrase_collectivite"}
        return {cle: self.parametre(nom) or "" for cle, nom in reglages.items()}

    @property
    def identite(self) -> str:
        """`declaree` when who prepared, or who approved, was not authenticated (K3)."""
        qui = {self.construction.identite, *([self.cloture.identite] if self.cloture else [])}
        return "declaree" if "declaree" in qui else "authentifiee"

    @property
    def avant_publication(self) -> bool:
        """True for invoices of an exercice that is not published (R18)."""
        return self.construction.semestre is not None


def version_publiee(conn: psycopg.Connection[Any], exercice: int) -> int:
    """Version that `publication` shows for an exercice; a French error when it was never published."""
    version = lire_pointeurs(conn).get(exercice)
    if version is None:
        raise NonPublie(f"L'exercice {exercice} n'est pas publié : lancez d'abord « mutualisation bilan ».")
    return version


def versions_presentees(conn: psycopg.Connection[Any], exercice: int, version: int) -> list[int]:
    """Versions in which the documents of (exercice, version) show this exercice and those before; none when unknown."""
    requete = (
        "select p.value::bigint from journal.constructions as c"
        " cross join lateral jsonb_each_text(c.contexte -> 'exercices' -> %s -> 'presentes') as p where c.version = %s"
    )
    return [int(v) for (v,) in conn.execute(requete, (str(exercice), version)).fetchall()]


def lire_contexte(conn: psycopg.Connection[Any], exercice: int, version: int) -> Contexte:
    """Context of (exercice, version). Raises `ErreurMutualisation` when this version does not hold it."""
    ligne = conn.execute(CONSTRUCTION, (version,)).fetchone()
    if ligne is None:
        raise ErreurMutualisation(f"La version {version} n'existe pas dans cet entrepôt.")
    *construction, fige = ligne
    entourage = fige.get("exercices", {}).get(str(exercice))
    if entourage is None:
        raise ErreurMutualisation(f"La version {version} ne contient pas d'extrait de l'exercice {exercice}.")

    bati = Construction(*construction)

    def lire_relation(relation: str, colonnes: Iterable[str]) -> list[dict[str, Any]]:
        rangees = lire_lignes(conn, relations_internes()[relation], exercice, version, bati.stockage)
        return [{c: x.isoformat() if isinstance(x := r[c], date) else x for c in colonnes} for r in rangees]

    epci = EPCI_INCONNU | next(iter(lire_relation("epci", EPCI_INCONNU)), {})
    return Contexte(
        exercice=exercice,
        construction=bati,
        epci=epci["nom"],
        siren=epci["siren"],
        siret=epci["siret"],
        parametres=lire_relation("parametres_en_vigueur", PARAMETRE),
        dispositifs=lire_relation("dispositifs_en_vigueur", DISPOSITIF),
        fichiers=fige["fichiers"],
        presentes={int(e): v for e, v in sorted(entourage["presentes"].items())},
        relations=fige["relations"],
        cloture=lire_cloture(conn, exercice, version),
        dernier=exercice == max(map(int, fige["exercices"])),
    )


def relations_ecrites(conn: psycopg.Connection[Any], contexte: Contexte) -> dict[str, Relation]:
    """The relations of an extract, each a CSV, with the columns that the contract had when their rows were stored (S8);
    `redressement` of a closed exercice that was built again (K6)."""
    connues = lire_relations()
    relations = {nom: connues[nom].limitee(colonnes) for nom, colonnes in contexte.relations.items() if nom in connues}
    redressement = relations_internes()[REDRESSEMENT].limitee(contexte.relations.get(REDRESSEMENT, ()))
    if redressement.colonnes:
        lues = lire_lignes(conn, redressement, contexte.exercice, contexte.construction.version)
        if next(iter(lues), None) is not None:
            relations[REDRESSEMENT] = redressement
    return relations
