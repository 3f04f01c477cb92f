"""Every chart on every support: nothing leaves the sheet, no two texts meet, colours read, bytes stay the same."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import pytest
from lxml import etree
from tests.unit.rapport.dessins_types import CAS, COMMUNES, carte

from mutualisation.documents.mise_en_forme import palette
from mutualisation.documents.mise_en_forme.dessin import dessiner, ecrans, feuille
from mutualisation.documents.mise_en_forme.dessin.toile import SUPPORTS, largeur
from mutualisation.documents.mise_en_forme.graphiques import Carte, Commune, Flux, decrire

JEU = 0.6


class Boite(NamedTuple):
    """A box on the sheet."""

    gauche: float
    haut: float
    droite: float
    bas: float

    def touche(self, autre: Boite) -> bool:
        return (
            self.gauche < autre.droite - JEU
            and autre.gauche < self.droite - JEU
            and self.haut < autre.bas - JEU
            and autre.haut < self.bas - JEU
        )

    def contient(self, x: float, y: float) -> bool:
        return self.gauche <= x <= self.droite and self.haut <= y <= self.bas


def _boite(element: etree._Element, support: str) -> Boite:
    """Box of a text, as wide as the table of its support says, turned where it is upright."""
    taille, x, y = (float(element.get(nom, "")) for nom in ("font-size", "x", "y"))
    gras = element.get("font-weight") is not None
    long = largeur(element.text or "", taille, SUPPORTS[support].polices, gras=gras)
    avant = {None: 0.0, "middle": long / 2, "end": long}[element.get("text-anchor")]
    if element.get("transform"):
        return Boite(x - taille * 0.75, y - long, x + taille * 0.2, y)
    return Boite(x - avant, y - taille * 0.75, x - avant + long, y + taille * 0.2)


def _racine(cas: str, support: str) -> etree._Element:
    return etree.fromstring(str(dessiner(CAS[cas], support)))


def _textes(racine: etree._Element, support: str) -> list[tuple[str, Boite]]:
    return [(e.text or "", _boite(e, support)) for e in racine.iter("{*}text")]


@pytest.mark.parametrize("cas", CAS)
def test_chaque_dessin_d_un_graphique(cas: str) -> None:
    """On each support: words and shapes stay on the sheet, words apart and legible; told in words, the same again."""
    for support in SUPPORTS:
        ecrit = str(dessiner(CAS[cas], support))
        assert ecrit == str(dessiner(CAS[cas], support))
        racine = etree.fromstring(ecrit)
        _, _, large, haut = map(float, racine.get("viewBox", "").split())
        assert large == SUPPORTS[support].largeur
        _textes_en_place(_textes(racine, support), large, haut)
        _formes_en_place(racine, large, haut)
        _textes_lisibles(racine, support)
        _dit_en_mots(cas, racine, ecrit)


def _textes_en_place(textes: list[tuple[str, Boite]], large: float, haut: float) -> None:
    dehors = [(t, b) for t, b in textes if b.gauche < -JEU or b.droite > large + JEU or b.haut < -1 or b.bas > haut]
    assert dehors == []
    assert [(a, b) for (a, x), (b, y) in itertools.combinations(textes, 2) if x.touche(y)] == []


def _formes_en_place(racine: etree._Element, large: float, haut: float) -> None:
    for forme in racine.iter("{*}rect"):
        x, y, w, h = (float(forme.get(nom, "")) for nom in ("x", "y", "width", "height"))
        assert (x >= -JEU, x + w <= large + JEU, y >= -JEU, y + h <= haut) == (True,) * 4, forme.attrib
        assert (w > 0, h > 0) == (True, True), forme.attrib


def _textes_lisibles(racine: etree._Element, support: str) -> None:
    """The colour under a text is the one that was drawn last there; where lines cross it, it has its colour around."""
    dessines: list[tuple[Boite, str, bool]] = []
    for element in racine.iter("{*}rect", "{*}text"):
        if element.tag.endswith("rect"):
            x, y, w, h = (float(element.get(nom, "")) for nom in ("x", "y", "width", "height"))
            boite, fond = Boite(x, y, x + w, y + h), element.get("fill", "")
            if fond.startswith("url("):
                dessines[-1] = (*dessines[-1][:2], True)
            elif fond != "none":
                dessines.append((boite, fond, False))
            continue
        b = _boite(element, support)
        milieu = ((b.gauche + b.droite) / 2, (b.haut + b.bas) / 2)
        dessous = [(fond, raye) for boite, fond, raye in dessines if boite.contient(*milieu)]
        fond, raye = dessous[-1] if dessous else (palette.PAPIER, False)
        assert element.get("data-fond") == fond, element.text
        assert palette.contraste(element.get("fill", ""), fond) >= 4.5, (element.text, fond)
        assert not raye or element.get("stroke") == fond, element.text


def _dit_en_mots(cas: str, racine: etree._Element, ecrit: str) -> None:
    assert racine.findtext("{*}title") == "Sujet"
    assert racine.findtext("{*}desc") == decrire(CAS[cas])
    identifiants = [i for i in racine.xpath("//@id") if isinstance(i, str)]
    assert len(identifiants) == len(set(identifiants))
    cites = {*racine.get("aria-labelledby", "").split(), *re.findall(r"url\(#([^)]*)\)", ecrit)}
    assert cites <= set(identifiants)
    # only a tile clips its name, which its title says whole
    abrege = "" if isinstance(CAS[cas], Carte) else "|…"
    assert re.findall(rf"(?:href|src)=\"(?!communes/)|\bnan\b|\binf\b{abrege}", ecrit) == []
    assert racine.get("role") == ("group" if racine.findall(".//{*}a") else "img")


def test_les_dessins_d_une_page_n_ont_aucun_identifiant_commun() -> None:
    for bloc in CAS.values():
        identifiants = re.findall(r' id="([^"]*)"', "".join(map(str, ecrans(bloc))))
        assert len(identifiants) == len(set(identifiants))


def test_le_papier_a_huit_points_au_moins_et_aucun_lien() -> None:
    for bloc in CAS.values():
        racine = etree.fromstring(str(feuille(bloc)))
        assert min((float(e.get("font-size", "")) for e in racine.iter("{*}text")), default=8) >= 8
        assert racine.findall(".//{*}a") == []


def test_une_composante_a_une_seule_couleur_quel_que_soit_le_graphique() -> None:
    f = CAS["flux"]
    assert isinstance(f, Flux)
    dits = {nom: f.sens_de(nom) for nom, _ in (*f.sources, *f.cibles)}
    assert dits == {
        "Personnel": "personnel", "Charges de structure": "structure", "Subventions": "subventions",
        "Communes": "couvert", "CCAS": "couvert", "Reste à charge": "reste",
    }  # fmt: skip


def test_chaque_mot_de_chaque_libelle_est_dessine() -> None:
    """Wrapped, never cut: the letters of a label are all there, in order."""
    for support in ("large", "etroit", "papier"):
        for cas in ("barres_longues", "cascade_negative", "flux_long", "histogramme_long"):
            ecrit = "".join(t for t, _ in _textes(_racine(cas, support), support))
            assert "Système" in ecrit
            lettres = re.sub(r"[ \u00a0\u202f]", "", ecrit)
            assert "Anticonstitutionnellement" * 4 in lettres, (cas, support)
            assert "d'information" in lettres or "d’information" in lettres


@pytest.mark.parametrize("nom", ["Saint-Rémy-des-Monts-et-des-Vaux-" * 4, "Y" * 120])
def test_un_long_nom_n_etire_pas_la_carte(nom: str) -> None:
    """It is clipped on its tile, which says it whole."""
    noms = (COMMUNES | {"59044": autre} for autre in ("Bauvin-en-Pévèle-sous-Bois-et-Vaux", nom))
    usuelle, longue = (
        str(dessiner(carte(*(Commune(code, n, 3, 1) for code, n in dits.items())), "large")) for dits in noms
    )
    hauteurs = [float(etree.fromstring(dessin).get("viewBox", "").split()[3]) for dessin in (usuelle, longue)]
    assert hauteurs[1] <= hauteurs[0] * 1.2
    assert f"<title>{nom} : " in longue
    assert "…</text>" in longue
