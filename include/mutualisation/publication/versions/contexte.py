"""Read what a document says beside its figures: EPCI, parameters in force, files counted, exercices shown.

All of it is kept with the version, so that later loads change nothing in a document that is rendered again (S8): the
referentiel as internal relations, the files and the versions of the moment in `journal.constructions.contexte`, which
`journal.figer_contexte` fills when the rows of the version are added."""

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
  publication_sha256, portes, identite, semestre, chiffres_sha256, journal.rang_publie(%s, version),
  coalesce(contexte, '{}')
  from journal.constructions
 where version = %s
"""
EPCI_INCONNU = {"siret": "", "siren": "", "nom": "EPCI non renseigné"}
PARAMETRE = ("parametre", "valeur", "debut", "fin", "reference")
DISPOSITIF = (
    "code", "libelle", "thematique", "vehicule_juridique", "valorisation", "population_min", "population_max", "fin",
    "cadre_legal",
)  # fmt: skip
REDRESSEMENT = "redressement"


@dataclass(frozen=True)
class Construction:
    """An extract comes from this build, a row of `journal.constructions`; `construit_le` is ISO, UTC. `identite` says
    whether who prepared was authenticated (K3); `semestre` is the last one that invoices bill (R18); `rang` numbers
    the publications of the exercice, as builds of the warehouse are numbered apart."""

    version: int
    prepare_par: str
    code_version: str
    construit_le: str | None
    publication_sha256: str | None
    portes: dict[str, Any]
    identite: str = "declaree"
    semestre: int | None = None
    chiffres_sha256: str | None = None
    rang: int = 1

    @property
    def stockage(self) -> str:
        """Return the schema that holds its rows: those of invoices before the publication are built, and never kept."""
        return "versions" if self.semestre is None else "construction"


@dataclass(frozen=True)
class Contexte:
    """One exercice and version has these surroundings.

    `parametres` are {parametre, valeur, debut, fin, reference}, dates as ISO text; `dispositifs` are `DISPOSITIF`;
    `fichiers` {chemin, sha256, lignes, octets}; `presentes` {exercice: version}; `relations` {relation: columns} of the
    contract at publication, internal ones included; `cloture` says who approved, None while it is to be approved;
    `dernier` says that no later exercice is of the same version, so that communes are asked about this one."""

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
        """Say whether this is the reference drop, which tells it by a parameter."""
        return any(p["parametre"] == "jeu_de_donnees" and p["valeur"] == "synthetique" for p in self.parametres)

    def parametres_au(self, jour: date) -> dict[str, str]:
        """Return {parametre: value} in force on a day."""
        iso = jour.isoformat()
        retenus = (p for p in self.parametres if p["debut"] <= iso and (not p["fin"] or p["fin"] >= iso))
        return {p["parametre"]: str(p["valeur"]) for p in retenus}

    def parametre(self, nom: str) -> str | None:
        """Return the value of a parameter in the exercice, the latest where it changed; None without any."""
        return next((p["valeur"] for p in reversed(self.parametres) if p["parametre"] == nom), None)

    @property
    def charte(self) -> dict[str, str]:
        """Return the main colour and sentence that an EPCI sets for its documents, empty where it sets nothing."""
        reglages = {"marque": "couleur_principale", "phrase": "phrase_collectivite"}
        return {cle: self.parametre(nom) or "" for cle, nom in reglages.items()}

    @property
    def identite(self) -> str:
        """Return `declaree` when who prepared, or who approved, was not authenticated (K3)."""
        qui = {self.construction.identite, *([self.cloture.identite] if self.cloture else [])}
        return "declaree" if "declaree" in qui else "authentifiee"

    @property
    def avant_publication(self) -> bool:
        """Say whether these are invoices of an exercice that is not published (R18)."""
        return self.construction.semestre is not None


def version_publiee(conn: psycopg.Connection[Any], exercice: int) -> int:
    """Return the version that `publication` shows for an exercice; a French error when it was never published."""
    version = lire_pointeurs(conn).get(exercice)
    if version is None:
        raise NonPublie(f"L'exercice {exercice} n'est pas publié : lancez d'abord « mutualisation bilan ».")
    return version


def versions_presentees(conn: psycopg.Connection[Any], exercice: int, version: int) -> list[int]:
    """Return the versions in which these documents show this exercice and those before; [] when unknown."""
    requete = (
        "select p.value::bigint from journal.constructions as c"
        " cross join lateral jsonb_each_text(c.contexte -> 'exercices' -> %s -> 'presentes') as p where c.version = %s"
    )
    return [int(v) for (v,) in conn.execute(requete, (str(exercice), version)).fetchall()]


def lire_contexte(conn: psycopg.Connection[Any], exercice: int, version: int) -> Contexte:
    """Return the context of (exercice, version). Raises `ErreurMutualisation` when this version does not hold it."""
    ligne = conn.execute(CONSTRUCTION, (exercice, version)).fetchone()
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
    """Return the relations of an extract, each a CSV, with the columns that they had when stored (S8). `redressement`
    is that of a closed exercice that was built again (K6)."""
    connues = lire_relations()
    relations = {nom: connues[nom].limitee(colonnes) for nom, colonnes in contexte.relations.items() if nom in connues}
    redressement = relations_internes()[REDRESSEMENT].limitee(contexte.relations.get(REDRESSEMENT, ()))
    if redressement.colonnes:
        lignes = lire_lignes(conn, redressement, contexte.exercice, contexte.construction.version)
        if next(iter(lignes), None) is not None:
            relations[REDRESSEMENT] = redressement
    return relations
