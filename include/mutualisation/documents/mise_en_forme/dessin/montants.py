"""Draw charts of money: costs and what is covered of them, a bridge between two amounts, who finances what."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mutualisation.documents.mise_en_forme import palette
from mutualisation.documents.mise_en_forme.dessin.toile import Toile, morceaux, n
from mutualisation.documents.mise_en_forme.graphiques import (
    ENSEMBLE,
    NIVEAUX,
    Barre,
    Cascade,
    CoutsCouverts,
    Etape,
    Flux,
    dire_les_etapes,
)
from mutualisation.socle.francais.formats import ZERO, euros

# the total is this many lines of text high
HAUTEUR = 12
# a part has words, an amount (never negative), a meaning
Part = tuple[str, Decimal, str]


# ---------------------------------------------------------------- costs: a bar a dispositif, or a column an exercice
def parts(barre: Barre, longueur: float, maximum: Decimal) -> tuple[float, float, float]:
    """Return the lengths of what is covered, what is left, what is above the cost."""
    echelle = Decimal(longueur) / maximum if maximum else ZERO
    return float(barre.couvert * echelle), float(barre.reste * echelle), float(barre.excedent * echelle)


def dessiner_couts(g: CoutsCouverts, toile: Toile) -> None:
    """Set labels beside the bars where there is room, above them elsewhere; under the columns."""
    y = toile.legende(g.entrees)
    if g.genre == "colonnes":
        _colonnes(g, toile, y)
    elif toile.support.etroit:
        _au_dessus(g, toile, y)
    else:
        _a_cote(g, toile, y)


def _a_cote(g: CoutsCouverts, toile: Toile, y: float) -> None:
    taille = toile.support.taille
    gauche = min(toile.support.largeur * 0.36, max((toile.place(b.libelle) for b in g.barres), default=0)) + taille
    droite = toile.support.largeur - max((toile.place(b.valeurs) for b in g.barres), default=0) - taille * 1.4
    haut = y
    for barre in g.barres:
        lignes = toile.lignes(barre.libelle, gauche - taille)
        epaisseur = max(taille * 1.7, len(lignes) * toile.pas())
        toile.ecrire(gauche - taille, y, lignes, ancre="end", dans=epaisseur)
        fin = _segments(barre, toile, gauche, y, droite - gauche, epaisseur, g.maximum)
        toile.ecrire(fin + taille * 0.7, y, barre.valeurs, couleur=palette.GRIS, dans=epaisseur)
        y += epaisseur + taille
    toile.trait(gauche, haut - 4, gauche, max(y - taille + 4, haut))


def _au_dessus(g: CoutsCouverts, toile: Toile, y: float) -> None:
    largeur = toile.support.largeur
    for barre in g.barres:
        y = toile.ecrire(0, y, toile.lignes(barre.libelle, largeur, gras=True), gras=True) + 4
        _segments(barre, toile, 1, y, largeur - 2, 18, g.maximum)
        toile.trait(0.5, y - 3, 0.5, y + 21)
        y = toile.ecrire(0, y + 24, toile.lignes(barre.valeurs, largeur), couleur=palette.GRIS) + 14


def _segments(b: Barre, toile: Toile, x: float, y: float, longueur: float, epaisseur: float, maximum: Decimal) -> float:
    """Draw what is covered, what is left, and receipts beyond a mark at the cost; return where the bar ends."""
    couvert, reste, excedent = parts(b, longueur, maximum)
    toile.rectangle(x, y, couvert, epaisseur, "couvert")
    toile.rectangle(x + couvert, y, reste, epaisseur, "reste")
    toile.rectangle(x + couvert, y, excedent, epaisseur, "excedent")
    if excedent:
        toile.trait(x + couvert, y - 3, x + couvert, y + epaisseur + 3, palette.ENCRE, 2)
    return x + couvert + reste + excedent


def _colonnes(g: CoutsCouverts, toile: Toile, y: float) -> None:
    """Draw the receipts of communes, then what is left to the EPCI; write the cost on top."""
    largeur = toile.support.largeur
    pas = min(largeur / max(len(g.barres), 1), largeur if toile.support.etroit else largeur * 0.3)
    sommets = [_sommet(toile, b, pas) for b in g.barres]
    haut = y + max((len(lignes) for lignes, _ in sommets), default=1) * toile.pas() + 4
    base = haut + toile.support.taille * 14
    for i, barre in enumerate(g.barres):
        _colonne(barre, toile, i * pas, pas, base, base - haut, g.maximum)
    toile.trait(0, base, pas * max(len(g.barres), 1), base)
    toile.jusqu_a(base)


def _colonne(b: Barre, toile: Toile, x: float, pas: float, base: float, hauteur: float, maximum: Decimal) -> None:
    couvert, reste, excedent = parts(b, hauteur, maximum)
    epaisseur, milieu, sommet = pas * 0.82, x + pas / 2, base - couvert - reste - excedent
    gauche = milieu - epaisseur / 2
    toile.rectangle(gauche, base - couvert, epaisseur, couvert, "couvert")
    toile.rectangle(gauche, base - couvert - reste, epaisseur, reste, "reste")
    toile.rectangle(gauche, sommet, epaisseur, excedent, "excedent")
    if excedent:
        toile.trait(gauche - 4, base - couvert, gauche + epaisseur + 4, base - couvert, palette.ENCRE, 2)
    lignes, petit = _sommet(toile, b, pas)
    place = sommet - 4 - len(lignes) * toile.pas(petit=petit)
    toile.ecrire(milieu, place, lignes, ancre="middle", gras=True, petit=petit)
    # where receipts exceed the cost, the cost is said at its mark
    paye = f"coût {euros(b.cout)}" if excedent else euros(b.recettes) if b.recettes else ""
    _inscrire(toile, milieu, epaisseur, base - couvert, couvert, paye, "couvert")
    solde = euros(b.reste) if b.recettes and b.reste else ""
    _inscrire(toile, milieu, epaisseur, base - couvert - reste, reste, solde, "reste")
    toile.ecrire(milieu, base + 5, toile.lignes(b.libelle, pas - 4, gras=True), ancre="middle", gras=True)


def _sommet(toile: Toile, b: Barre, pas: float) -> tuple[list[str], bool]:
    """Write on top the cost, or the receipts above it: smaller, then in lines, where the column is narrow."""
    mots = euros(b.recettes if b.excedent else b.cout)
    petit = toile.place(mots, gras=True) > pas - 4
    return toile.lignes(mots, pas - 4, petit=petit, gras=True), petit


def _inscrire(toile: Toile, milieu: float, epaisseur: float, y: float, hauteur: float, mots: str, sens: str) -> None:
    """Write a figure inside a part that is large enough; the table and the text alternative say it anyway."""
    if not mots:
        return
    lignes = toile.lignes(mots, epaisseur - 6, petit=True)
    if hauteur >= len(lignes) * toile.pas(petit=True) + 4:
        couleur, halo = palette.COULEURS[sens], sens in palette.HACHURES
        toile.ecrire(milieu, y, lignes, ancre="middle", petit=True, sur=couleur, halo=halo, dans=hauteur)


# ---------------------------------------------------------------- bridge: levels on the axis, changes between them
@dataclass(frozen=True)
class Marche:
    """A row has its words, its figure, where its bar starts and ends (€), its meaning."""

    libelle: str
    valeur: str
    debut: Decimal
    fin: Decimal
    sens: str


def marches(etapes: Sequence[Etape]) -> list[Marche]:
    """Place the steps: a total says where one stands, a change goes on from there."""
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


def dessiner_cascade(c: Cascade, toile: Toile) -> None:
    """Draw rows from the top down, joined by a thin line."""
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


# ---------------------------------------------------------------- flows: bands that meet in the total
def dessiner_flux(f: Flux, toile: Toile) -> None:
    """Write words on both sides, draw bands between; the total is in the middle."""
    gauche, droite = ([(nom, montant, f.sens_de(nom)) for nom, montant in cote] for cote in (f.sources, f.cibles))
    largeur, taille = toile.support.largeur, toile.support.taille
    marges = [_marge(toile, cote) for cote in (gauche, droite)]
    total = max(sum((p[1] for p in cote), ZERO) for cote in (gauche, droite))
    echelle = taille * HAUTEUR / float(total) if total else 0.0
    haut = _total(toile, total, (marges[0] + largeur - marges[1]) / 2)
    textes = [
        [_mots(toile, part, marge - taille * 0.6) for part in cote]
        for cote, marge in zip((gauche, droite), marges, strict=True)
    ]
    ecart = taille * 0.7
    prises = [
        [max(float(p[1]) * echelle, len(mots) * toile.pas(petit=True)) for p, mots in zip(cote, ecrits, strict=True)]
        for cote, ecrits in zip((gauche, droite), textes, strict=True)
    ]
    hauteur = max([taille * HAUTEUR, *(sum(cote) + ecart * max(len(cote) - 1, 0) for cote in prises)])
    milieu, epaisseur = (marges[0] + largeur - marges[1]) / 2, taille * 0.9
    y_total = haut + (hauteur - float(total) * echelle) / 2
    for rang, cote in enumerate((gauche, droite)):
        libre = hauteur - sum(prises[rang])
        pas = min(libre / max(len(cote), 1), taille * 3)
        y, y_milieu = haut + (libre - pas * max(len(cote) - 1, 0)) / 2, y_total
        for part, mots, prise in zip(cote, textes[rang], prises[rang], strict=True):
            longueur = float(part[1]) * echelle
            noeud = y + (prise - longueur) / 2
            marge = marges[rang]
            x = (marge, milieu - epaisseur / 2) if rang == 0 else (largeur - marge, milieu + epaisseur / 2)
            _bande(toile, x, noeud, y_milieu, longueur, part[2])
            debut = marge - taille * 0.6 if rang == 0 else largeur - marge + taille * 0.6
            place = y + (prise - len(mots) * toile.pas(petit=True)) / 2
            for ligne, gras in mots:
                ancre = "end" if rang == 0 else "start"
                place = toile.ecrire(debut, place, ligne, ancre=ancre, petit=True, gras=gras)
            y, y_milieu = y + prise + pas, y_milieu + longueur
    toile.rectangle(milieu - epaisseur / 2, y_total, epaisseur, float(total) * echelle, "total")
    toile.jusqu_a(haut + hauteur)


def _marge(toile: Toile, cote: Sequence[Part]) -> float:
    """Return the room for the words of a side: a line each where there is room, else the longest word."""
    largeur, air = toile.support.largeur, toile.support.taille * 0.6
    if not toile.support.etroit:
        return min(largeur * 0.36, max((toile.place(_libelle(p), petit=True) for p in cote), default=0) + air * 1.1)
    mots = [toile.place(mot.rstrip(), petit=True) for nom, *_ in cote for mot in morceaux(nom)]
    mots += [toile.place(euros(m), petit=True, gras=True) for _, m, _ in cote]
    return min(largeur * 0.42, max(mots, default=0) + air * 1.1)


def _libelle(part: Part) -> str:
    return f"{part[0]} · {euros(part[1])}"


def _total(toile: Toile, total: Decimal, milieu: float) -> float:
    bas = toile.ecrire(milieu, 0, toile.lignes(ENSEMBLE, toile.support.largeur), ancre="middle", petit=True)
    return toile.ecrire(milieu, bas, euros(total), ancre="middle", gras=True) + toile.support.taille * 0.6


def _mots(toile: Toile, part: Part, place: float) -> list[tuple[str, bool]]:
    """Write a label and its amount on a line; where they do not fit, lines of the label, then its amount, bold."""
    if not toile.support.etroit and toile.place(_libelle(part), petit=True) <= place:
        return [(_libelle(part), False)]
    noms = [(ligne, False) for ligne in toile.lignes(part[0], place, petit=True)]
    return noms + [(ligne, True) for ligne in toile.lignes(euros(part[1]), place, petit=True, gras=True)]


def _bande(toile: Toile, x: tuple[float, float], noeud: float, centre: float, longueur: float, sens: str) -> None:
    (a, b), moitie = x, (x[0] + x[1]) / 2
    bas, bas_centre = noeud + longueur, centre + longueur
    trace = (
        f"M{n(a)} {n(noeud)}C{n(moitie)} {n(noeud)} {n(moitie)} {n(centre)} {n(b)} {n(centre)}"
        f"L{n(b)} {n(bas_centre)}C{n(moitie)} {n(bas_centre)} {n(moitie)} {n(bas)} {n(a)} {n(bas)}Z"
    )
    toile.forme("path", f'd="{trace}" stroke-linejoin="round"', sens, palette.COULEURS[sens])
