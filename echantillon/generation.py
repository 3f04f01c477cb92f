"""The whole reference drop, written in one call."""

from __future__ import annotations

from pathlib import Path

from echantillon import (
    actif,
    activite,
    agents,
    cam,
    cee,
    comptabilite,
    masse_salariale,
    referentiel,
    temps,
)
from echantillon.ecriture import ecrire_fichier
from echantillon.faits import EXERCICES
from echantillon.pes import nom_pes, octets_pes


def ecrire_echantillon(sortie: Path) -> None:
    """Write the synthetic reference drop 2019-2021 of the MEL under `sortie`: same bytes every time.

    Six sub-folders by source (`entrees.md`), every dialect of the contract, calibrated on the printed annex.
    Raises OSError when the folder can't be written.
    """
    for module in (referentiel, agents, temps, masse_salariale, comptabilite, actif, cee, cam, activite):
        for fichier in module.fichiers():
            ecrire_fichier(sortie, fichier)
    for bordereau in comptabilite.bordereaux_pes():
        (sortie / "compta" / f"{nom_pes(bordereau)}.xml").write_bytes(octets_pes(bordereau))
    for exercice in EXERCICES:
        (sortie / "cam" / f"decp_{exercice}.json").write_bytes(cam.octets_decp(exercice))
