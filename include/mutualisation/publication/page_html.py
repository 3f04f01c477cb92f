"""`bilan_etape_AAAA.html`: one self-contained French page, readable on a phone, on paper and by assistive tools."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mutualisation.publication import formats, graphiques, libelles
from mutualisation.publication.bilan import TOTAL, Bilan, Ligne, somme
from mutualisation.publication.graphiques import Barre

GABARITS = Path(__file__).parent / "gabarits"
COMPOSANTES = ("cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises")
# R5: these come off the cost, and are shown so
DEDUCTIONS = ("subventions", "reprises")
DESTINATIONS = ("dispositifs", "STRUCTURE", "HORS", "NON_REPARTI", "EXCLU")
REJETS_MONTRES = 40


@dataclass(frozen=True)
class Chiffre:
    """A key figure: what it is, how much, and how it moved since the exercice before."""

    libelle: str
    valeur: str
    note: str = ""


@cache
def _environnement() -> Environment:
    env = Environment(
        loader=FileSystemLoader(GABARITS), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )
    env.filters |= {
        "euros": formats.euros, "nombre": formats.nombre, "pourcent": formats.pourcent, "jour": formats.jour,
        "plusieurs": formats.plusieurs, "statut": _libelle(libelles.STATUTS), "mesure": _libelle(libelles.MESURES),
        "controle": libelles.libelle_controle, "remede": libelles.remede_controle, "parametre": libelles.libelle_parametre, "valeur": _valeur,
        "jour_iso": _jour_iso,
    }
    return env


def _libelle(table: dict[str, str]) -> Callable[[str], str]:
    return lambda nom: libelles.libelle(table, nom)


def _valeur(valeur: Any) -> str:
    """A value of a control as it is, without the zeros of its scale; a text that is no number stays; NULL is empty."""
    try:
        valeur = Decimal(str(valeur))
    except InvalidOperation:
        return str(valeur or "")
    decimales = max(-int(Decimal(valeur).normalize().as_tuple().exponent), 0)
    return formats.nombre(valeur, min(decimales, 6))


def _jour_iso(valeur: str | None) -> str:
    """`2019-01-01`, as the frozen context keeps it, in French."""
    return formats.jour(date.fromisoformat(valeur)) if valeur else ""


def rendre(bilan: Bilan, *, publication_sha256: str, identite: str, statut: str = "a_approuver",
           approuve_par: str | None = None) -> str:
    """The whole page as text. Same bilan, same text: no clock, no random."""
    gabarit = _environnement().get_template("bilan_etape.html.j2")
    feuille = Markup((GABARITS / "bilan_etape.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return _ponctuer(gabarit.render(
        b=bilan,
        contexte=bilan.contexte,
        e=bilan.exercice,
        annees=bilan.exercices,
        periode=_periode(bilan.exercices),
        feuille=feuille,
        identite=identite,
        statut=statut,
        approuve_par=approuve_par,
        publication_sha256=publication_sha256,
        resume=_resume(bilan),
        chiffres=_chiffres(bilan),
        fiches=_fiches(bilan),
        ecarts=_ecarts(bilan),
        detail=bilan.lignes_exercice(),
        avec_ac=any(r["recettes_ac"] is not None for r in bilan.lignes_exercice()),
        composantes=COMPOSANTES,
        deductions=DEDUCTIONS,
        passage=_passage(bilan),
        membres=_membres(bilan),
        types_membres=_types_membres(bilan),
        graphes=_graphes(bilan),
        controles=_controles(bilan),
        repartition=_repartition(bilan),
        destinations=[(d, libelles.DESTINATIONS[d]) for d in DESTINATIONS],
        rejets=_rejets(bilan),
        methode=_methode(bilan),
        traces=_traces(bilan),
    ))


def _ponctuer(page: str) -> str:
    """French punctuation never starts a line: no-break spaces before : ; ? ! and inside « »."""
    return re.sub(r" (?=[:;?!»])|(?<=«) ", formats.INSECABLE, page)


def _periode(exercices: Sequence[int]) -> str:
    return str(exercices[0]) if len(exercices) == 1 else f"{exercices[0]}-{exercices[-1]}"


# ---------------------------------------------------------------- key figures
def _precedent(bilan: Bilan) -> Ligne | None:
    return bilan.totaux.get(bilan.exercice - 1)


def _note(bilan: Bilan, mesure: str) -> str:
    avant = _precedent(bilan)
    change = formats.evolution(avant[mesure], bilan.total[mesure]) if avant else None
    return f"{change} depuis {bilan.exercice - 1}" if change else ""


def _chiffres(bilan: Bilan) -> list[Chiffre]:
    total = bilan.total
    chiffres = [
        Chiffre("Coût net destiné aux besoins des communes", formats.euros(total["cout_net"]), _note(bilan, "cout_net")),
        Chiffre("Recettes des communes", formats.euros(_recettes_total(bilan)), _note(bilan, "recettes")),
        Chiffre("Reste à charge de l'intercommunalité", formats.euros(total["reste_a_charge"]),
                _note(bilan, "reste_a_charge")),
        Chiffre("Taux de couverture", formats.pourcent(total["taux_couverture"], 1), _points(bilan)),
        Chiffre("Équivalents temps plein", formats.nombre(total["etp"], 2), _note(bilan, "etp")),
        Chiffre("Dispositifs valorisés", formats.nombre(len(bilan.lignes_exercice()))),
    ]
    return chiffres + _chiffres_communes(bilan)


def _recettes_total(bilan: Bilan) -> Decimal | None:
    """NULL counts 0 in the total (R6); when no dispositif states any, the total says so instead of 0."""
    return bilan.total["recettes"] if any(r["recettes_renseignees"] for r in bilan.lignes_exercice()) else None


def _points(bilan: Bilan) -> str:
    avant = _precedent(bilan)
    if not avant or avant["taux_couverture"] is None or bilan.total["taux_couverture"] is None:
        return ""
    ecart = formats.arrondi((bilan.total["taux_couverture"] - avant["taux_couverture"]) * 100, 1)
    signe = "+" if ecart > 0 else ""
    mot = "point" if abs(ecart) < 2 else "points"
    return f"{signe}{formats.nombre(ecart, 1)}{formats.INSECABLE}{mot} depuis {bilan.exercice - 1}"


def _chiffres_communes(bilan: Bilan) -> list[Chiffre]:
    chiffres = []
    for nom in ("communes_min1_pct", "communes_5_9_pct"):
        indicateur = bilan.indicateurs.get(nom)
        if indicateur and indicateur["valeur"] is not None:
            valeur = formats.pourcent(indicateur["valeur"] / 100)
            chiffres.append(Chiffre(libelles.INDICATEURS[nom], valeur, f"au 31 décembre {bilan.exercice}"))
    return chiffres


def _resume(bilan: Bilan) -> str:
    total, nombre = bilan.total, len(bilan.lignes_exercice())
    texte = (
        f"En {bilan.exercice}, {formats.plusieurs(nombre, 'dispositif valorisé', 'dispositifs valorisés')} "
        f"{'mobilise' if nombre < 2 else 'mobilisent'} {formats.nombre(total['etp'], 2)} ETP au service des communes, "
        f"pour un coût net de {formats.euros(total['cout_net'])}."
    )
    recettes = _recettes_total(bilan)
    if recettes is None:
        return f"{texte} Aucune recette des communes n'est renseignée."
    return (
        f"{texte} Les communes y contribuent à hauteur de {formats.euros(recettes)}, soit "
        f"{formats.pourcent(total['taux_couverture'], 1)} du coût ; {formats.euros(total['reste_a_charge'])} restent à "
        "la charge de l'intercommunalité."
    )


# ---------------------------------------------------------------- charts
def _barre(libelle: str, ligne: Ligne) -> Barre:
    return Barre(libelle, ligne["cout_net"], ligne["recettes"] if ligne["recettes_renseignees"] else None)


def _barre_totale(exercice: int, bilan: Bilan) -> Barre:
    total = bilan.totaux[exercice]
    renseignees = any(r["recettes_renseignees"] for r in bilan.synthese[exercice].values())
    return Barre(str(exercice), total["cout_net"], total["recettes"] if renseignees else None)


def _graphes(bilan: Bilan) -> dict[str, Markup]:
    barres = [_barre(ligne["libelle"], ligne) for ligne in bilan.lignes_exercice()]
    totaux = [_barre_totale(exercice, bilan) for exercice in bilan.exercices]
    titre = f"Coût net, recettes des communes et reste à charge, {_periode(bilan.exercices)}"
    return {
        "large": graphiques.couts_et_couverture(barres, bilan.exercice),
        "etroit": graphiques.couts_et_couverture(barres, bilan.exercice, etroit=True),
        "evolution": graphiques.evolution(totaux, titre, "g-evolution"),
    }


def _fiches(bilan: Bilan) -> list[dict[str, Any]]:
    """One card per dispositif, like the printed annex: ETP, net cost and receipts of the exercices shown."""
    fiches = []
    for rang, code in enumerate(bilan.dispositifs, start=1):
        lignes = {e: bilan.synthese[e].get(code) for e in bilan.exercices}
        barres = [
            _barre(str(e), ligne) if ligne else Barre(str(e), Decimal(0), None) for e, ligne in lignes.items()
        ]
        fiches.append({
            "id": f"fiche-{rang}", "code": code, "libelle": bilan.libelle(code), "lignes": lignes,
            "vignette": graphiques.vignette(barres),
        })
    return fiches


# ---------------------------------------------------------------- tables
def _ecarts(bilan: Bilan) -> dict[str, Any]:
    """Change of the net cost since the exercice before, largest first; Σ of the rows = the change of the total."""
    avant = bilan.synthese.get(bilan.exercice - 1)
    if avant is None:
        return {"rangees": [], "total": None}
    apres = bilan.synthese[bilan.exercice]
    couples = [(bilan.libelle(c), avant.get(c), apres.get(c)) for c in bilan.dispositifs if c in avant or c in apres]
    couples.sort(key=lambda c: -abs(_valeur_nette(c[2]) - _valeur_nette(c[1])))
    return {
        "rangees": [_ecart(*couple) for couple in couples],
        "total": _ecart("Total", bilan.totaux[bilan.exercice - 1], bilan.total),
    }


def _valeur_nette(ligne: Ligne | None) -> Decimal:
    return Decimal(ligne["cout_net"]) if ligne else Decimal(0)


def _ecart(libelle: str, avant: Ligne | None, apres: Ligne | None) -> dict[str, Any]:
    etp = (apres["etp"] if apres else Decimal(0)) - (avant["etp"] if avant else Decimal(0))
    change = formats.evolution(avant["cout_net"], apres["cout_net"]) if avant and apres else None
    return {
        "libelle": libelle,
        "avant": avant["cout_net"] if avant else None,
        "apres": apres["cout_net"] if apres else None,
        "ecart": _signe(_valeur_nette(apres) - _valeur_nette(avant), 0) + f"{formats.INSECABLE}€",
        "evolution": change or ("—" if avant and apres else "nouveau" if apres else "arrêté"),
        "etp": _signe(etp, 2),
    }


def _signe(valeur: Decimal, decimales: int) -> str:
    return ("+" if formats.arrondi(valeur, decimales) > 0 else "") + formats.nombre(valeur, decimales)


def _passage(bilan: Bilan) -> dict[str, Any]:
    rangees = [r | {"libelle": bilan.libelle(r["dispositif"])} for r in bilan.passage if r["dispositif"] != TOTAL]
    ordre = {code: i for i, code in enumerate(bilan.dispositifs)}
    rangees.sort(key=lambda r: ordre.get(r["dispositif"], len(ordre)))
    total = {c: somme(rangees, c) for c in ("cout_complet", "dont_structure", "cout_d5211")}
    return {"rangees": rangees, "total": total}


def _types_membres(bilan: Bilan) -> list[tuple[str, str]]:
    presents = {t for compte in bilan.membres.values() for t in compte}
    return [(t, nom) for t, nom in libelles.TYPES_ADHERENT.items() if t in presents]


def _membres(bilan: Bilan) -> list[dict[str, Any]]:
    rangees = [
        {"libelle": bilan.libelle(code), "types": compte, "total": sum(compte.values())}
        for code, compte in bilan.membres.items()
    ]
    return sorted(rangees, key=lambda r: (-r["total"], r["libelle"]))


def _controles(bilan: Bilan) -> dict[str, Any]:
    comptes: dict[str, int] = {}
    for controle in bilan.controles:
        comptes[controle["statut"]] = comptes.get(controle["statut"], 0) + 1
    ordre = ["conforme", "ecart", "sans_donnee", "non_execute"]
    return {
        "comptes": [(s, comptes[s]) for s in ordre if s in comptes],
        "ecarts": [c for c in bilan.controles if c["statut"] in ("ecart", "non_execute")],
        "autres": [c for c in bilan.controles if c["statut"] not in ("ecart", "non_execute")],
    }


def _repartition(bilan: Bilan) -> list[dict[str, Any]]:
    """One row per source: what it held and where it went; Σ destinations = the source."""
    sources: dict[str, dict[str, Any]] = {}
    for ligne in bilan.repartition:
        destination = ligne["destination"] if ligne["destination"] in DESTINATIONS else "dispositifs"
        rangee = sources.setdefault(ligne["source"], {"unite": ligne["unite"], "montants": {}, "total": Decimal(0)})
        rangee["montants"][destination] = rangee["montants"].get(destination, Decimal(0)) + ligne["montant"]
        rangee["total"] += ligne["montant"]
    return [
        rangee | {"libelle": nom, "affiche": formats.euros if rangee["unite"] == "EUR" else _etp}
        for source, nom in libelles.SOURCES.items() if (rangee := sources.get(source))
    ]


def _etp(valeur: Decimal) -> str:
    return f"{formats.nombre(valeur, 2)}{formats.INSECABLE}ETP"


def _rejets(bilan: Bilan) -> dict[str, Any]:
    comptes: dict[str, int] = {}
    for rejet in bilan.rejets:
        comptes[rejet["statut"]] = comptes.get(rejet["statut"], 0) + rejet["lignes"]
    return {
        "comptes": sorted(comptes.items()),
        "rangees": bilan.rejets[:REJETS_MONTRES],
        "autres": max(len(bilan.rejets) - REJETS_MONTRES, 0),
    }


def _methode(bilan: Bilan) -> dict[str, Any]:
    valeurs = {p["parametre"]: p["valeur"] for p in bilan.contexte.parametres}
    methode = valeurs.get("methode_etp", "R")
    return {
        "etp": libelles.METHODES_ETP.get(methode, methode),
        "structure_personnel": valeurs.get("structure_personnel") == "oui",
        "base_jours": valeurs.get("base_jours", "reel"),
    }


def _traces(bilan: Bilan) -> list[dict[str, Any]]:
    """How many source lines stand behind the figures of each dispositif."""
    rangees = []
    for code in bilan.dispositifs:
        mesures = [t for (dispositif, _), t in bilan.traces.items() if dispositif == code]
        if mesures:
            rangees.append({"code": code, "libelle": bilan.libelle(code), "lignes": sum(t["lignes"] for t in mesures)})
    return rangees
