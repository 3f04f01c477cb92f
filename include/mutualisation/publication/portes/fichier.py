"""The *file* gate judges the files of one load, and what they announce, before their rows count. Cells and totals were
read when the file landed: sums are made in SQL, and compared here as exact decimals."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from mutualisation.entree.ingestion.typage import ILLISIBLE
from mutualisation.entree.sources.brut import jours_en_trop, table
from mutualisation.entree.sources.jeux import TYPES_SOMMABLES, Colonne, Jeu, Source
from mutualisation.entree.sources.registre import registre
from mutualisation.publication.portes.execution import commencer, retenir
from mutualisation.publication.portes.resultat import Constat, ResultatPorte
from mutualisation.publication.portes.suites import echec, lire_point

PORTE = "fichier"
Sommes = Mapping[tuple[int, str], Decimal]
Refus = list[tuple[str, str]]
COMPTE = "count"
ANNONCES = "fichiers.annonces"
ANNONCE = ("fichier_id", "chemin", "regle", "colonne", "attendu", "constate", "ecart")
LIVRAISON = ("chemin", "lignes", "variation_lignes_pct", "variation_total_pct")

# The query gives the pending files of a load, what they announce, and their former delivery: the last one of the same
# jeu and periode, else that of the same periode a year before
EN_ATTENTE = """
select f.source, f.fichier_id, f.chemin, f.jeu, f.exercice, f.lignes, coalesce(f.controle, '{}') as controle,
  coalesce((select jsonb_object_agg(t.colonne, t.valeur) from journal.totaux t where t.fichier_id = f.fichier_id), '{}')
    as totaux,
  p.fichier_id as precedent_id, p.lignes as lignes_precedentes
