"""Put a proper name in a sentence: article, elision and contraction before the names of communes and institutions."""

import re

from mutualisation.socle.francais.libelles import INSTITUTIONS
from mutualisation.socle.francais.typographie import sans_accent

_ARTICLES = {mot: article for article, mots in INSTITUTIONS.items() for mot in mots.split()}
# only its people know whether an h is mute (d'Halluin, de Hem): we don't elide before it; y before a vowel neither
_VOYELLE = "[AEIOUÀÂÄÉÈÊËÎÏÔÖÛÜŒÆ]|Y(?![aeiouyAEIOUY])"
_NON_ELIDE = re.compile(rf"\b(d)e (?:(le|les) (?=\w)|(?=(?:{_VOYELLE})\w))", re.IGNORECASE)
_ARTICLE = re.compile(r"(le|les) (?=\w)", re.IGNORECASE)


def article(nom: str) -> str:
    """Put its article before a name: `la Métropole Européenne de Lille`, `l'Établissement public`."""
    article_connu = _ARTICLES.get(nom.partition(" ")[0].casefold())
    if article_connu is None:
        return nom
    return f"l'{nom}" if commence_par_une_voyelle(nom) else f"{article_connu} {nom}"


def commence_par_une_voyelle(nom: str) -> bool:
    """Say whether « de » loses its e before the name; it keeps it before an h."""
    return re.match(_VOYELLE, sans_accent(nom[:2]).upper()) is not None


def de(nom: str) -> str:
    """Write « de » and a name: `de Roubaix`, `d'Armentières`, `du Maisnil` (Le Maisnil), `des Rousses`."""
    if trouve := _ARTICLE.match(nom):
        return f"{'du' if trouve[1].casefold() == 'le' else 'des'} {nom[trouve.end() :]}"
    return f"d'{nom}" if commence_par_une_voyelle(nom) else f"de {nom}"


def a(nom: str) -> str:
    """Write « à » and a name: `à Roubaix`, `au Maisnil` (Le Maisnil), `aux Rousses`, `à La Bassée`."""
    if trouve := _ARTICLE.match(nom):
        return f"{'au' if trouve[1].casefold() == 'le' else 'aux'} {nom[trouve.end() :]}"
    return f"à {nom}"


def contracter(nom: str) -> str:
    """Write the name of an adherent as French does: `CCAS de Erquinghem-Lys` becomes `CCAS d'Erquinghem-Lys`."""
    return _NON_ELIDE.sub(_contraction, nom)


def _contraction(trouve: re.Match[str]) -> str:
    d, suivant = trouve[1], trouve[2]
    if suivant is None:
        return f"{d}'"
    # a proper name capitalises its article; French writes neither « de le » nor « de les »
    fin = "u" if suivant.casefold() == "le" else "es"
    return f"{d}{fin.upper() if d.isupper() else fin} "
