"""Each figure of the synthèse back to its source lines, one page a dispositif."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import cadre, renvois
from mutualisation.rapport.publie import TOTAL, Bilan, Ligne
from mutualisation.rapport.sceau import Sceau

# figures of a dispositif with the fewest lines first, line by line while the page stays light
RETENUES = """
with comptes as (
  select dispositif, mesure, count(*) as lignes from {source}
   where exercice = %(exercice)s and version = %(version)s group by dispositif, mesure
), cumuls as (
  select *, sum(lignes) over (partition by dispositif order by lignes, mesure collate "C") <= 2000 as detaillee
    from comptes
)"""
LIGNES = f"""{RETENUES}
select t.* from {{source}} as t
 inner join cumuls as c on t.dispositif = c.dispositif and t.mesure = c.mesure and c.detaillee
 where t.exercice = %(exercice)s and t.version = %(version)s
 order by t.dispositif collate "C", t.mesure collate "C", t.fichier collate "C", t.ligne nulls first,
  t.rang collate "C", t.montant_source, t.part, t.montant
"""  # noqa: S608 - our own text
GROUPES = f"""{RETENUES}
select t.dispositif, t.mesure, t.fichier, count(*) as lignes, sum(t.montant) as montant
  from {{source}} as t
 inner join cumuls as c on t.dispositif = c.dispositif and t.mesure = c.mesure and not c.detaillee
 where t.exercice = %(exercice)s and t.version = %(version)s
 group by t.dispositif, t.mesure, t.fichier
 order by t.dispositif collate "C", t.mesure collate "C", t.fichier collate "C"