from journal.fichiers f
left join lateral (
  select c.fichier_id, c.lignes from journal.fichiers c
  where c.source = f.source and c.jeu = f.jeu and c.fichier_id <> f.fichier_id
    and (c.statut = 'accepte' or (c.statut = 'en_attente' and c.chargement_id = f.chargement_id))
    and ((c.periode_ecrite = f.periode_ecrite and c.fichier_id < f.fichier_id)
      or (f.exercice is not null and c.periode_ecrite = (f.exercice - 1)::text || substr(f.periode_ecrite, 5)))
  order by c.periode_ecrite = f.periode_ecrite desc, c.version desc, c.fichier_id desc
  limit 1
) p on true
where f.statut = 'en_attente' and f.chargement_id = %s
order by f.fichier_id
"""


def refus_des_annonces(conn: psycopg.Connection[Any], jeu: Jeu, **lecture: Any) -> list[str]:
    """Say why the gate would refuse the only file of `brut`: its announcements (F3, F4), the days of a list (R13a).
    `lecture` gives exercice, lignes, controle, totaux, as the journal would have them of the file."""
    source = registre().source(jeu.source)
    f = SimpleNamespace(jeu=jeu.nom, chemin="", fichier_id=0, precedent_id=0, **lecture)
    (suite,) = lire_point(PORTE, ANNONCES)
    attentes = {a.kwargs["row_condition"]["parameter"]: a for a in suite.attentes if "column" in a.kwargs}
    annonces = _annonces(conn, source, [f], _sommes_des_lignes(conn, source, [f], {}))
    return [attentes[ligne["regle"]].phrase(ligne) for ligne in annonces if ligne["ecart"]]


def verifier_fichiers(conn: psycopg.Connection[Any], chargement_id: int) -> Callable[[], tuple[Refus, ResultatPorte]]:
    """Start to judge the files of `chargement_id`, the last load of its source, committed.

    The caller does something else meanwhile, then calls the function returned: it gives the files to refuse, (chemin,
    French reason) by chemin, and the result for the journal, whose warnings refuse nothing. The gate checks what
    `.controle.json` (F3) and the `Total` row (F4) announce, that every row read has landed, that a list is drawn up to
    one day (R13a), and the suites of the source. Raises `ControleEchoue` (« porte fichier : … ») when there is nothing
    to check, a suite is missing or empty, or a check did not run."""
    with conn.cursor(row_factory=namedtuple_row) as curseur:
        fichiers: list[Any] = curseur.execute(EN_ATTENTE, [chargement_id]).fetchall()
    if not fichiers:
        raise echec(PORTE, f"aucun fichier en attente dans le chargement {chargement_id} — relancer le chargement")
    source = registre().source(fichiers[0].source)
    totaux = {suite.nom.rpartition(".")[2]: suite.total for suite in lire_point(PORTE, source.nom) if suite.total}
    sommes = _sommes_des_lignes(conn, source, fichiers, totaux)
    presents = {f.jeu for f in fichiers}
    points = {
        ANNONCES: (_annonces(conn, source, fichiers, sommes), ANNONCE),
        "fichiers.livraisons": (_livraisons(fichiers, sommes, totaux), LIVRAISON),
        source.nom: None,
    }
    finir = commencer(PORTE, _dsn(conn), points)

    def conclure() -> tuple[Refus, ResultatPorte]:
        annonces, livraisons, cellules = finir()
        constats = [*annonces, *livraisons, *(c for c in cellules if c.attente.lot in presents)]
        retenir(source.nom, f"Fichiers : {source.libelle}", constats)
        refus = _refus_par_fichier(source.nom, constats)
        motifs = [f"{chemin} : {motif}" for chemin, motif in refus]
        return refus, ResultatPorte(f"{PORTE} {source.nom}", constats, motifs)

    return conclure


def _dsn(conn: psycopg.Connection[Any]) -> str:
    secret = {"password": conn.info.password} if conn.info.password else {}
    return psycopg.conninfo.make_conninfo("", **conn.info.get_parameters() | secret)


def _refus_par_fichier(source: str, constats: list[Constat]) -> Refus:
    """Group by file the reasons of the expectations that block. Raises `ControleEchoue` when a query crashed."""
    motifs: dict[str, list[str]] = defaultdict(list)
    for constat in constats:
        if constat.erreur is not None:
            raise echec(PORTE, f"{constat.attente.nom} ({source}) n'a pas pu être exécuté ({constat.erreur})")
        if constat.bloque:
            # each row has its sentence; the last one counts the rows that are not shown
            chemins = [ligne.get("chemin") for ligne in constat.lignes]
            for chemin, phrase in zip([*chemins, None], constat.phrases(), strict=False):
                motifs[str(chemin or f"{source}/")].append(phrase)
    return [(chemin, " ; ".join(phrases)) for chemin, phrases in sorted(motifs.items())]


def _sommes_des_lignes(
    conn: psycopg.Connection[Any], source: Source, fichiers: Sequence[Any], totaux: Mapping[str, str]
) -> Sommes:
    """Return {(file, column): sum}, with one scan a jeu; the column `COMPTE` counts rows. The columns are those that a
    file announces, and that of its jeu in `totaux`; former deliveries are summed too."""
    sommes: dict[tuple[int, str], Decimal] = {}
    for jeu in source.jeux:
        poses = [f for f in fichiers if f.jeu == jeu.nom]
        if not poses:
            continue
        annoncees = {c.nom for f in poses for _, c, _ in _totaux_annonces(f, jeu) if c}
        noms = sorted(annoncees | ({totaux[jeu.nom]} if jeu.nom in totaux else set()))
        calculs = [sql.SQL("fichier_id, count(*)"), *(sql.SQL("sum({})").format(sql.Identifier(nom)) for nom in noms)]
        requete = sql.SQL("select {} from {} where fichier_id = any(%s) group by fichier_id")
        ids = [numero for f in poses for numero in (f.fichier_id, f.precedent_id)]
        for numero, *valeurs in conn.execute(requete.format(sql.SQL(", ").join(calculs), table(jeu)), [ids]):
            sommes |= {(numero, nom): Decimal(v or 0) for nom, v in zip([COMPTE, *noms], valeurs, strict=True)}
    return sommes


def _annonces(
    conn: psycopg.Connection[Any], source: Source, fichiers: Sequence[Any], sommes: Sommes
) -> list[dict[str, Any]]:
    return [*_comptes(source, fichiers, sommes), *_jours(conn, source, fichiers)]


def _comptes(source: Source, fichiers: Sequence[Any], sommes: Sommes) -> Iterator[dict[str, Any]]:
    """Make the rows of the rules `lignes_posees`, `lignes_annoncees`, `total_annonce`, `ligne_total`."""
    for f in fichiers:
        jeu = next(j for j in source.jeux if j.nom == f.jeu)
        fichier = {"fichier_id": f.fichier_id, "chemin": f.chemin}
        compte = int(sommes.get((f.fichier_id, COMPTE), 0))
        comptes = {"lignes_posees": f.lignes}
        if "lignes" in f.controle:
            comptes["lignes_annoncees"] = f.controle["lignes"]
        for regle, attendu in comptes.items():
            yield fichier | {"regle": regle, "attendu": attendu, "constate": compte, "ecart": attendu != compte}
        for regle, colonne, valeur in _totaux_annonces(f, jeu):
            total = None if valeur == ILLISIBLE else Decimal(valeur)
            somme = None if colonne is None else sommes.get((f.fichier_id, colonne.nom), Decimal(0))
            yield fichier | {
                "regle": regle,
                "colonne": (colonne.entete or colonne.nom) if colonne else "absente ou non sommable",
                "attendu": _afficher_quantite(total, colonne) or "un nombre illisible",
                "constate": _afficher_quantite(somme, colonne) or "introuvable",
                "ecart": total is None or total != somme,
            }


def _jours(conn: psycopg.Connection[Any], source: Source, fichiers: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Make the rows of the rule `un_seul_jour`: files drawn up to several days (R13a)."""
    chemins = {f.fichier_id: f.chemin for f in fichiers}
    exercices = sql.SQL("(select * from unnest({}::bigint[], {}::int[]) as f (fichier_id, exercice_fichier))").format(
        sql.Literal(list(chemins)), sql.Literal([f.exercice for f in fichiers])
    )
    for jeu in source.jeux:
        if jeu.arrete is None or all(f.jeu != jeu.nom for f in fichiers):
            continue
        colonne = jeu.colonne(jeu.arrete.colonne).entete
        for numero, jours in conn.execute(jours_en_trop(jeu, exercices)):
            fichier = {"fichier_id": numero, "chemin": chemins[numero], "colonne": colonne}
            yield fichier | {"regle": "un_seul_jour", "attendu": "un jour", "constate": jours, "ecart": True}


