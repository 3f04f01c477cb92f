"""Small alterations of a SQL query, one at a time: what a slip of the pen in a rule would look like."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Remplacement = tuple[int, int, str]
MOT_CLE = re.compile(
    r"(case|between|and|or|then|else|end|where|group|order|union|limit|left|inner|cross|full|join|having|window|on|when|as"
    r"|from|using|desc|asc|offset)\b"
)
COMPARAISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "="}
ARITHMETIQUE = {"+": "-", "-": "+", "*": "/", "/": "*"}
ECHANGES = {
    "sum": "max", "least": "greatest", "greatest": "least", "min": "max", "max": "min", "bool_or": "bool_and",
    "bool_and": "bool_or", "desc": "asc", "and": "or", "or": "and", "div": "mod", "mod": "div",
}  # fmt: skip
FONCTIONS = {"sum", "min", "max", "least", "greatest", "div", "mod"}
JOINTURES = {"left join": "inner join", "full join": "inner join", "is not null": "is null", "not exists": "exists"}
# the inner rounding of `arrondi`, the 40 decimals of `quotient`, `limit 1`, `select 1` are guards, not rules
PRECISIONS = re.compile(r"numeric\([^)]*\)|, 20\)|\(100, 40\)|, 40\)|\blimit \d+|\bselect \d+ from|numeric\(\d+")


@dataclass(frozen=True)
class Mutant:
    """One altered query: model, operator, the line before and after."""

    modele: str
    operateur: str
    ligne: int
    avant: str
    apres: str
    requete: str

    @property
    def cle(self) -> str:
        """Short name that outlives a change elsewhere in the model."""
        return hashlib.sha256(f"{self.modele}|{self.operateur}|{self.avant}|{self.apres}".encode()).hexdigest()[:10]

    def __str__(self) -> str:
        """Three lines: what and where, before, after."""
        tete = f"vivant {self.cle} {self.modele} ligne {self.ligne} [{self.operateur}]"
        return f"{tete}\n   - {self.avant}\n   + {self.apres}"


def muter(modele: str, requete: str) -> list[Mutant]:
    """Every mutant of a query, each once, in the order of the text."""
    texte = _sans_commentaires(requete)
    masque = _chaines(texte)
    trouves: dict[str, Mutant] = {}
    for operateur, generer in OPERATEURS.items():
        for debut, fin, neuf in generer(texte, masque):
            if texte[debut:fin] == neuf or "mart_exercices_publies" in _ligne(texte, debut)[1]:
                continue
            mute = texte[:debut] + neuf + texte[fin:]
            numero, avant = _ligne(texte, debut)
            trouves.setdefault(mute, Mutant(modele, operateur, numero, avant, _ligne(mute, debut)[1], mute))
    return sorted(trouves.values(), key=lambda m: (m.ligne, m.operateur, m.apres))


def _ligne(texte: str, position: int) -> tuple[int, str]:
    debut = texte.rfind("\n", 0, position) + 1
    fin = texte.find("\n", position)
    return texte.count("\n", 0, position) + 1, texte[debut : fin if fin >= 0 else len(texte)].strip()


def _sans_commentaires(requete: str) -> str:
    """The query without `--` comments, quoted ones kept."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*", lambda m: m.group() if m.group().startswith("'") else "", requete)


def _chaines(texte: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"'(?:[^']|'')*'|\"[^\"]*\"", texte)]


def _libre(masque: list[tuple[int, int]], position: int) -> bool:
    return not any(d <= position < f for d, f in masque)


def _parenthese(texte: str, masque: list[tuple[int, int]], ouverture: int) -> int:
    """Position of the parenthesis that closes the one at `ouverture`; -1 when there is none."""
    profondeur = 0
    for i in range(ouverture, len(texte)):
        if texte[i] in "()" and _libre(masque, i):
            profondeur += 1 if texte[i] == "(" else -1
            if profondeur == 0:
                return i
    return -1


def _virgule(texte: str, masque: list[tuple[int, int]], ouverture: int, fermeture: int) -> int:
    """First comma of the arguments between two parentheses, at their level; -1 when there is none."""
    profondeur = 0
    for i in range(ouverture + 1, fermeture):
        if not _libre(masque, i):
            continue
        profondeur += {"(": 1, ")": -1}.get(texte[i], 0)
        if texte[i] == "," and profondeur == 0:
            return i
    return -1


def _fin_operande(texte: str, masque: list[tuple[int, int]], debut: int) -> int:
    """End of the condition that starts at `debut`; a `case` of its own is left alone (-1)."""
    profondeur, entre = 0, False
    for i in (j for j in range(debut, len(texte)) if _libre(masque, j)):
        profondeur += {"(": 1, ")": -1}.get(texte[i], 0)
        if profondeur < 0 or (profondeur == 0 and texte[i] == ","):
            return i
        if profondeur or texte[i] == ")" or not (texte[i - 1].isspace() or texte[i - 1] == ")"):
            continue
        mot = MOT_CLE.match(texte, i)
        if mot is None:
            continue
        if mot.group() == "case":
            return -1
        if mot.group() != "between" and not (entre and mot.group() == "and"):
            return i
        entre = mot.group() == "between"
    return len(texte)


