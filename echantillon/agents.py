"""Agents and the share of their time: ETP by dispositif, exact in half-days (R1, method R).

A full-time year holds 400 half-days of 3 h 30, so 0,01 ETP is 4 half-days and every share is exact.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon.faits import EXERCICES, jour, jour_du, lire, valorises
from echantillon.hasard import tirage
from echantillon.tables import Cellule, Fichier, Table, repartir

DEMI_JOURNEES = 400
CENTIEME = DEMI_JOURNEES // 100


@dataclass(slots=True)
class Segment:
    """One contract segment seen in one exercice; `demi` counts half-days by activity code."""

    matricule: str
    nom: str
    prenom: str
    statut: str
    grade: str
    categorie: str
    quotite: Decimal
    entree: date
    sortie: date | None
    equipe: str
    exercice: int
    sans_temps: bool
    demi: dict[str, int] = field(default_factory=dict)

    @property
    def debut(self) -> date:
        """First day of the segment in the exercice."""
        return max(self.entree, date(self.exercice, 1, 1))

    @property
    def fin(self) -> date:
        """Last day of the segment in the exercice."""
        dernier = date(self.exercice, 12, 31)
        return min(self.sortie or dernier, dernier)

    @property
    def etpt(self) -> Fraction:
        """R1: quotité × days in E / days of E, bounds inclusive."""
        annee = (date(self.exercice, 12, 31) - date(self.exercice, 1, 1)).days + 1
        return Fraction(self.quotite) / 100 * Fraction((self.fin - self.debut).days + 1, annee)

    @property
    def capacite(self) -> int:
        """Half-days of the segment, 0 when its time is not kept (affectation only)."""
        return int(self.etpt * DEMI_JOURNEES)

    @property
    def libre(self) -> int:
        """Half-days not yet given to an activity."""
        return self.capacite - sum(self.demi.values())


@dataclass(frozen=True, slots=True)
class Activite:
    """A time code of one exercice: dispositif (or HORS, STRUCTURE) and communes' part in percent."""

    code: str
    libelle: str
    dispositif: str
    part: int
    equipe: str


@cache
def activites(exercice: int) -> tuple[Activite, ...]:
    """Time codes whose key is in force in the exercice (keys change on 1 January only)."""
    debut, fin = date(exercice, 1, 1), date(exercice, 12, 31)
    return tuple(
        Activite(r["code"], r["libelle"], r["dispositif"], int(r["part"]), r["equipe"])
        for r in lire("activites")
        if jour_du(r["debut"]) <= fin and (jour(r["fin"]) or fin) >= debut
    )


@cache
def segments(exercice: int) -> tuple[Segment, ...]:
    """Segments of the exercice with all their half-days given out: dispositifs first, then the home service."""
    presents = [s for s in _roster(exercice) if s.debut <= s.fin]
    _affecter_dispositifs(presents, exercice)
    maison = {a.equipe: a.code for a in activites(exercice) if a.dispositif in ("HORS", "STRUCTURE")}
    for segment in presents:
        if segment.libre:
            segment.demi[maison[segment.equipe]] = segment.libre
    return tuple(presents)


def _roster(exercice: int) -> list[Segment]:
    return [
        Segment(
            r["matricule"], r["nom"], r["prenom"], r["statut"], r["grade"], r["categorie"], Decimal(r["quotite"]),
            jour_du(r["entree"]), jour(r["sortie"]), r["equipe"], exercice, str(exercice) in r["sans_temps"].split(),
        )
        for r in lire("equipes")
    ]  # fmt: skip


def _affecter_dispositifs(presents: list[Segment], exercice: int) -> None:
    """Share each (dispositif, catégorie) target among the agents of the team, valued dispositifs first."""
    alea = tirage(f"temps/{exercice}")
    cibles = [r for r in lire("equivalents") if int(r["exercice"]) == exercice]
    cibles.sort(key=lambda r: r["dispositif"] not in valorises())
    for cible in cibles:
        codes = [a for a in activites(exercice) if a.dispositif == cible["dispositif"]]
        equipe = [s for s in presents if s.equipe == codes[0].equipe and s.categorie == cible["categorie"]]
        choix = [codes[rang % len(codes)] for rang in range(len(equipe))]
        # one hundredth of an ETP for the communes costs 4 / part half-days of the activity
        cout = [CENTIEME * 100 // a.part for a in choix]
        plafonds = [s.libre // c for s, c in zip(equipe, cout, strict=True)]
        poids = [Fraction(p) * (70 + alea.randrange(60)) for p in plafonds]
        parts = repartir(int(Decimal(cible["etp"]) * 100), poids, plafonds, minimum=1)
        for segment, activite, prix, centiemes in zip(equipe, choix, cout, parts, strict=True):
            if centiemes:
                segment.demi[activite.code] = segment.demi.get(activite.code, 0) + centiemes * prix


def etp_communes(exercice: int) -> dict[tuple[str, str], Fraction]:
    """ETP by (dispositif, catégorie) after the communes' part, exact (R1)."""
    codes = {a.code: a for a in activites(exercice)}
    total: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for segment in segments(exercice):
        for code, demi in segment.demi.items():
            activite = codes[code]
            if activite.dispositif not in ("HORS", "STRUCTURE"):
                etp = segment.etpt * Fraction(demi, segment.capacite) * Fraction(activite.part, 100)
                total[activite.dispositif, segment.categorie] += etp
    return total


def etpt_categorie(exercice: int) -> dict[str, Fraction]:
    """ETPT by catégorie, exact (R1)."""
    total: dict[str, Fraction] = defaultdict(Fraction)
    for segment in segments(exercice):
        total[segment.categorie] += segment.etpt
    return total


def fichiers() -> list[Fichier]:
    """`agents_AAAA`: one row per segment × affectation; affectations only where time is not kept."""
    return [Fichier("rh", "agents", str(exercice), _table(exercice), controle=True) for exercice in EXERCICES]


def _table(exercice: int) -> Table:
    entetes = ("Matricule", "Nom", "Prénom", "Statut", "Grade", "Catégorie", "Quotité", "Date entrée", "Date sortie",
               "Code activité", "% affectation", "Début affectation", "Fin affectation")  # fmt: skip
    lignes: list[list[Cellule]] = []
    for s in segments(exercice):
        identite: list[Cellule] = [s.matricule, s.nom, s.prenom, s.statut, s.grade, s.categorie, s.quotite,
                                   s.entree, s.sortie]  # fmt: skip
        if not s.sans_temps:
            lignes.append([*identite, None, None, None, None])
            continue
        for code, demi in sorted(s.demi.items()):
            part = (Decimal(demi) * 100 / Decimal(s.capacite)).normalize()
            lignes.append([*identite, code, part, s.debut, s.fin])
    return Table(entetes, lignes)
