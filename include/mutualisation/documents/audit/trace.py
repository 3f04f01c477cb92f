"""Trace each figure of the synthèse back to its source lines, one page a dispositif."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mutualisation.documents.audit import index
from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import renvois
from mutualisation.documents.rapport.contenu.ouverture import seuil_effectif
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles

LIGNES = """
select * from {source}
 where exercice = %(exercice)s and version = %(version)s and dispositif || '/' || mesure = any(%(detaillees)s)
 order by dispositif collate "C", mesure collate "C", fichier collate "C", ligne nulls first, rang collate "C",
  montant_source, part, montant
"""
GROUPES = """
with lues as (
  select dispositif, mesure, montant,
    case when ligne is null and split_part(rang, '/', 1) = any(%(reunies)s) then split_part(rang, '/', 1)
      else fichier end as fichier
    from {source}
   where exercice = %(exercice)s and version = %(version)s and dispositif || '/' || mesure <> all(%(detaillees)s)
)
select dispositif, mesure, fichier, count(*) as lignes, sum(montant) as montant from lues
 group by dispositif, mesure, fichier
 order by dispositif collate "C", mesure collate "C", fichier collate "C"
"""
LIGNES_PAR_PAGE = 1200
LIGNES_LUES, LIGNES_PAR_PLI = 40, 100
ARRONDI = "arrondi"
# the trace puts these rows under the first of several files, though they are of none: pages say this instead
SANS_FICHIER = {"petits effectifs de l'année": "plusieurs mois réunis", ARRONDI: "aucun fichier"}


def traces(bilan: Bilan) -> Iterator[m.Document]:
    """Yield one page for each dispositif that has a source line."""
    tracees = renvois.lignes_tracees(bilan)
    choisies = {"detaillees": _mesures_detaillees(tracees), "reunies": list(SANS_FICHIER)}
    lignes, groupes = (_par_mesure(bilan.agreger("tracabilite", texte, choisies)) for texte in (LIGNES, GROUPES))
    for code in renvois.dispositifs_traces(bilan):
        comptes = {x: tracees[code, x] for x in renvois.TRACEES if (code, x) in tracees}
        sections = [
            _mesure(bilan, code, x, compte, _tableau(x, compte, lignes[code, x], groupes[code, x]))
            for x, compte in comptes.items()
        ]
        nombre = sum(compte["lignes"] for compte in comptes.values())
        resume = (
            f"Les chiffres {bilan.exercice} de « {bilan.libelle(code)} » viennent de "
            f"{formats.plusieurs(nombre, 'ligne')} de la trace. Le calcul d'une ligne est dit chiffre par chiffre."
        )
        titre = f"{bilan.libelle(code)} : des chiffres aux lignes source, {bilan.exercice}"
        yield index.document(bilan, renvois.trace(code), titre, resume, sections, ("html",))


def _mesures_detaillees(tracees: Mapping[tuple[str, str], Ligne]) -> list[str]:
    """Choose what is shown line by line, as `dispositif/mesure`; the rest is shown by file. Of a dispositif, the
    figures with the fewest lines come first, while its page stays light."""
    detaillees, pages = [], Counter[str]()
    for (code, mesure), compte in sorted(tracees.items(), key=lambda x: (x[1]["lignes"], x[0])):
        pages[code] += compte["lignes"]
        if pages[code] <= LIGNES_PAR_PAGE:
            detaillees.append(f"{code}/{mesure}")
    return detaillees


def _par_mesure(rangees: list[Ligne]) -> dict[tuple[str, str], list[Ligne]]:
    par_mesure: dict[tuple[str, str], list[Ligne]] = defaultdict(list)
    for r in rangees:
        par_mesure[r["dispositif"], r["mesure"]].append(r)
    return par_mesure


# ---------------------------------------------------------------- one figure
def _mesure(bilan: Bilan, code: str, mesure: str, compte: Ligne, tableau: m.Tableau) -> m.Section:
    """Set the sum of the lines beside the synthèse, then show the lines."""
    publie = bilan.synthese[bilan.exercice].get(code, {}).get(mesure)
    synthese = f"Synthèse : {_quantite(publie, mesure)}. " if publie is not None else ""
    nombre = formats.plusieurs(compte["lignes"], "ligne", "lignes")
    blocs: list[m.Bloc] = [
        m.p(f"{synthese}Somme de {nombre} : {_quantite(compte['montant'], mesure)}."),
        m.p(lire_phrase(f"trace.calcul_{mesure}"), note=True),
    ]
    if mesure in (renvois.ETP, "cout_personnel"):
        blocs.append(m.p(_du_temps(seuil_effectif(bilan)), note=True))
        if code in renvois.personnels(bilan):
            blocs.append(m.p(renvois.vers_personnel(code, "Le calcul, catégorie par catégorie"), ".", ecran=True))
    return m.Section(mesure, _nom(mesure), _nom(mesure), [*blocs, *plier(tableau)])


def plier(tableau: m.Tableau) -> list[m.Bloc]:
    """Keep a table that is read at a glance; fold a longer one in parts, for a phone stacks each of its rows."""
    rangees = tableau.lignes[: tableau.limite]
    if len(rangees) <= LIGNES_LUES:
        return [tableau]
    blocs: list[m.Bloc] = []
    for debut in range(0, len(rangees), LIGNES_PAR_PLI):
        du_pli = rangees[debut : debut + LIGNES_PAR_PLI]
        places = f"{formats.nombre(debut + 1)} à {formats.nombre(debut + len(du_pli))}"
        partie = replace(tableau, titre=f"{tableau.titre}, {places}", lignes=du_pli, note="")
        blocs.append(m.Repli(f"Voir les lignes {places} sur {formats.nombre(len(rangees))}", [partie]))
    note = cellules.note(tableau)
    return [*blocs, m.p(note, note=True)] if note else blocs


def _du_temps(seuil: Decimal) -> str:
    """Say how far time is told, and what small teams are merged with (K8): nothing without a threshold."""
    reunies = f" {lire_phrase('trace.reunies', seuil=formats.exact(seuil))}" if seuil > 0 else ""
    return f"{lire_phrase('trace.du_temps')}{reunies}"


def _nom(mesure: str) -> str:
    return "Équivalents temps plein" if mesure == renvois.ETP else libelles.MESURES[mesure]


def _tableau(mesure: str, compte: Ligne, lignes: list[Ligne], groupes: list[Ligne]) -> m.Tableau:
    """Show a figure line by line, without empty columns; by file where a page would have too many lines."""
    if not lignes:
        note = (
            f"Ces {formats.plusieurs(compte['lignes'], 'ligne')} sont réunies par fichier pour que la page reste "
            f"légère ; chacune est dans tracabilite.csv, colonnes dispositif et mesure (« {mesure} »)."
        )
        fichiers = [
            r | {"fichier": SANS_FICHIER.get(r["fichier"], r["fichier"]), "montant": _quantite(r["montant"], mesure)}
            for r in groupes
        ]
        return lire_tableau("trace.par_fichier", fichiers, note=note, nom=_nom(mesure))
    en_mots = [_ligne_tracee(r, mesure) for r in lignes]
    regles = sorted({r["regle"] for r in lignes if r.get("regle")})
    note = " ; ".join(f"règle {x} : {libelles.REGLES.get(x, 'règle de calcul')}" for x in regles)
    note = f"{formats.majuscule(note)}." if note else ""
    return lire_tableau("trace.ligne_a_ligne", en_mots, note=note, nom=_nom(mesure))


def _ligne_tracee(r: Ligne, mesure: str) -> dict[str, Any]:
    temps, arrondi = r["ligne"] is None, r["rang"] == ARRONDI
    # no hour of work brought the euros of rounding
    source = renvois.ETP if temps and not arrondi else mesure
    # `CAM-ADH/100` is an activity and its part
    activite = ((r["rang"] or "") if arrondi else (r["rang"] or "").rpartition("/")[0]) if temps else ""
    etp = (r["montant_source"] or 0) * (r["part"] or 0) / 100
    cout = r["montant"] / etp if source != mesure and etp and r["montant"] is not None else None
    return {
        "fichier": SANS_FICHIER.get(activite, r["fichier"]),
        "ligne": "" if temps else str(r["ligne"]),
        "piece": r.get("piece") or "",
        "date_piece": r.get("date_piece"),
        "compte": libelles.libelle_compte(r["nature"]) if r.get("nature") else "",
        "activite": libelles.ACTIVITES_REUNIES.get(activite, activite),
        "montant_source": _quantite(r["montant_source"], source),
        "part": f"{formats.exact(r['part'])}{formats.INSECABLE}%" if r["part"] is not None else "",
        # ETP of the line × this = its euros: the average cost of its catégories, weighted by their time
        "cout": "" if cout is None else formats.euros(cout, 6),
        "montant": _quantite(r["montant"], mesure),
    }


def _quantite(valeur: Decimal | None, mesure: str) -> str:
    """Write ETP with six decimals, euros with the cents and whatever a share leaves below."""
    if valeur is None:
        return formats.NON_RENSEIGNE
    if mesure == renvois.ETP:
        return formats.etp(valeur, 6)
    return f"{formats.exact(valeur, 2)}{formats.INSECABLE}€"