def _livraisons(fichiers: Sequence[Any], sommes: Sommes, totaux: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Make a row a file: chemin, lignes, and how much its rows and its total moved since its former delivery."""
    for f in fichiers:
        somme, avant = (sommes.get((n or 0, totaux.get(f.jeu, ""))) for n in (f.fichier_id, f.precedent_id))
        yield {
            "chemin": f.chemin,
            "lignes": f.lignes,
            "variation_lignes_pct": _variation(f.lignes, f.lignes_precedentes),
            "variation_total_pct": _variation(somme, avant),
        }


def _totaux_annonces(f: Any, jeu: Jeu) -> Iterator[tuple[str, Colonne | None, str]]:
    """Yield (rule, column that may be summed, total) of `.controle.json` and of the `Total` row."""
    if jeu.format != "tabulaire":
        return
    sommables = [c for c in jeu.colonnes_entrepot if c.type in TYPES_SOMMABLES and not c.confidentielle]
    if (total := f.controle.get("total")) is not None:
        yield "total_annonce", next((c for c in sommables if c.entete == f.controle.get("colonne")), None), total
    yield from (("ligne_total", c, f.totaux[c.nom]) for c in sommables if c.nom in f.totaux)


def _afficher_quantite(nombre: Decimal | None, colonne: Colonne | None) -> str:
    """Write a quantity exactly: « 12 h 30 min », where hundredths of an hour may give parts of a minute."""
    if nombre is None:
        return ""
    if colonne is None or colonne.type != "duree":
        return f"{nombre:f}".replace(".", ",")
    heures = int(nombre / 60)
    return f"{heures} h {(nombre - 60 * heures).normalize():f} min"


def _variation(valeur: int | Decimal | None, avant: int | Decimal | None) -> float | None:
    """Return a change in percent, rounded to one decimal: Great Expectations compares this ratio as a float."""
    if valeur is None or not avant:
        return None
    ecart = 100 * (Decimal(valeur) - avant) / abs(Decimal(avant))
    return float(ecart.quantize(Decimal("0.1"), ROUND_HALF_UP))
