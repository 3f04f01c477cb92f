"""Published relations drawn at random within the contract: types, keys and columns that may be NULL are read of it, so
that a relation or a column that is added is drawn by itself; `tests/donnees/domaines_publies.csv` lists the values of
what is an enumeration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any

from echantillon.siret import siren_fictif, siret
from tests.atelier.fouille import lignes_csv

from mutualisation.publication.versions.relations import Colonne, Relation, lire_relations, relations_internes

DOMAINES = Path(__file__).parents[1] / "donnees" / "domaines_publies.csv"
DERNIER = 2021
SIRET_EPCI = siret(siren_fictif("20990000"))
RESERVES = ("STRUCTURE", "HORS", "NON_REPARTI", "EXCLU")
SYNTHESE, COMPOSANTES = "synthese_financiere", ("cout_personnel", "cout_fonctionnement", "amortissements")
DEDUITS = ("subventions", "reprises")
LONG = "Service commun d'instruction des autorisations du droit des sols & de l'urbanisme <réglementaire> "
Ligne = dict[str, Any]


@cache
def domaines() -> dict[tuple[str, str], list[str]]:
    """{(relation, or none, column): values}."""
    return {(r["relation"], r["colonne"]): r["valeurs"].split("|") for r in lignes_csv(DOMAINES)}


@dataclass(frozen=True)
class Tirage:
    """What is drawn: `graine`, how many years, communes and dispositifs; `nuls`: share of NULL where one may be;
    `vides`: share of relations without rows; `lignes`: rows at most of a relation and a year; `long`: names of 200
    characters; `puissance`: amounts, zero and negative ones included, go up to that power of ten."""

    graine: int
    exercices: int = 1
    communes: int = 3
    dispositifs: int = 3
    nuls: float = 0.3
    vides: float = 0.1
    lignes: int = 30
    long: bool = False
    puissance: int = 6

    @cached_property
    def annees(self) -> list[int]:
        return list(range(DERNIER - self.exercices + 1, DERNIER + 1))

    @cached_property
    def codes(self) -> list[str]:
        """Some would be one anchor, or that of a section."""
        return ["D-1", "D 1", "ENSEMBLE", "CONTENU", "É", "D1/2", *(f"D{n}" for n in range(self.dispositifs))][
            : self.dispositifs
        ]

    @cached_property
    def adherents(self) -> dict[str, str | None]:
        """INSEE code by SIRET: communes, the CCAS of each fifth one, the EPCI, and one of no commune."""
        sirens = {siren_fictif(f"{21590000 + n}"): f"{59001 + n}" for n in range(self.communes)}
        ccas = {siren_fictif(f"{26590000 + n}"): f"{59001 + n}" for n in range(0, self.communes, 5)}
        return {siret(s): insee for s, insee in (sirens | ccas).items()} | {SIRET_EPCI: None}

    def relations(self) -> dict[str, list[Ligne]]:
        """Rows of every relation that documents read."""
        hasard = Random(self.graine)  # noqa: S311 - drawn again from its seed
        lues = lire_relations() | relations_internes()
        return {nom: [x for e in self.annees for x in self._annee(hasard, r, e)] for nom, r in lues.items()}

    def _annee(self, hasard: Random, relation: Relation, exercice: int) -> list[Ligne]:
        vide = hasard.random() < self.vides
        if relation.nom == SYNTHESE:
            return synthese([] if vide else list(self._lignes(hasard, relation, exercice)), exercice)
        return [] if vide else list(self._lignes(hasard, relation, exercice))

    def _lignes(self, hasard: Random, relation: Relation, exercice: int) -> Iterator[Ligne]:
        vues = set()
        entiere = relation.avec_exercice()
        for _ in range(hasard.choice((1, self.lignes, self.lignes))):
            ligne = {c.nom: self._cellule(hasard, relation, c, exercice) for c in entiere.colonnes}
            if ligne.get("code_insee") and "siret_adherent" in ligne:
                ligne["code_insee"] = self.adherents[ligne["siret_adherent"]]
            cle = tuple(ligne[c] for c in {*relation.cle, "exercice"})
            if cle not in vues:
                vues.add(cle)
                yield ligne

    def _cellule(self, hasard: Random, relation: Relation, colonne: Colonne, exercice: int) -> Any:
        if colonne.nom == relation.pointeur:
            return exercice
        if not colonne.obligatoire and hasard.random() < self.nuls and colonne.nom != "exercice":
            return None
        return self._valeur(hasard, relation.nom, colonne, exercice)

    def _valeur(self, hasard: Random, relation: str, colonne: Colonne, exercice: int) -> Any:
        genre, nom = colonne.type.partition("(")[0], colonne.nom
        connues = domaines().get((relation, nom)) or domaines().get(("", nom))
        if connues:
            lue = hasard.choice(connues)
            return int(lue) if genre == "integer" else lue
        match genre:
            case "boolean":
                return hasard.random() < 0.5
            case "date":
                # a period meets the year (S6)
                ecarts = (0, 180, 364, 365, 900) if nom == "fin" else (-900, -1, 0, 180, 364)
                return date(exercice, 1, 1) + timedelta(hasard.choice(ecarts))
            case "integer" | "bigint" if nom.startswith("exercice"):
                return exercice + (
                    hasard.randint(1, 5) if relation.startswith("prevision") and nom == "exercice" else -1
                )
            case "integer" | "bigint":
                return hasard.choice((0, 1, 2, 17, 123456))
            case "text":
                return self._texte(hasard, nom)
            case _:
                return self._nombre(hasard, colonne.type)

    def _texte(self, hasard: Random, nom: str) -> str:
        if nom in ("dispositif", "code", "destination"):
            return hasard.choice([*self.codes, *(RESERVES if nom == "destination" else ())])
        if nom.startswith("siret"):
            return hasard.choice(list(self.adherents))
        if nom.startswith("siren"):
            return hasard.choice(list(self.adherents))[:9]
        court = f"{nom} {hasard.randint(1, 5)}"
        return hasard.choice(("", "=1+1", f"{court} & « co »\n#[x]", (LONG * 3)[:200])) + court if self.long else court

    def _nombre(self, hasard: Random, type_: str) -> Decimal:
        decimales = min(int(type_.rstrip(")").rpartition(",")[2]), 12) if "," in type_ else 6
        pas = Decimal(1).scaleb(-decimales)
        haut = 10**self.puissance if "15" in type_ else 1000
        return (
            hasard.choice((0, 0, 1, -1, haut, -haut)) * Decimal(hasard.random()) + hasard.choice((0, pas))
        ).quantize(pas)


def synthese(lignes: list[Ligne], exercice: int) -> list[Ligne]:
    """Rows whose costs add up, and their TOTAL, as every build makes them (R5, R6)."""
    zero = Decimal("0.00")
    for ligne in lignes:
        ligne["cout_net"] = sum((ligne[c] for c in COMPOSANTES), zero) - sum((ligne[c] for c in DEDUITS), zero)
        ligne |= {"est_total": False, "recettes_renseignees": ligne["recettes"] is not None}
    total = {
        c: sum((x[c] or zero for x in lignes), zero)
        for c in ("etp", *COMPOSANTES, *DEDUITS, "cout_net", "recettes", "recettes_ac")
    }
    lignes = [*lignes, {**total, "exercice": exercice, "dispositif": "TOTAL", "libelle": "TOTAL", "est_total": True,
                        "recettes_renseignees": all(x["recettes_renseignees"] for x in lignes)}]  # fmt: skip
    for ligne in lignes:
        ligne["reste_a_charge"] = ligne["cout_net"] - (ligne["recettes"] or zero)
        ligne["reste_a_charge_apres_ac"] = ligne["reste_a_charge"] - (ligne["recettes_ac"] or zero)
        taux = ligne["recettes"] / ligne["cout_net"] if ligne["cout_net"] and ligne["recettes"] is not None else None
        ligne["taux_couverture"] = taux if taux is None else taux.quantize(Decimal("0.000001"))
    return lignes
