"""The territory: adherents with their SIRET, populations by year (R7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from echantillon.faits import jour, jour_du, lire
from echantillon.siret import siren_fictif, siret

SIREN_EPCI_ANCIEN = "245900410"
SIREN_EPCI = "200093201"
FUSION = date(2020, 3, 14)
INSEE_SIEGE = "59350"
DEBUT_TERRITOIRE = date(2015, 1, 1)


@dataclass(frozen=True, slots=True)
class Adherent:
    """One row of `adherents`: communes are real, CCAS and satellites carry made-up SIREN and streets."""

    siret: str
    siren: str
    type: str
    nom: str
    insee: str
    debut: date
    fin: date | None
    ville: str = "Lille"
    code_postal: str = "59000"

    @property
    def adresse(self) -> str:
        """The town hall of a commune; elsewhere an invented street."""
        return "Hôtel de ville" if self.type == "commune" else "1 rue de l'Exemple"


@dataclass(frozen=True, slots=True)
class Adhesion:
    """Adhesion of one adherent to one dispositif, bounds inclusive."""

    dispositif: str
    adherent: Adherent
    debut: date
    fin: date | None


@cache
def communes() -> dict[str, Adherent]:
    """The 95 communes by INSEE code: 90 since 2015, 5 since the merger of 14 March 2020."""
    return {
        r["code_insee"]: Adherent(
            siret(r["siren"]), r["siren"], "commune", r["nom"], r["code_insee"],
            jour(r["membre_depuis"]) or DEBUT_TERRITOIRE, None, r["nom"], r["code_postal"],
        )
        for r in lire("communes")
    }  # fmt: skip


def _organisme(type_: str, nom: str, racine: str, commune: Adherent) -> Adherent:
    siren = siren_fictif(racine)
    return Adherent(siret(siren), siren, type_, nom, commune.insee, commune.debut, None, commune.ville,
                    commune.code_postal)  # fmt: skip


@cache
def adherents() -> dict[tuple[str, str], Adherent]:
    """Every adherent by (type, key): INSEE for communes and CCAS, a short code for satellites, SIREN for the EPCI."""
    tous = {("commune", insee): commune for insee, commune in communes().items()}
    for r in lire("ccas"):
        commune = communes()[r["code_insee"]]
        tous["ccas", commune.insee] = _organisme("ccas", f"CCAS de {commune.nom}", f"2659{commune.insee[2:]}0", commune)
    siege = communes()[INSEE_SIEGE]
    for n in range(1, 6):
        tous["satellite", str(n)] = _organisme("satellite", f"Organisme satellite {n} (fictif)", f"1300000{n}", siege)
    feal = "Fédération d'électricité de l'arrondissement de Lille (FEAL)"
    tous["satellite", "FEAL"] = _organisme("satellite", feal, "25599999", siege)
    nom = "Métropole Européenne de Lille"
    for siren, debut, fin in (
        (SIREN_EPCI_ANCIEN, DEBUT_TERRITOIRE, date(2020, 3, 13)),
        (SIREN_EPCI, FUSION, None),
    ):
        tous["epci", siren] = Adherent(siret(siren), siren, "epci", nom, "", debut, fin)
    return tous


@cache
def adhesions() -> tuple[Adhesion, ...]:
    """Adhesions of every dispositif."""
    tous = adherents()
    return tuple(
        Adhesion(r["dispositif"], tous[r["type"], r["cle"]], jour_du(r["debut"]), jour(r["fin"]))
        for r in lire("adhesions")
    )


@cache
def populations() -> dict[tuple[int, str], int]:
    """Total population by (year in force on 1 January, INSEE); 2019 and 2020 carry the 2021 value."""
    connues = {(int(r["annee"]), r["code_insee"]): int(r["population_totale"]) for r in lire("populations")}
    reprises = {(annee, insee): connues[2021, insee] for annee in (2019, 2020) for insee in communes()}
    return reprises | connues


def siren_epci(quand: date) -> str:
    """SIREN of the EPCI on a day: the merger changed it."""
    return SIREN_EPCI if quand >= FUSION else SIREN_EPCI_ANCIEN
