"""Know the codes that keys and parameters name, and those that a reader can't tell apart. They look the same by other
letters, another form of Unicode, or invisible signs."""

import re
import unicodedata
from collections.abc import Iterable

from psycopg import sql

from mutualisation.entree.ingestion.confidentialite import Pseudonymes
from mutualisation.entree.ingestion.journal import Connexion
from mutualisation.entree.sources.brut import table
from mutualisation.entree.sources.jeux import Source
from mutualisation.entree.sources.registre import registre

# keys name these codes, and parameters end by one: « montant:<budget> »
_CODES_NOMMES = {"cles_analytiques": "b.code", "parametres": "split_part(b.parametre, ':', -1)"}

# these letters of other alphabets, and dashes, look like those of the second line
_SEMBLABLES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιρ‐‑‒–—−",
    "ABESIJKMHOPCTYXaeopcyxijsABEZHIKMNOPTYXovip------",
)
LIMITE = 10
# such a code may be shown (K9): anything else is a cell of another column
_FORME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,39}")


def codes_nommes(conn: Connexion) -> frozenset[str]:
    """Return the codes of the files that count. The referentiel is loaded before the other sources."""
    codes: set[str] = set()
    for jeu, colonne in _CODES_NOMMES.items():
        requete = sql.SQL("select distinct btrim({}) from {} b join journal.fichiers_courants f using (fichier_id)")
        codes |= {c for (c,) in conn.execute(requete.format(sql.SQL(colonne), table(registre().jeu(jeu)))) if c}
    return frozenset(codes)


def nommer_les_codes(conn: Connexion, pseudonymes: Pseudonymes) -> None:
    """Give back its code to each digest that a key or a parameter now names: the order of the drops changes no figure.
    `delivre` keeps the digest, as it landed. The caller commits."""
    codes = [*codes_nommes(conn)]
    conn.execute(
        "insert into journal.codes_nommes select * from unnest(%s::text[], %s::text[]) on conflict do nothing",
        ([*map(pseudonymes.masque, codes)], codes),
    )


# ---------------------------------------------------------------- that look the same
def codes_semblables(conn: Connexion, source: Source) -> list[str]:
    """Warn of the codes in force of a source that look the same and are not, or hold an invisible sign."""
    colonnes = [(jeu, c.nom) for jeu in source.jeux for c in jeu.colonnes if c.type == "code"]
    requetes = [
        sql.SQL("select b.{} from {} as b join journal.fichiers_courants using (fichier_id)").format(
            sql.Identifier(colonne), table(jeu)
        )
        for jeu, colonne in colonnes
    ]
    codes = {code for (code,) in conn.execute(sql.SQL(" union ").join(requetes)).fetchall() if code}
    phrases = list(dire_codes_semblables(codes))
    suite = f" ; et {len(phrases) - LIMITE} de plus" if len(phrases) > LIMITE else ""
    return [f"{source.nom} : codes_semblables : {' ; '.join(phrases[:LIMITE])}{suite}."] if phrases else []


def dire_codes_semblables(codes: Iterable[str]) -> Iterable[str]:
    """Yield a phrase for each group of codes that look the same, else for a code with an invisible sign."""
    groupes: dict[str, list[str]] = {}
    for code in sorted(codes):
        groupes.setdefault(_allure(code), []).append(code)
    for allure, semblables in groupes.items():
        if len(semblables) > 1:
            noms = " et ".join(_montrer(code, allure) for code in semblables)
            yield f"{noms} se lisent de même et sont {len(semblables)} codes : n'en garder qu'un"
        elif any(map(_invisible, semblables[0])):
            yield f"{_montrer(semblables[0], allure)} contient un signe qui ne se voit pas : l'écrire sans lui"


def _allure(code: str) -> str:
    visible = "".join(c for c in unicodedata.normalize("NFKC", code) if not _invisible(c))
    return " ".join(visible.translate(_SEMBLABLES).split())


def _invisible(signe: str) -> bool:
    return unicodedata.category(signe) in ("Cc", "Cf", "Co", "Cn")


def _montrer(code: str, allure: str) -> str:
    """Write a code with the number of each sign that its look would hide; letters of French stay as they are."""
    if not _FORME.fullmatch("".join(c for c in unicodedata.normalize("NFD", allure) if c.isascii())):
        return "un texte qui n'a pas la forme d'un code"
    epele = "".join(c if c.isascii() or "À" <= c <= "ÿ" else f"\\u{ord(c):04x}" for c in code)
    return f"« {epele} »"
