"""What commune pages leave out because the referentiel does not say it: to be listed under data quality."""

from __future__ import annotations

from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes.bloc_communal import EPCI, Adherent, BlocCommunal, Territoire, lire
from mutualisation.rapport.enonces import lire_points, lire_tableau
from mutualisation.rapport.publie import Bilan

POPULATION, INSEE, NOM, COMMUNE = "population", "code INSEE", "nom", "commune"
SUITES = dict(lire_points("manques.suites"))


def manques(bilan: Bilan, territoire: Territoire | None = None) -> list[dict[str, Any]]:
    """{nom, type, manque, suite} of each thing missing on the pages of the exercice, in the order of pages."""
    lu = territoire or lire(bilan)
    return [
        {
            "nom": _designer(a),
            "type": libelles.libelle(libelles.TYPE_ADHERENT, a.type_adherent) or formats.NON_RENSEIGNE,
            "manque": manque,
            "suite": SUITES[manque],
        }
        for bloc in lu.blocs
        for a in bloc.annee.adherents
        if a.type_adherent != EPCI
        for manque in _de(bloc, a)
    ]


def _designer(adherent: Adherent) -> str:
    return formats.siret(adherent.siret) if adherent.nom == adherent.siret else adherent.nom


def _de(bloc: BlocCommunal, adherent: Adherent) -> list[str]:
    manquants = []
    if adherent.nom == adherent.siret:
        manquants.append(NOM)
    if not bloc.est_commune:
        manquants.append(COMMUNE if adherent.code_insee else INSEE)
    elif adherent.type_adherent == "commune" and not adherent.population:
        manquants.append(POPULATION)
    return manquants


def tableau(bilan: Bilan, territoire: Territoire | None = None) -> m.Tableau:
    """The same as a table, without rows when nothing is missing."""
    return lire_tableau("manques.manques", manques(bilan, territoire))
