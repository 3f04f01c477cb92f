"""Proper names in a sentence: article, elision and contraction before the names of communes and of institutions."""

import re

from mutualisation.socle.francais.libelles import INSTITUTIONS
from mutualisation.socle.francais.typographie import sans_accent

_ARTICLES = {mot: article for article, mots in INSTITUTIONS.items() for mot in mots.split()}
# h may be mute or not (d'Halluin, de Hem): nobody but its people knows, it stays as it is written; y before a vowel too
_VOYELLE = "[AEIOUÀÂÄÉÈÊËÎÏÔÖÛÜŒÆ]|Y(?![aeiouyAEIOUY])"
_NON_ELIDE = re.compile(rf"\b(d)e (?:(le|les) (?=\w)|(?=(?:{_VOYELLE})\w))", re.IGNORECASE)
_ARTICLE = re.compile(r"(le|les) (?=\w)", re.IGNORECASE)


def article(nom: str) -> str:
    """`la Métropole Européenne de Lille`, `l'Établissement public`, `Nantes Métropole`."""
    dit = _ARTICLES.get(nom.partition(" ")[0].casefold())
    if dit is None:
        return nom
    return f"l'{nom}" if commence_par_une_voyelle(nom) else f"{dit} {nom}"


def commence_par_une_voyelle(nom: str) -> bool:
    """True where « de » loses its e before the name: not before an h."""
    return re.match(_VOYELLE, sans_accent(nom[:2]).upper()) is not None


def de(nom: str) -> str:
    """`de Roubaix`, `d'Armentières`, `du Maisnil` (Le Maisnil), `des Rousses`, `de La Bassée`."""
    if lu := _ARTICLE.match(nom):
        return f"{'du' if lu[1].casefold() == 'le' else 'des'} {nom[lu.end() :]}"
    return f"d'{nom}" if commence_par_une_voyelle(nom) else f"de {nom}"


def a(nom: str) -> str:
    """`à Roubaix`, `au Maisnil` (Le Maisnil), `aux Rousses`, `à La Bassée`."""
    if lu := _ARTICLE.match(nom):
        return f"{'au' if lu[1].casefold() == 'le' else 'aux'} {nom[lu.end() :]}"
    return f"à {nom}"


def contracter(nom: str) -> str:
    """The name of an adherent as French writes it: `CCAS de Erquinghem-Lys` is `CCAS d'Erquinghem-Lys`."""
    return _NON_ELIDE.sub(_contraction, nom)


def _contraction(lu: re.Match[str]) -> str:
    d, suivant = lu[1], lu[2]
    if suivant is None:
        return f"{d}'"
    # an article of a proper name has a capital; « de le », « de les » are no French
    fin = "u" if suivant.casefold() == "le" else "es"
    return f"{d}{fin.upper() if d.isupper() else fin} "