def _mots(texte: str, masque: list[tuple[int, int]], motif: str) -> Iterator[re.Match[str]]:
    return (m for m in re.finditer(motif, texte) if _libre(masque, m.start()))


def comparaisons(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """`<` for `<=`, `<>` for `=`."""
    for m in _mots(texte, masque, r"(?<= )(<=|>=|<>|<|>|=)(?= )"):
        yield m.start(), m.end(), COMPARAISONS[m.group()]


def arithmetique(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """`+` for `-`, `*` for `/`."""
    for m in _mots(texte, masque, r"(?<=[\w)] )[-+*/](?= [\w(]|\n)|^\s*([-+])(?= \w)"):
        signe = m.group().strip()
        fin = m.end()
        if texte[:fin].rstrip("*").endswith("select "):
            continue
        yield fin - 1, fin, ARITHMETIQUE[signe]


def echanges(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """`least` for `greatest`, `or` for `and`, the other order."""
    for m in _mots(texte, masque, r"\b(" + "|".join(ECHANGES) + r")\b"):
        if m.group() in FONCTIONS and texte[m.end() : m.end() + 1] != "(":
            continue
        if m.group() == "and" and _borne_de_between(texte, masque, m.start()):
            continue
        yield m.start(), m.end(), ECHANGES[m.group()]


def _borne_de_between(texte: str, masque: list[tuple[int, int]], position: int) -> bool:
    precedents = list(_mots(texte[:position], masque, r"\b(between|and|where|when|on|or)\b"))
    return bool(precedents) and precedents[-1].group() == "between"


def jointures(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """An inner join for a left one, `is null` for `is not null`."""
    for m in _mots(texte, masque, r"\b(" + "|".join(JOINTURES) + r")\b"):
        yield m.start(), m.end(), JOINTURES[m.group()]
    for m in _mots(texte, masque, r"\bis null\b"):
        yield m.start(), m.end(), "is not null"


def conditions(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """A condition forgotten: `and …` dropped, the first one of a `where` or `on` true, of a `when` false."""
    for m in _mots(texte, masque, r"\band\b\s+"):
        fin = _fin_operande(texte, masque, m.end())
        if fin > 0 and not _borne_de_between(texte, masque, m.start()):
            yield m.start(), fin, ""
    for m in _mots(texte, masque, r"\b(where|on|when)\b\s+"):
        fin = _fin_operande(texte, masque, m.end())
        if fin > 0 and m.end() < fin:
            yield m.end(), fin, "false " if m.group(1) == "when" else "true "


def arrondis(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """A rounding forgotten."""
    for m in _mots(texte, masque, r"\bround\((?=round\()"):
        fin = _parenthese(texte, masque, m.end() - 1)
        interne = m.end() + len("round")
        virgule = _virgule(texte, masque, interne, _parenthese(texte, masque, interne))
        yield m.start(), fin + 1, f"({texte[interne + 1 : virgule]})"


def defauts(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """A default forgotten: `coalesce(x, y)` is x."""
    for m in _mots(texte, masque, r"\bcoalesce\("):
        fin = _parenthese(texte, masque, m.end() - 1)
        virgule = _virgule(texte, masque, m.end() - 1, fin)
        if virgule > 0:
            yield m.start(), fin + 1, f"({texte[m.end() : virgule]})"


def filtres(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """`filter (where …)` or `distinct` forgotten."""
    for m in _mots(texte, masque, r"\bfilter \("):
        yield m.start(), _parenthese(texte, masque, m.end() - 1) + 1, ""
    for m in _mots(texte, masque, r"\bdistinct (?!on\b|from\b)"):
        yield m.start(), m.end(), ""


def _gardes(texte: str, masque: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The 0 of a `nullif(x, 0)`: no rule says it, it keeps a division from stopping the build."""
    for m in _mots(texte, masque, r"\bnullif\("):
        fin = _parenthese(texte, masque, m.end() - 1)
        yield texte.rfind(",", m.end(), fin), fin


def nombres(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """A constant one too high."""
    exclus = [m.span() for m in PRECISIONS.finditer(texte)] + list(_gardes(texte, masque))
    for m in _mots(texte, masque, r"(?<![\w.\"])\d+(?:\.\d+)?(?![\w.])"):
        if not any(d <= m.start() < f for d, f in exclus):
            yield m.start(), m.end(), str(int(float(m.group())) + 1)


def textes(texte: str, masque: list[tuple[int, int]]) -> Iterator[Remplacement]:
    """A code mistyped, where it is compared or listed."""
    for debut, fin in masque:
        avant = texte[:debut].rstrip()
        if texte[debut] == "'" and (avant.endswith(("=", "<>")) or re.search(r"\bin \([^()]*$", avant)):
            yield debut, fin, "'§'"


OPERATEURS: dict[str, Callable[[str, list[tuple[int, int]]], Iterator[Remplacement]]] = {
    "comparaison": comparaisons,
    "arithmetique": arithmetique,
    "echange": echanges,
    "jointure": jointures,
    "condition": conditions,
    "arrondi": arrondis,
    "defaut": defauts,
    "filtre": filtres,
    "nombre": nombres,
    "texte": textes,
}