"""  # noqa: S608 - our own text
PRESENTES = """
select dispositif, mesure, count(*) as lignes, sum(montant) as montant from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif, mesure
"""
ETP, ARRONDI = "etp", "arrondi"
# the column of the synthèse, in its order
MESURES = (ETP, "cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises", "recettes")
FICHIER = m.Colonne("fichier", "Fichier", "code", part=4)
DU_TEMPS = (
    "Le temps de travail n'est publié que par fichier et par activité, jamais par agent ; le coût y est celui de la "
    "catégorie, regroupée s'il le faut."
)


def dire(bilan: Bilan, sceau: Sceau) -> Iterator[m.Document]:
    """One page for each dispositif that has a source line."""
    tracees = presentes(bilan)
    lignes = _ranger(bilan.agreger("tracabilite", LIGNES))
    groupes = _ranger(bilan.agreger("tracabilite", GROUPES))
    for code in dispositifs(bilan):
        mesures = [x for x in MESURES if (code, x) in tracees]
        sections = [
            _mesure(bilan, code, x, tracees[code, x], lignes.get((code, x), []), groupes.get((code, x), []))
            for x in mesures
        ]
        nombre = sum(tracees[code, x]["lignes"] for x in mesures)
        resume = (
            f"Les chiffres {bilan.exercice} de « {bilan.libelle(code)} » viennent de "
            f"{formats.plusieurs(nombre, 'ligne source', 'lignes source')}. Le montant de chaque ligne est le montant "
            "lu dans le fichier multiplié par la part qui revient au dispositif."
        )
        titre = f"{bilan.libelle(code)} : des chiffres aux lignes source, {bilan.exercice}"
        yield cadre.document(bilan, sceau, renvois.trace(code), titre, resume, sections, ("html",))


def dispositifs(bilan: Bilan) -> list[str]:
    """Codes that have a page, in the order of their labels."""
    return bilan.trier({code for code, mesure in presentes(bilan) if code != TOTAL and mesure in MESURES})


def presentes(bilan: Bilan) -> dict[tuple[str, str], Ligne]:
    """{(dispositif, measure): how many lines, and their sum} of what is traced."""
    return {(r["dispositif"], r["mesure"]): r for r in bilan.agreger("tracabilite", PRESENTES)}


def _ranger(rangees: list[Ligne]) -> dict[tuple[str, str], list[Ligne]]:
    rangs: dict[tuple[str, str], list[Ligne]] = {}
    for r in rangees:
        rangs.setdefault((r["dispositif"], r["mesure"]), []).append(r)
    return rangs


# ---------------------------------------------------------------- one figure
def _mesure(
    bilan: Bilan, code: str, mesure: str, compte: Ligne, lignes: list[Ligne], groupes: list[Ligne]
) -> m.Section:
    nom = _nom(mesure)
    blocs: list[m.Bloc] = [_somme(bilan, code, mesure, compte)]
    if mesure in (ETP, "cout_personnel"):
        blocs.append(m.p(DU_TEMPS, note=True))
        if any(r["dispositif"] == code for r in bilan["etp_categorie"]):
            blocs.append(m.p(renvois.vers_personnel(code, "Le calcul, catégorie par catégorie"), ".", ecran=True))
    blocs.append(_tableau(nom, mesure, lignes) if lignes else _par_fichier(nom, mesure, compte, groupes))
    return m.Section(mesure, nom, nom, blocs)


def _nom(mesure: str) -> str:
    return "Équivalents temps plein" if mesure == ETP else libelles.MESURES[mesure]


def _somme(bilan: Bilan, code: str, mesure: str, compte: Ligne) -> m.Paragraphe:
    """Σ of the lines beside the synthèse."""
    publie = bilan.synthese[bilan.exercice].get(code, {}).get(mesure)
    dit = f"Synthèse : {_quantite(publie, mesure)}. " if publie is not None else ""
    nombre = formats.plusieurs(compte["lignes"], "ligne", "lignes")
    return m.p(f"{dit}Somme de {nombre} : {_quantite(compte['montant'], mesure)}.")


def _tableau(nom: str, mesure: str, lignes: list[Ligne]) -> m.Tableau:
    """Line by line; a column that no line fills is left out."""
    dites = [_ligne(r, mesure) for r in lignes]
    colonnes = (
        FICHIER,
        m.Colonne("ligne", "Ligne", "lu"),
        m.Colonne("piece", "Pièce", part=3),
        m.Colonne("date_piece", "Date", "date"),
        m.Colonne("compte", "Compte M57", part=3),
        m.Colonne("activite", "Activité", part=2),
        m.Colonne("montant_source", "Montant lu", "lu"),
        m.Colonne("part", "Part", "lu"),
        m.Colonne("montant", "Montant retenu", "lu", fort=True),
    )
    pleines = cadre.remplies(colonnes, dites)
    regles = sorted({r["regle"] for r in lignes if r.get("regle")})
    note = " ; ".join(f"règle {x} : {libelles.REGLES.get(x, 'règle de calcul')}" for x in regles)
    return m.Tableau(f"{nom} : lignes source", pleines, dites, note=f"R{note[1:]}." if note else "")


def _ligne(r: Ligne, mesure: str) -> dict[str, Any]:
    temps = r["ligne"] is None
    # the cents of rounding are euros that no hour of work brought
    source = ETP if temps and r["rang"] != ARRONDI else mesure
    return {
        "fichier": r["fichier"],
        "ligne": "" if temps else str(r["ligne"]),
        "piece": r.get("piece") or "",
        "date_piece": r.get("date_piece"),
        "compte": libelles.libelle_compte(r["nature"]) if r.get("nature") else "",
        "activite": _activite(r["rang"] or "") if temps else "",
        "montant_source": _quantite(r["montant_source"], source),
        "part": f"{formats.exact(r['part'])}{formats.INSECABLE}%" if r["part"] is not None else "",
        "montant": _quantite(r["montant"], mesure),
    }


def _activite(rang: str) -> str:
    """`CAM-ADH/100`: activity and part; the cents of rounding have a line of their own."""
    return "arrondi au centime" if rang == ARRONDI else rang.rpartition("/")[0]


def _par_fichier(nom: str, mesure: str, compte: Ligne, groupes: list[Ligne]) -> m.Tableau:
    """Too many lines for a page: how many and how much by file, and where each one is."""
    colonnes = (FICHIER, m.Colonne("lignes", "Lignes", "entier"), m.Colonne("montant", "Montant", "lu", fort=True))
    dites = [r | {"montant": _quantite(r["montant"], mesure)} for r in groupes]
    note = (
        f"Ces {formats.plusieurs(compte['lignes'], 'ligne')} sont réunies par fichier pour que la page reste légère ; "
        f"chacune est dans tracabilite.csv, colonnes dispositif et mesure (« {mesure} »)."
    )
    reste = cadre.renvoi("tracabilite.csv", "autre fichier", "autres fichiers")
    return m.Tableau(f"{nom} : lignes source, par fichier", colonnes, dites, None, note, False, cadre.LIGNES_MAX, reste)


def _quantite(valeur: Decimal | None, mesure: str) -> str:
    """ETP with six decimals, euros with the cents and whatever a share leaves below."""
    if valeur is None:
        return formats.NON_RENSEIGNE
    if mesure == ETP:
        return f"{formats.nombre(valeur, 6)}{formats.INSECABLE}ETP"
    return f"{formats.exact(valeur, 2)}{formats.INSECABLE}€"
