"""The small drop where people are everywhere: in each column of each jeu of rh and compta, shifted, in banners, ignored
columns, sidecars, comments of a PES. It walks through the registry, so that a new column is planted by itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.atelier.assaut import remplir
from tests.atelier.index_controles import lire_index
from tests.atelier.petit_depot import AGENTS, EXERCICE, IBAN, MOTIFS_ABSENCE, SERVICE, ajouter, ecrire_csv, justifier

from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre

SOURCES = ("rh", "compta")
# an agent whom the drop names, as a ledger may name him too; a person whom nothing else names; a bank account; a reason
MATRICULE, NOM, PRENOM = AGENTS[0][:3]
INCONNU = "KVARATSKHELIA Ermengarde"
PLANTES = (MATRICULE, NOM, PRENOM, INCONNU, IBAN, MOTIFS_ABSENCE[1], SERVICE)
SECRETS = (*PLANTES, *(s for agent in AGENTS for s in agent[:3]), MOTIFS_ABSENCE[0])


def jeux() -> list[Jeu]:
    """The tabular jeux of the sources about people."""
    return [j for j in registre().jeux if j.source in SOURCES and j.format == "tabulaire"]


def planter(depot: Path) -> Path:
    """Change the small drop in place; every control that can be is justified, so that it is published all the same."""
    for jeu in jeux():
        _planter_le_jeu(depot, jeu)
    _planter_le_pes(depot)
    justifier(depot, *(c.nom for c in lire_index().values() if c.justifiable))
    ajouter(depot / "referentiel" / "parametres.csv", "part_rejets_max;100;2019-01-01;;Essai")
    return depot


def _planter_le_jeu(depot: Path, jeu: Jeu) -> None:
    """Rows with one planted cell, rows shifted, spread over the files of the jeu; the file itself says who wrote it."""
    dossier = depot / jeu.source
    chemins = sorted(dossier.glob(f"{jeu.nom}_{EXERCICE}*.csv"))
    if not chemins:
        mois = "-12" if jeu.periode == "fin_de_mois" else ""
        chemins = [dossier / f"{jeu.nom}_{EXERCICE}{mois}.csv"]
        _creer(chemins[0], jeu)
    for rang, chemin in enumerate(chemins):
        entete, premiere, *reste = chemin.read_text(encoding="utf-8").splitlines()
        modele = premiere.split(";")
        plantees = list(_rangees(modele))[rang :: len(chemins)]
        lignes = [premiere, *reste, *(";".join(r) for r in plantees)]
        # ignored columns, filled on each row
        lignes = [f"{ligne};{INCONNU};{IBAN}" for ligne in lignes]
        banniere = f"Export de {NOM} {PRENOM};{MATRICULE}"
        chemin.write_text("\n".join([banniere, f"{entete};Responsable;Coordonnées", *lignes]) + "\n", encoding="utf-8")
        temoin = {"producteur": f"{PRENOM} {NOM}", "iban": IBAN, NOM: MATRICULE}
        chemin.with_name(f"{chemin.name}.controle.json").write_text(json.dumps(temoin), encoding="utf-8")


def _creer(chemin: Path, jeu: Jeu) -> None:
    """A file of a jeu that the small drop has not."""
    entete, rangee = remplir(jeu.nom, 1)
    ecrire_csv(chemin, ";".join(entete), ";".join(rangee))


def _rangees(modele: list[str]) -> Iterator[list[str]]:
    for position in range(len(modele)):
        for secret in PLANTES:
            yield [secret if i == position else c for i, c in enumerate(modele)]
    # what stands in one column slides under the labels of the others
    for pas in range(1, len(modele)):
        glissee = [NOM, PRENOM, MATRICULE, IBAN, *modele[4:]]
        yield glissee[-pas:] + glissee[:-pas]


def _planter_le_pes(depot: Path) -> None:
    """One line of the PES for each of its attributes, which holds each secret in turn."""
    chemin = depot / "compta" / f"PESALR2_{EXERCICE}03.xml"
    texte = chemin.read_text(encoding="latin-1")
    ligne = re.search(r"<LigneDePiece>.*</LigneDePiece>", texte, re.DOTALL)
    assert ligne is not None
    attributs = list(re.finditer(r'V="([^"]*)"', ligne[0]))
    copies = [ligne[0]]
    for rang, a in enumerate(attributs):
        secret = PLANTES[rang % len(PLANTES)]
        copies.append(f'{ligne[0][: a.start()]}V="{secret}"{ligne[0][a.end() :]}')
    copies.append(f"<!-- {NOM} {IBAN} --><x {PRENOM}='{MATRICULE}'>{INCONNU}</x>")
    chemin.write_text(texte.replace(ligne[0], "".join(copies)), encoding="latin-1")
