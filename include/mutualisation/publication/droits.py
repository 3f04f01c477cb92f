"""Who reads a relation of the contract: rights and row-level security of its storage (K10).

A view of `publication` is `security_invoker`: its reader needs a right on the storage, and a policy says which rows.
"""

from __future__ import annotations

from psycopg import sql

from mutualisation.entrepot.roles import COMMUNE, LECTEUR, TRAITEMENT
from mutualisation.publication.relations import PUBLIEE, Relation

ADHERENT = "siret_adherent"
# What a commune reads whole: nothing in them is of another adherent. The others, `rejets` or `tracabilite`, not at all
GENERALES = frozenset(
    {
        "cout_moyen",
        "cout_unitaire",
        "etp_categorie",
        "indicateurs_cles",
        "passage_d5211",
        "prevision",
        "synthese_financiere",
        "variation",
    }
)
_PUBLIEE = "({pointeur}, version) in (select exercice, version from journal.publications)"
# what the run may add: rows of a version that passed its gates and that no statement has closed
_A_PUBLIER = "version = any (array(select version from journal.constructions where statut = 'validee'))"
_SIENNE = "siret_adherent = any ((select journal.mes_sirets())::text[])"


def lecteurs(relation: Relation) -> dict[str, str]:
    """{group role: condition on the rows that it reads}, in SQL where `{pointeur}` stands for a column."""
    roles = {TRAITEMENT: "true"}
    if relation.schema != PUBLIEE:
        return roles
    roles[LECTEUR] = _PUBLIEE
    if ADHERENT in relation.noms_colonnes:
        roles[COMMUNE] = f"{_PUBLIEE} and {_SIENNE}"
    elif relation.nom in GENERALES:
        roles[COMMUNE] = _PUBLIEE
    return roles


def droits(relation: Relation) -> list[sql.Composable]:
    """Statements that give each reader its rows, and take from the others; running them twice changes nothing."""
    table, vue = sql.Identifier("versions", relation.nom), sql.Identifier(relation.schema, relation.nom)
    ordres: list[sql.Composable] = [sql.SQL("alter table {} enable row level security").format(table)]
    permis = lecteurs(relation)
    for role in (TRAITEMENT, LECTEUR, COMMUNE):
        nom = {"table": table, "vue": vue, "role": sql.Identifier(role)}
        ordres.append(sql.SQL("drop policy if exists {role} on {table}").format(**nom))
        if role not in permis:
            ordres.append(sql.SQL("revoke all on {table}, {vue} from {role}").format(**nom))
            continue
        condition = sql.SQL(permis[role]).format(pointeur=sql.Identifier(relation.pointeur))
        politique = "create policy {role} on {table} for select to {role} using ({condition})"
        ordres.append(sql.SQL(politique).format(**nom, condition=condition))
        ordres.append(sql.SQL("grant select on {table}, {vue} to {role}").format(**nom))
    ajout = {"table": table, "role": sql.Identifier(TRAITEMENT), "condition": sql.SQL(_A_PUBLIER)}
    ordres.append(sql.SQL("drop policy if exists ajout on {table}").format(**ajout))
    ordres.append(
        sql.SQL("create policy ajout on {table} for insert to {role} with check ({condition})").format(**ajout)
    )
    ordres.append(sql.SQL("grant insert on {table} to {role}").format(**ajout))
    return ordres
