"""Assets: the list on 31 December, and the depreciation the ledger must carry (R4, R5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon.faits import EXERCICES, axes, jour, jour_du, lire
from echantillon.tables import Cellule, Fichier, Pourcentage, Table, arrondi

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bien:
    """One asset; amounts in euros, `duree` in years, `quote_part` in percent."""

    inventaire: str
    designation: str
    compte: str
    acquisition: date
    service: date
    valeur: Decimal
    duree: int
    mode: str
    axe: str
    quote_part: Decimal
    subvention: str
    montant_subvention: Decimal
    sortie: date | None

    def annuites(self) -> dict[int, Decimal]:
        """R4: depreciation by year before quote-part, whole plan, exit applied."""
        plan = self._plan()
        if self.sortie is None or self.mode == "FV":
            return plan
        cumul = sum((v for annee, v in plan.items() if annee < self.sortie.year), ZERO)
        retenu = {annee: v for annee, v in plan.items() if annee <= self.sortie.year}
        if self.mode == "L" and self.sortie.year in retenu:
            debut = max(self.service, date(self.sortie.year, 1, 1))
            part = Fraction((self.sortie - debut).days + 1, _jours(self.sortie.year))
            retenu[self.sortie.year] = min(arrondi(Fraction(self.valeur) / self.duree * part), self.valeur - cumul)
        return retenu

    def _plan(self) -> dict[int, Decimal]:
        premiere = self.service.year
        if self.mode == "FV":
            return {premiere: self.valeur}
        annuite = Fraction(self.valeur) / self.duree
        if self.mode == "M14":
            annees = list(range(premiere + 1, premiere + 1 + self.duree))
            montants = [arrondi(annuite)] * (self.duree - 1)
        else:
            premier_janvier = self.service == date(premiere, 1, 1)
            annees = list(range(premiere, premiere + self.duree + (0 if premier_janvier else 1)))
            part = Fraction((date(premiere, 12, 31) - self.service).days + 1, _jours(premiere))
            montants = [arrondi(annuite * part)] + [arrondi(annuite)] * (len(annees) - 2)
        return dict(zip(annees, [*montants, self.valeur - sum(montants, ZERO)], strict=True))

    def dotation(self, exercice: int) -> Decimal:
        """Depreciation of the year before quote-part."""
        return self.annuites().get(exercice, ZERO)

    def reprise(self, exercice: int) -> Decimal:
        """R5: release of the subsidy before quote-part; the end of the plan takes what is left."""
        plan = self.annuites()
        if not self.montant_subvention or exercice not in plan:
            return ZERO
        if exercice == max(self._plan()) and self.sortie is None:
            deja = [arrondi(Fraction(self.montant_subvention) * Fraction(v) / Fraction(self.valeur))
                    for annee, v in plan.items() if annee < exercice]  # fmt: skip
            return self.montant_subvention - sum(deja, ZERO)
        return arrondi(Fraction(self.montant_subvention) * Fraction(plan[exercice]) / Fraction(self.valeur))

    def part(self, montant: Decimal) -> Decimal:
        """Amount × quote-part, to the cent."""
        return arrondi(Fraction(montant) * Fraction(self.quote_part) / 100)


def _jours(annee: int) -> int:
    return (date(annee, 12, 31) - date(annee, 1, 1)).days + 1


@cache
def biens() -> tuple[Bien, ...]:
    """Every asset of the drop."""
    return tuple(
        Bien(
            r["inventaire"], r["designation"], r["compte"], jour_du(r["acquisition"]), jour_du(r["mise_en_service"]),
            Decimal(r["valeur"]), int(r["duree"]), r["mode"], r["axe"], Decimal(r["quote_part"]), r["subvention"],
            Decimal(r["montant_subvention"] or 0), jour(r["sortie"]),
        )
        for r in lire("biens")
    )  # fmt: skip


def presents(exercice: int) -> list[Bien]:
    """Assets of the list on 31/12/E: in service, and not gone before E."""
    return [b for b in biens() if b.service.year <= exercice and (b.sortie is None or b.sortie.year >= exercice)]


def couts(exercice: int, dispositif: str) -> tuple[Decimal, Decimal]:
    """(depreciation, releases) of a dispositif or of STRUCTURE in E, after quote-part, euros."""
    codes = {a.code for a in axes() if a.dispositif == dispositif}
    lignes = [b for b in presents(exercice) if b.axe in codes]
    return (
        sum((b.part(b.dotation(exercice)) for b in lignes), ZERO),
        sum((b.part(b.reprise(exercice)) for b in lignes), ZERO),
    )


def fichiers() -> list[Fichier]:
    """`etat_actif_AAAA`."""
    entetes = ("N° inventaire", "Désignation", "Compte", "Date acquisition", "Date mise en service", "Valeur brute",
               "Durée", "Mode", "Axe analytique", "Quote-part %", "N° subvention", "Montant subvention",
               "Date sortie")  # fmt: skip
    sortie = []
    for exercice in EXERCICES:
        lignes: list[list[Cellule]] = []
        for b in presents(exercice):
            partie = b.sortie if b.sortie and b.sortie.year == exercice else None
            lignes.append([b.inventaire, b.designation, b.compte, b.acquisition, b.service, b.valeur, b.duree, b.mode,
                           b.axe, Pourcentage(b.quote_part), b.subvention, b.montant_subvention or None,
                           partie])  # fmt: skip
        sortie.append(Fichier("compta", "etat_actif", str(exercice), Table(entetes, lignes, "Valeur brute")))
    return sortie
