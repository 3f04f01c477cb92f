"""Where the page of a commune is: ASCII, lower case, stable from one exercice to the next."""

from __future__ import annotations

import re
import unicodedata

DOSSIER = "communes"
ANNUAIRE = f"{DOSSIER}/index"
# letters that no decomposition takes apart
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
LONGUEUR = 60
# « Commune du Maisnil » stays: Le Maisnil is its name
ARTICLE = re.compile(r"^(?:l[ae]s? |l['’])", re.IGNORECASE)
TITRE = re.compile(r"^(?:commune|ville|mairie) (?:de |d['’ ])", re.IGNORECASE)


def nom_court(nom: str) -> str:
    """Name of a commune without its title: `Commune d'Armentières` is `Armentières`."""
    return TITRE.sub("", nom) or nom


def replier(nom: str) -> str:
    """`Villeneuve-d'Ascq` is `villeneuve_d_ascq`; empty when no letter of the name is Latin."""
    simple = unicodedata.normalize("NFKD", nom.casefold().translate(LIGATURES))
    ascii_ = "".join(c for c in simple if not unicodedata.combining(c)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:LONGUEUR].rstrip("_")


def page(cle: str, nom: str, *, sans_commune: bool) -> str:
    """Name of a page without suffix nor folder; the key makes it unique: INSEE code, else SIRET."""
    debut = f"sans_commune_{cle}" if sans_commune else replier(cle)
    return "_".join(filter(None, (debut, "" if nom == cle else replier(nom))))


def initiales(nom: str) -> list[str]:
    """Letters a name is looked up by: `Écaillon` under E, `La Bassée` under L and B; `#` when there is none."""
    noms = (nom, ARTICLE.sub("", nom))
    premieres = {replier(n)[:1].upper() for n in noms}
    return sorted(p if p.isalpha() else "#" for p in premieres)
