"""Time sheets: 36 months, whole days of 7 h on average, half-days where an agent serves two activities."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date

from echantillon.agents import Segment, activites, segments
from echantillon.calendrier import jours_ouvres
from echantillon.faits import EXERCICES, lire
from echantillon.hasard import tirage
from echantillon.tables import Cellule, Fichier, Heures, Table

ENTETES = ("Matricule", "Nom", "Prénom", "Service", "Date", "Code activité", "Libellé activité", "Durée",
           "Type jour", "Validé")  # fmt: skip
JOURNEE, DEMI = 28, 14
SERVICES = {
    "CAM": "Commande publique", "CEP": "Climat et énergie", "ARCHIVES": "Archives", "CEE": "Patrimoine et énergie",
    "RGPD": "Protection des données", "GEOXALIS": "Systèmes d'information", "SIM_ADS": "Droit des sols",
    "IMPRIMERIE": "Imprimerie", "HABITAT": "Habitat", "SECURITE": "Sécurité et risques", "SUPPORT": "Ressources",
}  # fmt: skip
MOIS_CORRIGE, MOIS_NON_VALIDE = "2020-05", "2021-11"
# the former tool, of 2019: its own headers and codes, no validation; `correspondances` reads it (F16)
EXERCICE_ANCIEN = 2019


def fichiers() -> list[Fichier]:
    """`temps_AAAA-MM`; one month has a first version that a `_v2` replaces."""
    par_mois: dict[str, list[list[Cellule]]] = defaultdict(list)
    for exercice in EXERCICES:
        for segment in segments(exercice):
            for ligne in _lignes(segment):
                par_mois[f"{ligne[4]:%Y-%m}"].append(ligne)
    sortie = []
    for mois, lignes in sorted(par_mois.items()):
        lignes.sort(key=lambda ligne: (str(ligne[4]), str(ligne[0]), str(ligne[5])))
        controle = mois.endswith(("-03", "-09"))
        if mois.startswith(str(EXERCICE_ANCIEN)):
            sortie.append(Fichier("rh", "temps", mois, _ancien(lignes), controle=controle))
        elif mois == MOIS_CORRIGE:
            incomplet = [[*ligne[:7], Heures(JOURNEE), *ligne[8:]] for ligne in lignes[:-40]]
            sortie.append(Fichier("rh", "temps", mois, Table(ENTETES, incomplet, "Durée")))
            sortie.append(Fichier("rh", "temps", mois, Table(ENTETES, lignes, "Durée"), "_v2", controle=True))
        else:
            sortie.append(Fichier("rh", "temps", mois, Table(ENTETES, lignes, "Durée"), controle=controle))
    return sortie


def _ancien(lignes: list[list[Cellule]]) -> Table:
    """The rows as the former tool exports them; the columns it lacks have a value in `correspondances`, no header."""
    noms, codes = _traductions()
    gardees = [rang for rang, colonne in enumerate(ENTETES) if noms.get(colonne) != ""]
    entetes = tuple(noms.get(ENTETES[rang]) or ENTETES[rang] for rang in gardees)
    anciennes = [
        [codes.get((ENTETES[rang], str(ligne[rang])), ligne[rang]) for rang in gardees] for ligne in lignes
    ]  # fmt: skip
    return Table(entetes, anciennes, noms["Durée"])


def _traductions() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """(header by column, '' where the tool has none; cell by column and code of the contract)."""
    lignes = [r for r in lire("correspondances") if r["jeu"] == "temps"]
    noms = {r["colonne"]: r["lu"] for r in lignes if not (r["lu"] and r["vaut"])}
    codes = {(r["colonne"], r["vaut"]): r["lu"] for r in lignes if r["lu"] and r["vaut"]}
    return noms, codes


def _lignes(segment: Segment) -> list[list[Cellule]]:
    """Rows of one segment: worked days, a few absences, now and then an entry that nobody validated."""
    alea = tirage(f"{segment.matricule}/{segment.exercice}/{segment.debut}")
    libelles = {a.code: a.libelle for a in activites(segment.exercice)}
    ouvres = [j for j in jours_ouvres(segment.exercice) if segment.debut <= j <= segment.fin]
    journees = [] if segment.sans_temps else _journees(segment, alea)
    travailles = sorted(alea.sample(ouvres, len(journees)))
    lignes = [
        _ligne(segment, jour, code, libelles[code], quarts, "T", "O")
        for jour, journee in zip(travailles, journees, strict=True)
        for code, quarts in journee
    ]
    libres = [j for j in ouvres if j not in set(travailles)]
    for jour in sorted(alea.sample(libres, min(6, len(libres)))):
        motif = alea.choice(("CONGE", "CONGE", "MALADIE"))
        lignes.append(_ligne(segment, jour, motif, "Absence", JOURNEE, "A", "O"))
        libres.remove(jour)
    if segment.matricule.endswith("99") or segment.matricule.endswith("36"):
        attente = [j for j in libres if f"{j:%Y-%m}" == MOIS_NON_VALIDE][:1]
        code = max(segment.demi, key=lambda c: segment.demi[c])
        lignes += [_ligne(segment, j, code, libelles[code], DEMI, "T", "N") for j in attente]
    return lignes


def _journees(segment: Segment, alea: random.Random) -> list[list[tuple[str, int]]]:
    """Days of a segment as (code, quarters of an hour): the sum by code is 14 × its half-days."""
    entieres: list[list[tuple[str, int]]] = []
    seules: list[str] = []
    for code, demi in sorted(segment.demi.items()):
        pleines, impaire = divmod(demi, 2)
        ecarts = [alea.choice((0, 0, 1, 2, 3)) for _ in range(pleines // 2)]
        quarts = [JOURNEE + signe * e for e in ecarts for signe in (1, -1)] + [JOURNEE] * (pleines % 2)
        entieres += [[(code, q)] for q in quarts]
        seules += [code] * impaire
    entieres += [[(code, DEMI) for code in seules[i : i + 2]] for i in range(0, len(seules), 2)]
    alea.shuffle(entieres)
    return entieres


def _ligne(
    s: Segment, jour: date, code: str, libelle: str, quarts: int, type_jour: str, valide: str
) -> list[Cellule]:  # fmt: skip
    return [s.matricule, s.nom, s.prenom, SERVICES[s.equipe], jour, code, libelle, Heures(quarts), type_jour, valide]
