"""From one amount to another: levels stand on the axis, changes hang between them, one row a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mutualisation.mise_en_forme import palette
from mutualisation.mise_en_forme.dessin.toile import Toile
from mutualisation.mise_en_forme.graphiques import NIVEAUX, ZERO, Cascade, Etape, dire_les_etapes


@dataclass(frozen=True)
class Marche:
    """A row: its words, its figure, where its bar starts and ends (€), its meaning."""

    libelle: str
    valeur: str
    debut: Decimal
    fin: Decimal
    sens: str


def marches(etapes: Sequence[Etape]) -> list[Marche]:
    """Steps with their place: a total says where one stands, a change goes on from there."""
    faites, niveau = [], ZERO
    for e, enonce in zip(etapes, dire_les_etapes(etapes), strict=True):
        if e.total:
            niveau = e.montant
            faites.append(Marche(e.libelle, enonce, ZERO, e.montant, "total"))
        else:
            sens = "hausse" if e.montant >= 0 else "baisse"
            faites.append(Marche(e.libelle, enonce, niveau, niveau + e.montant, sens))
            niveau += e.montant
    return faites


def dessiner(c: Cascade, toile: Toile) -> None:
    """Rows from the top down, joined by a thin line."""
    rangs = marches(c.etapes)
    presents = {m.sens for m in rangs}
    y = toile.legende([entree for entree in NIVEAUX if entree[0] in presents])
    taille, largeur = toile.support.taille, toile.support.largeur
    etroit = toile.support.etroit
    libelles = max((toile.place(m.libelle, gras=m.sens == "total") for m in rangs), default=0)
    gauche = 1.0 if etroit else min(largeur * 0.36, libelles) + taille
    # where labels stand above their bar, figures do too
    valeurs = 1.0 if etroit else max((toile.place(m.valeur, gras=m.sens == "total") for m in rangs), default=0) + taille
    bornes = [x for m in rangs for x in (m.debut, m.fin)]
    bas, haut = min([ZERO, *bornes]), max([ZERO, *bornes])
    echelle = (largeur - gauche - valeurs) / float(haut - bas) if haut > bas else 0.0

    def en_x(montant: Decimal) -> float:
        return gauche + float(montant - bas) * echelle

    y = depart = y + 2
    for rang, m in enumerate(rangs):
        suivant = rang + 1 < len(rangs)
        y = _marche(m, toile, y, gauche, (en_x(m.debut), en_x(m.fin)), suivant=suivant)
        if etroit:
            toile.trait(en_x(ZERO), y - taille * 2.2, en_x(ZERO), y - taille * 0.4)
    if not etroit:
        toile.trait(en_x(ZERO), depart - 4, en_x(ZERO), max(y - taille * 0.6, depart))


def _marche(m: Marche, toile: Toile, y: float, gauche: float, x: tuple[float, float], *, suivant: bool) -> float:
    """One row; the place below."""
    taille, gras = toile.support.taille, m.sens == "total"
    etroit = toile.support.etroit
    place = toile.support.largeur - toile.place(m.valeur, gras=gras) if etroit else gauche
    lignes = toile.lignes(m.libelle, place - taille, gras=gras)
    epaisseur = taille * 1.4 if etroit else max(taille * 1.6, len(lignes) * toile.pas())
    if etroit:
        toile.ecrire(toile.support.largeur, y, m.valeur, ancre="end", gras=gras)
        y = toile.ecrire(0, y, lignes, gras=gras) + 3
    else:
        toile.ecrire(gauche - taille, y, lignes, ancre="end", gras=gras, dans=epaisseur)
    debut, fin = min(x), max(x)
    toile.rectangle(debut, y, max(fin - debut, 2), epaisseur, m.sens)
    if not etroit:
        toile.ecrire(fin + taille * 0.6, y, m.valeur, gras=gras, dans=epaisseur)
    apres = y + epaisseur + taille * 0.6
    if suivant and not etroit:
        toile.trait(x[1], y + epaisseur, x[1], apres, palette.GRIS, 0.7)
    return apres
