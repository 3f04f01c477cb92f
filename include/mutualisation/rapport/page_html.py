"""`bilan_etape_AAAA.html`: one self-contained French page, readable on a phone, on paper and by assistive tools."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mutualisation.chemins import GABARITS_HTML
from mutualisation.francais import formats, libelles
from mutualisation.rapport import presentation
from mutualisation.rapport.bilan import Bilan

COMPOSANTES = ("cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises")
# R5: these come off the cost, and are shown so
DEDUCTIONS = ("subventions", "reprises")


@cache
def _environnement() -> Environment:
    env = Environment(
        loader=FileSystemLoader(GABARITS_HTML),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "euros": formats.euros,
        "nombre": formats.nombre,
        "pourcent": formats.pourcent,
        "jour": formats.jour,
        "plusieurs": formats.plusieurs,
        "statut": _libelle(libelles.STATUTS),
        "mesure": _libelle(libelles.MESURES),
        "controle": libelles.libelle_controle,
        "remede": libelles.remede_controle,
        "parametre": libelles.libelle_parametre,
        "valeur": formats.constat,
        "jour_iso": formats.jour_iso,
        "capitaliser": lambda texte: texte[:1].upper() + texte[1:],
    }
    return env


def _libelle(table: dict[str, str]) -> Callable[[str], str]:
    return lambda nom: libelles.libelle(table, nom)


def rendre(
    bilan: Bilan,
    *,
    publication_sha256: str,
    identite: str,
    statut: str = "a_approuver",
    approuve_par: str | None = None,
) -> str:
    """The whole page as text. Same bilan, same text: no clock, no random."""
    gabarit = _environnement().get_template("bilan_etape.html.j2")
    feuille = Markup((GABARITS_HTML / "bilan_etape.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return _ponctuer(
        gabarit.render(
            b=bilan,
            contexte=bilan.contexte,
            e=bilan.exercice,
            annees=bilan.exercices,
            periode=presentation.periode(bilan.exercices),
            feuille=feuille,
            identite=identite,
            statut=statut,
            approuve_par=approuve_par,
            publication_sha256=publication_sha256,
            resume=presentation.resume(bilan),
            reserve=presentation.reserve(bilan),
            chiffres=presentation.chiffres(bilan),
            fiches=presentation.fiches(bilan),
            ecarts=presentation.ecarts(bilan),
            detail=bilan.lignes_exercice(),
            avec_ac=any(r["recettes_ac"] is not None for r in bilan.lignes_exercice()),
            composantes=COMPOSANTES,
            deductions=DEDUCTIONS,
            passage=presentation.passage(bilan),
            t=presentation.tableaux(bilan),
            graphes=presentation.graphes(bilan),
            excedents=presentation.excedents(bilan),
            controles=presentation.controles(bilan),
            note_parametres=presentation.NOTE_PARAMETRES,
            portes=presentation.portes(bilan),
            tout_titre=presentation.TOUT_TITRE,
            note_repartition=presentation.NOTE_REPARTITION,
            repartition=presentation.repartition(bilan),
            destinations=list(libelles.DESTINATIONS.items()),
            rejets=presentation.rejets(bilan),
            prevision=presentation.prevision(bilan),
            methode=presentation.note_methodologique(bilan),
            traces=presentation.traces(bilan),
        )
    )


def _ponctuer(page: str) -> str:
    """French punctuation never starts a line: no-break spaces before : ; ? ! and inside « »."""
    return re.sub(r" (?=[:;?!»])|(?<=«) ", formats.INSECABLE, page)
