"""The schéma that a council votes, as it stands on the day of its report (R14c): its themes in the order of the EPCI,
what is to be done at short then medium term (R16b), what ends before it does (R20b), the calendar of the mandate."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import conventions
from mutualisation.documents.rapport.contenu.conseil import dispositifs, schema
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre

ACTIONS, CONVENTIONS = "schema_action", "schema_convention"
ARRETE, ORDRE = "rapport_arrete_au", "ordre_thematiques"


def jour(bilan: Bilan) -> date:
    """Return the day on which the report is drawn up, never before the end of its exercice (R14c)."""
    fin = date(bilan.exercice, 12, 31)
    arrete = formats.lire_jour(bilan.contexte.parametres_au(fin).get(ARRETE, ""))
    return max(fin, arrete) if arrete else fin


def thematiques(bilan: Bilan, themes: Iterable[str]) -> list[str]:
    """Sort themes as `ordre_thematiques` does, the others after, by name; what has no theme comes last (R14c)."""
    dites = bilan.contexte.parametres_au(date(bilan.exercice, 12, 31)).get(ORDRE, "").split(";")
    rangs = {ordre(nom.strip()): rang for rang, nom in enumerate(dites)}
    return sorted(set(themes), key=lambda t: (t == dispositifs.SANS_THEME, rangs.get(ordre(t), len(rangs)), ordre(t)))


def actions(bilan: Bilan) -> list[Ligne]:
    """Return what is to be done on the day of the report; on 31 December, of a version that knew no such day."""
    if ACTIONS in bilan.relations:
        return [r | {"statut_precedent": None} for r in bilan[ACTIONS]]
    return [r | {"thematique": bilan.fiche(r["dispositif"] or "").get("thematique")} for r in bilan[schema.ACTIONS]]


def a_faire(bilan: Bilan, theme: str | None) -> list[m.Bloc]:
    """Set a table by horizon of what a theme has to do, the short term first; [] where nothing is."""
    siennes = [r for r in actions(bilan) if r["thematique"] == theme and r["statut"] not in schema.FINIES]
    du_theme = lire_phrase("schema_du_mandat.du_theme")
    blocs: list[m.Bloc] = []
    for horizon, nom in libelles.HORIZONS.items():
        if rangees := [r for r in siennes if r["horizon"] == horizon]:
            tableau = schema.tableau(bilan, rangees, sans=("horizon", *(() if theme else ("service",))))
            lignes = [{**r} if r["dispositif"] else {**r, "service": du_theme} for r in tableau.lignes]
            titre = lire_phrase("schema_du_mandat.a_faire", horizon=formats.minuscule(nom))
            blocs.append(replace(tableau, titre=titre, lignes=lignes))
    return blocs


def fins_de_conventions(bilan: Bilan) -> list[m.Bloc]:
    """List the conventions that end before the schéma does, the soonest first; [] without any."""
    lignes = [conventions.dire_fin(bilan, x) for x in conventions.par_fin(bilan[CONVENTIONS])]
    return [lire_tableau("schema_du_mandat.fins", lignes)] if lignes else []


def calendrier(bilan: Bilan) -> list[m.Bloc]:
    """Set year by year what is due and what ends, from the day of the report on; [] where nothing is dated."""
    annees: dict[int, dict[str, list[str]]] = defaultdict(lambda: {"actions": [], "conventions": []})
    for r in sorted((r for r in actions(bilan) if r["statut"] not in schema.FINIES and r["echeance"]), key=_par_jour):
        annees[r["echeance"].year]["actions"].append(f"{formats.jour(r['echeance'])} : {r['action'].rstrip('.')}")
    for fin in conventions.par_fin(bilan[CONVENTIONS]):
        dit = f"{formats.jour(fin[0]['echeance'])} : {bilan.libelle(fin[0]['dispositif'])}"
        annees[fin[0]["echeance"].year]["conventions"].append(dit)
    lignes = [{"annee": a} | {c: " ; ".join(x) for c, x in annees[a].items()} for a in sorted(annees)]
    return [lire_tableau("schema_du_mandat.calendrier", lignes)] if lignes else []


def _par_jour(r: Ligne) -> tuple[date, str]:
    return r["echeance"], r["code"]


def transmis(bilan: Bilan, jours: Sequence[date]) -> list[date]:
    """Keep the letters that the report may tell: none leaves after the day on which it is drawn up (R14c)."""
    return [le for le in jours if le <= jour(bilan)]
