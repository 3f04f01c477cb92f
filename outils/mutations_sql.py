"""Alter a SQL query a little, once at a time, on its syntax tree: a slip of the pen in a rule looks like that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

DIALECTE = "postgres"
PRECISION_GARDE = 20  # the inner rounding of `arrondi` and the 40 decimals of `quotient` are guards, not rules
LARGEUR = 330  # this many characters of a clause are shown
ECHANGES: dict[str, dict[type[exp.Expression], type[exp.Expression]]] = {
    "comparaison": {
        exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
        exp.NullSafeEQ: exp.NullSafeNEQ, exp.NullSafeNEQ: exp.NullSafeEQ,
    },
    "arithmetique": {
        exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul,
        exp.IntDiv: exp.Mod, exp.Mod: exp.IntDiv,
    },
    "agregat": {
        exp.Sum: exp.Max, exp.Min: exp.Max, exp.Max: exp.Min,
        exp.LogicalOr: exp.LogicalAnd, exp.LogicalAnd: exp.LogicalOr,
    },
    "borne": {exp.Least: exp.Greatest, exp.Greatest: exp.Least},
}  # fmt: skip
CLAUSES = (exp.Alias, exp.If, exp.Join, exp.Ordered, exp.Where, exp.Having)
REQUETES = (exp.Select, exp.Union, exp.Group, exp.Tuple, exp.CTE)
CONTENANTS = (*REQUETES, exp.And, exp.Or, exp.Where, exp.Having)
COMPARES = exp.EQ | exp.NEQ | exp.In | exp.Like | exp.RegexpLike | exp.NullSafeEQ | exp.NullSafeNEQ
# for each node: the operator, and the node that a slip makes of it
Alterations = Iterator[tuple[str, exp.Expression]]


@dataclass(frozen=True)
class Mutant:
    """A query was altered once: model, CTE ('' outside), operator, what it was and became, the clause around
    (`contexte`)."""

    modele: str
    cte: str
    operateur: str
    avant: str
    apres: str
    requete: str = field(repr=False, compare=False)
    contexte: str = ""

    @property
    def forme(self) -> tuple[str, ...]:
        """Return the alteration without names and texts: what one macro writes in many places."""
        # the tree writes keywords in capitals, names in small letters
        anonymes = (re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"|\b[a-z_]\w*|\b\d+", "x", c) for c in (self.avant, self.apres))
        cte = re.sub(r"^__dbt__cte__.*", "ephemere", self.cte)
        return (cte, self.operateur, *anonymes)

    def __str__(self) -> str:
        """Say what and where, before, after, and the clause around."""
        debut = max(0, self.contexte.find(self.avant) - LARGEUR // 3)
        dans = f"\n   dans {self.contexte[debut : debut + LARGEUR]}" if self.contexte != self.avant else ""
        lieu = f"{self.modele}.{self.cte}".rstrip(".")
        return f"vivant {lieu} [{self.operateur}]\n   - {self.avant[:LARGEUR]}\n   + {self.apres[:LARGEUR]}{dans}"


def relire(requete: str) -> str:
    """Return the query as the tree writes it back: mutants are compared with it."""
    tete, unites = _unites(requete)
    return _assembler(tete, [u.sql(DIALECTE) for u in unites])


def muter(modele: str, requete: str) -> list[Mutant]:
    """Return every mutant of a query, each once."""
    tete, unites = _unites(requete)
    textes = [u.sql(DIALECTE) for u in unites]
    trouves: dict[str, Mutant] = {}
    for rang, unite in enumerate(unites):
        cte = unite.alias if isinstance(unite, exp.CTE) else ""
        noeuds = [n for n in unite.walk() if n is not unite and not _garde(n)]
        for operateur, cible, neuf in [
            (nom, n, neuf) for n in noeuds for faire in OPERATEURS for nom, neuf in faire(n)
        ]:
            avant, apres, contexte, mute = _alterer(unite, cible, neuf)
            texte = _assembler(tete, [*textes[:rang], mute, *textes[rang + 1 :]])
            if mute != textes[rang]:
                trouves.setdefault(texte, Mutant(modele, cte, operateur, avant, apres, texte, contexte))
    return list(trouves.values())


def _unites(requete: str) -> tuple[str, list[exp.Expression]]:
    """Return `with`, the CTE of a query, then its body: a mutant rewrites the one that it alters, and no other."""
    arbre = sqlglot.parse_one(requete, dialect=DIALECTE)
    for noeud in arbre.walk():
        noeud.pop_comments()
    clause = arbre.args.get("with_")
    arbre.set("with_", None)
    # a node of its own holds the body, so that it can be replaced whole
    corps = exp.Tuple(expressions=[arbre])
    if clause is None:
        return "", [corps]
    return "WITH RECURSIVE " if clause.recursive else "WITH ", [*clause.expressions, corps]


def _assembler(tete: str, textes: list[str]) -> str:
    *ctes, corps = textes
    return f"{tete}{', '.join(ctes)} {corps[1:-1]}"


def _alterer(unite: exp.Expression, cible: exp.Expression, neuf: exp.Expression) -> tuple[str, str, str, str]:
    """Return the clause before and after, the clause around it, the unit after; put the tree back as it was."""
    clause = _remonter(cible, CONTENANTS)
    avant, contexte = clause.sql(DIALECTE), _remonter(clause, REQUETES).sql(DIALECTE)
    parent, cle, rang = cible.parent, cible.arg_key, cible.index
    assert parent is not None
    parent.set(cle, neuf, index=rang)
    apres, mute = (neuf if clause is cible else clause).sql(DIALECTE), unite.sql(DIALECTE)
    parent.set(cle, cible, index=rang)
    return avant, apres, contexte, mute


def _remonter(noeud: exp.Expression, contenants: tuple[type[exp.Expression], ...]) -> exp.Expression:
    """Return the smallest clause that holds a node, or what a container holds of it."""
    while noeud.parent is not None and not isinstance(noeud, CLAUSES) and not isinstance(noeud.parent, contenants):
        noeud = noeud.parent
    return noeud


def _garde(noeud: exp.Expression) -> bool:
    """Say whether no rule says this node: precision, `nullif(x, 0)`, `limit 1`, `offset 0`, the columns of `exists`,
    the build under way. In `partition by`, a condition and its contrary make the same groups."""
    if isinstance(noeud, exp.Is | exp.Not) and _partage(noeud):
        return True
    match noeud, noeud.parent:
        case exp.Literal(), exp.DataTypeParam() | exp.Limit() | exp.Offset() | exp.Nullif():
            return True
        case exp.Literal(), exp.Select(parent=exp.Exists()):
            return True
        case exp.Literal(is_string=False), exp.Round() if int(float(noeud.name)) >= PRECISION_GARDE:
            return True
    select = noeud.find_ancestor(exp.Select)
    origine = select.args.get("from_") if select else None
    return bool(origine) and isinstance(origine.this, exp.Table) and origine.this.name == "construction_courante"


def _partage(noeud: exp.Expression) -> bool:
    while isinstance(noeud.parent, exp.Paren | exp.Not):
        noeud = noeud.parent
    return isinstance(noeud.parent, exp.Window) and noeud.arg_key == "partition_by"


# ---------------------------------------------------------------- operators
def _avec(noeud: exp.Expression, **arguments: object) -> exp.Expression:
    copie = noeud.copy()
    for nom, valeur in arguments.items():
        copie.set(nom, valeur)
    return copie


def _echanges(noeud: exp.Expression) -> Alterations:
    """Put one kind of node for another, with the same arguments; a division of exact numbers stays one."""
    for nom, table in ECHANGES.items():
        if classe := table.get(type(noeud)):
            yield nom, classe(**noeud.copy().args | ({"typed": True, "safe": False} if classe is exp.Div else {}))


def _logique(noeud: exp.Expression) -> Alterations:
    """Put `or` for `and`, leave out a bound of `between`, forget `not`, or write it where it is not."""
    match noeud:
        case exp.And() | exp.Or():
            classe, copie = (exp.Or if isinstance(noeud, exp.And) else exp.And), noeud.copy()
            yield "logique", exp.Paren(this=classe(this=copie.this, expression=copie.expression))
        case exp.Between():
            for bas, haut in ((exp.GT, exp.LTE), (exp.GTE, exp.LT)):
                x = noeud.copy()
                bornes = (
                    bas(this=x.this, expression=x.args["low"]),
                    haut(this=x.this.copy(), expression=x.args["high"]),
                )
                yield "entre", exp.Paren(this=exp.And(this=bornes[0], expression=bornes[1]))
        case exp.Not():
            yield "negation", noeud.this.copy()
        case exp.Is() | exp.In() | exp.Exists() | exp.Like() | exp.RegexpLike() if not isinstance(
            noeud.parent, exp.Not
        ):
            yield "negation", exp.Not(this=noeud.copy())


def _conditions(noeud: exp.Expression) -> Alterations:
    """Forget a condition: make a side of `and`, a `where` or an `on` true, a side of `or` or a `when` false; or an
    `else`."""
    parent, cle = noeud.parent, noeud.arg_key
    if isinstance(parent, exp.Case) and cle == "default" and not isinstance(noeud, exp.Null):
        yield "sinon", exp.null()
    if isinstance(noeud, exp.And | exp.Boolean):
        return
    if isinstance(parent, exp.And | exp.Or):
        yield "condition", exp.Boolean(this=isinstance(parent, exp.And))
    elif isinstance(parent, exp.Where | exp.Having) or (isinstance(parent, exp.Join) and cle == "on"):
        yield "condition", exp.true()
    elif isinstance(parent, exp.If) and cle == "this":
        yield "condition", exp.false()


def _oublis(noeud: exp.Expression) -> Alterations:
    """Put an inner join for an outer one, a left one for a full one, or forget a part of an expression. Forgotten are
    `y` of `coalesce(x, y)`, a rounding (the inner one of `arrondi` is a guard), `filter (where …)`, `distinct`, that of
    `union`."""
    match noeud:
        case exp.Join(side="LEFT" | "FULL"):
            yield "jointure", _avec(noeud, side=None, kind="INNER")
            if noeud.side == "FULL":
                yield "jointure", _avec(noeud, side="LEFT")
        case exp.Coalesce():
            yield "defaut", exp.Paren(this=noeud.this.copy())
        case exp.Round() if not isinstance(noeud.parent, exp.Round):
            interne = noeud.this.this if isinstance(noeud.this, exp.Round) else noeud.this
            yield "arrondi", exp.Paren(this=interne.copy())
        case exp.Filter():
            yield "filtre", noeud.this.copy()
        case exp.Distinct(parent=exp.Count(), expressions=[seule]):
            yield "filtre", seule.copy()
        case exp.Distinct(parent=exp.Select()) if not noeud.args.get("on"):
            yield "filtre", exp.Distinct(on=None, expressions=[])
        case exp.Union() if noeud.args.get("distinct") and not _reuni(noeud):
            yield "filtre", _avec(noeud, distinct=False)


def _reuni(noeud: exp.Expression) -> bool:
    return isinstance(noeud.parent, exp.Union) and bool(noeud.parent.args.get("distinct"))


def _valeurs(noeud: exp.Expression) -> Alterations:
    """Sort the other way where it changes something; add one to a constant; mistype a code compared or listed."""
    match noeud:
        case exp.Ordered() if noeud.this not in _groupe(noeud):
            # `nulls_first` does as PostgreSQL when the query says nothing
            sens = not noeud.args.get("desc")
            yield "ordre", _avec(noeud, desc=sens, nulls_first=sens)
        case exp.Literal(is_string=False):
            yield "nombre", exp.Literal.number(str(int(float(noeud.name)) + 1))
        case exp.Literal() if isinstance(noeud.parent, COMPARES):
            yield "texte", exp.Literal.string("§")


def _groupe(tri: exp.Expression) -> list[exp.Expression]:
    """Return what groups sorted rows: `partition by` or `distinct on`."""
    hote = tri.find_ancestor(exp.Window, exp.Select)
    if isinstance(hote, exp.Window):
        return hote.args.get("partition_by") or []
    distinct = hote.args.get("distinct") if hote else None
    cles = distinct.args.get("on") if distinct else None
    return (cles.expressions or [cles.this]) if cles else []


OPERATEURS: tuple[Callable[[exp.Expression], Alterations], ...] = (_echanges, _logique, _conditions, _oublis, _valeurs)
