"""Small alterations of a SQL query, one at a time, on its syntax tree: what a slip of the pen in a rule looks like."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

DIALECTE = "postgres"
PRECISION_GARDE = 20  # the inner rounding of `arrondi` and the 40 decimals of `quotient` are guards, not rules
LARGEUR = 110  # characters shown on each side of an alteration
COMPARAISONS: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
    exp.NullSafeEQ: exp.NullSafeNEQ, exp.NullSafeNEQ: exp.NullSafeEQ,
}  # fmt: skip
ARITHMETIQUE: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul, exp.IntDiv: exp.Mod, exp.Mod: exp.IntDiv,
}  # fmt: skip
AGREGATS: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.Sum: exp.Max, exp.Min: exp.Max, exp.Max: exp.Min, exp.LogicalOr: exp.LogicalAnd,
    exp.LogicalAnd: exp.LogicalOr,
}  # fmt: skip
BORNES: dict[type[exp.Expression], type[exp.Expression]] = {exp.Least: exp.Greatest, exp.Greatest: exp.Least}
# a node, and what a slip makes of it
Alteration = tuple[exp.Expression, exp.Expression]
Operateur = Callable[[exp.Expression], Iterator[Alteration]]


@dataclass(frozen=True)
class Mutant:
    """One altered query: model, CTE ('' outside), operator, the altered condition or column before and after.

    `contexte`: the clause around it.
    """

    modele: str
    cte: str
    operateur: str
    avant: str
    apres: str
    requete: str = field(repr=False, compare=False)
    contexte: str = ""

    @property
    def cle(self) -> str:
        """Short name that outlives a change elsewhere in the model."""
        texte = "|".join((self.modele, self.cte, self.operateur, self.avant, self.apres, self.contexte))
        return hashlib.sha256(texte.encode()).hexdigest()[:10]

    @property
    def forme(self) -> tuple[str, ...]:
        """The alteration without names and texts: what one macro writes in many places."""
        # the tree writes keywords in capitals, names in small letters
        anonymes = (re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"|\b[a-z_]\w*|\b\d+", "x", c) for c in (self.avant, self.apres))
        cte = re.sub(r"^__dbt__cte__.*", "ephemere", self.cte)
        return (cte, self.operateur, *anonymes)

    def __str__(self) -> str:
        """What and where, before, after, the clause around."""
        lieu = f"{self.modele}.{self.cte}" if self.cte else self.modele
        avant, apres = _autour(self.avant, self.apres)
        return f"vivant {self.cle} {lieu} [{self.operateur}]\n   - {avant}\n   + {apres}{self._dans()}"

    def _dans(self) -> str:
        if self.contexte == self.avant:
            return ""
        debut = max(0, self.contexte.find(self.avant) - LARGEUR)
        return f"\n   dans {'… ' if debut else ''}{self.contexte[debut : debut + 3 * LARGEUR]}"


def _autour(avant: str, apres: str) -> tuple[str, str]:
    """Both texts, cut around their first difference."""
    debut = max(0, _commun(avant, apres) - LARGEUR)
    points = "… " if debut else ""
    return points + avant[debut : debut + 2 * LARGEUR], points + apres[debut : debut + 2 * LARGEUR]


def _commun(avant: str, apres: str) -> int:
    pareils = (a == b for a, b in zip(avant, apres, strict=False))
    return next((rang for rang, pareil in enumerate(pareils) if not pareil), min(len(avant), len(apres)))


def relire(requete: str) -> str:
    """The query as the tree writes it back: what mutants are compared with."""
    tete, unites = _unites(requete)
    return _assembler(tete, [u.sql(DIALECTE) for u in unites])


def muter(modele: str, requete: str) -> list[Mutant]:
    """Every mutant of a query, each once."""
    tete, unites = _unites(requete)
    textes = [u.sql(DIALECTE) for u in unites]
    trouves: dict[str, Mutant] = {}
    for rang, unite in enumerate(unites):
        cte = unite.alias if isinstance(unite, exp.CTE) else ""
        for operateur, cible, neuf in _alterations(unite):
            avant, apres, contexte, mute = _alterer(unite, cible, neuf)
            texte = _assembler(tete, [*textes[:rang], mute, *textes[rang + 1 :]])
            if mute != textes[rang]:
                trouves.setdefault(texte, Mutant(modele, cte, operateur, avant, apres, texte, contexte))
    return list(trouves.values())


def _unites(requete: str) -> tuple[str, list[exp.Expression]]:
    """`with`, the CTE of a query, then its body: a mutant writes again the one that it alters, and no other."""
    arbre = sqlglot.parse_one(requete, dialect=DIALECTE)
    for noeud in arbre.walk():
        noeud.pop_comments()
    clause = arbre.args.get("with_")
    arbre.set("with_", None)
    # the body is held by a node of its own, so that it can be replaced whole
    corps = exp.Tuple(expressions=[arbre])
    if clause is None:
        return "", [corps]
    return "WITH RECURSIVE " if clause.recursive else "WITH ", [*clause.expressions, corps]


def _assembler(tete: str, textes: list[str]) -> str:
    *ctes, corps = textes
    return f"{tete}{', '.join(ctes)} {corps[1:-1]}"


def _alterations(unite: exp.Expression) -> list[tuple[str, exp.Expression, exp.Expression]]:
    return [
        (nom, cible, neuf)
        for noeud in unite.walk()
        if noeud is not unite and not _garde(noeud)
        for nom, operateur in OPERATEURS.items()
        for cible, neuf in operateur(noeud)
    ]


def _alterer(unite: exp.Expression, cible: exp.Expression, neuf: exp.Expression) -> tuple[str, str, str, str]:
    """What is altered before and after, the clause around it, the unit after; the tree is put back as it was."""
    clause = _remonter(cible, CONTENANTS)
    avant, contexte = clause.sql(DIALECTE), _remonter(clause, REQUETES).sql(DIALECTE)
    parent, cle, rang = cible.parent, cible.arg_key, cible.index
    assert parent is not None
    parent.set(cle, neuf, index=rang)
    apres, mute = (neuf if clause is cible else clause).sql(DIALECTE), unite.sql(DIALECTE)
    parent.set(cle, cible, index=rang)
    return avant, apres, contexte, mute


CLAUSES = (exp.Alias, exp.If, exp.Join, exp.Ordered, exp.Where, exp.Having)
REQUETES = (exp.Select, exp.Union, exp.Group, exp.Tuple, exp.CTE)
CONTENANTS = (*REQUETES, exp.And, exp.Or, exp.Where, exp.Having)


def _remonter(noeud: exp.Expression, contenants: tuple[type[exp.Expression], ...]) -> exp.Expression:
    """The smallest clause that holds a node, or what a container holds of it."""
    while noeud.parent is not None and not isinstance(noeud, CLAUSES) and not isinstance(noeud.parent, contenants):
        noeud = noeud.parent
    return noeud


def _garde(noeud: exp.Expression) -> bool:
    """What no rule says: precisions, `nullif(x, 0)`, `limit 1`, `offset 0`, what `exists` selects, the build under way.

    In `partition by`, a condition and its contrary make the same groups.
    """
    parent = noeud.parent
    if isinstance(noeud, exp.Is | exp.Not) and _partage(noeud):
        return True
    if isinstance(noeud, exp.Literal):
        if isinstance(parent, exp.DataTypeParam | exp.Limit | exp.Offset | exp.Nullif):
            return True
        if isinstance(parent, exp.Select) and isinstance(parent.parent, exp.Exists):
            return True
        if isinstance(parent, exp.Round) and not noeud.is_string and int(float(noeud.name)) >= PRECISION_GARDE:
            return True
    select = noeud.find_ancestor(exp.Select)
    origine = select.args.get("from_") if select else None
    return bool(origine) and isinstance(origine.this, exp.Table) and origine.this.name == "construction_courante"


def _partage(noeud: exp.Expression) -> bool:
    while isinstance(noeud.parent, exp.Paren | exp.Not):
        noeud = noeud.parent
    return isinstance(noeud.parent, exp.Window) and noeud.arg_key == "partition_by"


def echanges(table: dict[type[exp.Expression], type[exp.Expression]]) -> Operateur:
    """One kind of node for another, with the same arguments."""

    def operateur(noeud: exp.Expression) -> Iterator[Alteration]:
        classe = table.get(type(noeud))
        if classe is not None:
            arguments = noeud.copy().args
            # a division of exact numbers stays one
            typee = {"typed": True, "safe": False} if classe is exp.Div else {}
            yield noeud, classe(**{**arguments, **typee})

    return operateur


def logique(noeud: exp.Expression) -> Iterator[Alteration]:
    """`or` for `and`."""
    if isinstance(noeud, exp.And | exp.Or):
        copie = noeud.copy()
        classe = exp.Or if isinstance(noeud, exp.And) else exp.And
        yield noeud, exp.Paren(this=classe(this=copie.this, expression=copie.expression))


def entre(noeud: exp.Expression) -> Iterator[Alteration]:
    """A bound of `between` left out."""
    if isinstance(noeud, exp.Between):
        x, bas, haut = (noeud.args[cle].copy() for cle in ("this", "low", "high"))
        for premier, second in ((exp.GT, exp.LTE), (exp.GTE, exp.LT)):
            bornes = exp.And(this=premier(this=x.copy(), expression=bas.copy()),
                             expression=second(this=x.copy(), expression=haut.copy()))  # fmt: skip
            yield noeud, exp.Paren(this=bornes)


def negations(noeud: exp.Expression) -> Iterator[Alteration]:
    """`not` forgotten, or written where it is not: `is null`, `in`, `exists`, `like`."""
    if isinstance(noeud, exp.Not):
        yield noeud, noeud.this.copy()
    elif isinstance(noeud, exp.Is | exp.In | exp.Exists | exp.Like | exp.RegexpLike) and not isinstance(
        noeud.parent, exp.Not
    ):
        yield noeud, exp.Not(this=noeud.copy())


def conditions(noeud: exp.Expression) -> Iterator[Alteration]:
    """A condition forgotten: a side of `and` true, of `or` false, a whole `where`, `on` true, a `when` false."""
    parent = noeud.parent
    if isinstance(noeud, exp.And | exp.Boolean):
        return
    if isinstance(parent, exp.And | exp.Or):
        yield noeud, exp.Boolean(this=isinstance(parent, exp.And))
    elif isinstance(parent, exp.Where | exp.Having) or (isinstance(parent, exp.Join) and noeud.arg_key == "on"):
        yield noeud, exp.true()
    elif isinstance(parent, exp.If) and noeud.arg_key == "this":
        yield noeud, exp.false()


def sinon(noeud: exp.Expression) -> Iterator[Alteration]:
    """The `else` of a `case` forgotten."""
    if isinstance(noeud.parent, exp.Case) and noeud.arg_key == "default" and not isinstance(noeud, exp.Null):
        yield noeud, exp.null()


def jointures(noeud: exp.Expression) -> Iterator[Alteration]:
    """An inner join for an outer one, a left one for a full one."""
    if isinstance(noeud, exp.Join) and noeud.side in {"LEFT", "FULL"}:
        interne = noeud.copy()
        interne.set("side", None)
        interne.set("kind", "INNER")
        yield noeud, interne
        if noeud.side == "FULL":
            gauche = noeud.copy()
            gauche.set("side", "LEFT")
            yield noeud, gauche


def defauts(noeud: exp.Expression) -> Iterator[Alteration]:
    """A default forgotten: `coalesce(x, y)` is x, without `y`."""
    if isinstance(noeud, exp.Coalesce):
        yield noeud, exp.Paren(this=noeud.this.copy())


def arrondis(noeud: exp.Expression) -> Iterator[Alteration]:
    """A rounding forgotten; the inner one of `arrondi` is a guard."""
    if isinstance(noeud, exp.Round) and not isinstance(noeud.parent, exp.Round):
        interne = noeud.this.this if isinstance(noeud.this, exp.Round) else noeud.this
        yield noeud, exp.Paren(this=interne.copy())


def filtres(noeud: exp.Expression) -> Iterator[Alteration]:
    """`filter (where …)`, `distinct` forgotten, `union all` for `union`, unless another `union` is around it."""
    if isinstance(noeud, exp.Filter):
        yield noeud, noeud.this.copy()
    elif isinstance(noeud, exp.Distinct) and isinstance(noeud.parent, exp.Count) and len(noeud.expressions) == 1:
        yield noeud, noeud.expressions[0].copy()
    elif isinstance(noeud, exp.Distinct) and isinstance(noeud.parent, exp.Select) and not noeud.args.get("on"):
        yield noeud, exp.Distinct(on=None, expressions=[])
    elif isinstance(noeud, exp.Union) and noeud.args.get("distinct") and not _reuni(noeud):
        tous = noeud.copy()
        tous.set("distinct", False)
        yield noeud, tous


def _reuni(noeud: exp.Expression) -> bool:
    return isinstance(noeud.parent, exp.Union) and bool(noeud.parent.args.get("distinct"))


def ordres(noeud: exp.Expression) -> Iterator[Alteration]:
    """The other order; that of a column of `distinct on` or `partition by` changes nothing."""
    if isinstance(noeud, exp.Ordered) and noeud.this not in _groupe(noeud):
        copie = noeud.copy()
        copie.set("desc", not noeud.args.get("desc"))
        copie.set("nulls_first", not noeud.args.get("desc"))  # as PostgreSQL does when the query says nothing
        yield noeud, copie


def _groupe(tri: exp.Expression) -> list[exp.Expression]:
    """What rows are taken together by, where they are sorted."""
    hote = tri.find_ancestor(exp.Window, exp.Select)
    if isinstance(hote, exp.Window):
        return hote.args.get("partition_by") or []
    distinct = hote.args.get("distinct") if hote else None
    cles = distinct.args.get("on") if distinct else None
    return (cles.expressions or [cles.this]) if cles else []


def nombres(noeud: exp.Expression) -> Iterator[Alteration]:
    """A constant one too high."""
    if isinstance(noeud, exp.Literal) and not noeud.is_string:
        yield noeud, exp.Literal.number(str(int(float(noeud.name)) + 1))


def textes(noeud: exp.Expression) -> Iterator[Alteration]:
    """A code mistyped, where it is compared or listed."""
    compare = exp.EQ | exp.NEQ | exp.In | exp.Like | exp.RegexpLike | exp.NullSafeEQ | exp.NullSafeNEQ
    if isinstance(noeud, exp.Literal) and noeud.is_string and isinstance(noeud.parent, compare):
        yield noeud, exp.Literal.string("§")


OPERATEURS: dict[str, Operateur] = {
    "comparaison": echanges(COMPARAISONS),
    "arithmetique": echanges(ARITHMETIQUE),
    "agregat": echanges(AGREGATS),
    "borne": echanges(BORNES),
    "logique": logique,
    "entre": entre,
    "negation": negations,
    "condition": conditions,
    "sinon": sinon,
    "jointure": jointures,
    "defaut": defauts,
    "arrondi": arrondis,
    "filtre": filtres,
    "ordre": ordres,
    "nombre": nombres,
    "texte": textes,
}
