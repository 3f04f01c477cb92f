"""`A_LIRE.md` says what is written, what to look at again, who exports each file, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from mutualisation.entree.sources.jeux import Jeu, Source
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.usage.initiation.reponses import Reponses, textes

EXEMPLE = "EXEMPLE de 1900 sans effet : à remplacer"
# one answer says too little of these rules of a tariff
A_COMPLETER = ("par_tranche", "cout_unitaire")
# the shipped roles give this account to the sale of CEE
CEE_LIVRE = "75888"
ATTENDU = {"annuel": "attendu", "mensuel": "attendu, les douze mois couverts"}


def notice(r: Reponses, depot: Path, a_cote: Path) -> str:
    """Return the page, in Markdown."""
    phrases = textes()["notice"]
    valeurs = {
        "depot": depot,
        "notice": a_cote,
        "exemple": EXEMPLE,
        "dernier": r.exercices[-1],
        "exercices": " ".join(f"--exercice {e}" for e in r.exercices),
    }
    lignes = [
        f"# {r.epci['nom']} : premier dépôt",
        "",
        f"{r.epci['type'].capitalize()} : {plusieurs(len(r.communes), 'commune')}, "
        f"{plusieurs(len(r.dispositifs), 'service mutualisé', 'services mutualisés')}, "
        f"{', '.join(map(str, r.exercices))}.",
        "",
        phrases["ecrit"].format(**valeurs),
        *(f"- {phrases[cle].format(**valeurs, code=code)}" for cle, code in _a_relire(r)),
        *(f"- compte {compte} : {texte}" for compte, texte in vocabulaire().comptes.items()),
        "",
        phrases["exporter"],
    ]
    for source in registre():
        if source.nom in textes()["sources"]:
            lignes += _section(source, r)
    tapes = {nom: shlex.quote(str(valeurs[nom])) for nom in ("depot", "notice")}
    return "\n".join([*lignes, "", phrases["ensuite"].format(**valeurs | tapes)]) + "\n"


def _a_relire(r: Reponses) -> Iterator[tuple[str, str]]:
    """Yield (key of the sentence, code of a dispositif) for each point that the answers leave to a person."""
    if len(r.exercices) > 1:
        yield "populations", ""
    yield "completer", ""
    # a voted cost is already a row of `parametres`
    voulus = (d for d in r.dispositifs if d["regle"] == "par_tranche" or not d["montant"])
    yield from ((d["regle"], d["code"]) for d in voulus if d["regle"] in A_COMPLETER)
    yield "hors", ""
    if r.epci["compte_cee"] != CEE_LIVRE:
        yield "sans_cee", ""
    if not all(c["adresse"] for c in r.communes):
        yield "adresses", ""
    if r.epci["suivi_du_temps"] == "non":
        yield "sans_temps", ""


def _section(source: Source, r: Reponses) -> list[str]:
    phrases = textes()["sources"][source.nom]
    lignes = ["", f"### {source.nom}/ — {source.libelle}", "", phrases["qui"], "", phrases["sans"], ""]
    return lignes + [f"- {_fichier(jeu, r)}" for jeu in source.jeux]


def _fichier(jeu: Jeu, r: Reponses) -> str:
    """Describe a file, with its mandatory columns: « `agents_2024` (attendu) : … »."""
    attendu = ATTENDU.get(jeu.attendu or "", "facultatif")
    nom = jeu.forme_du_nom.replace("AAAA", str(r.exercices[-1]), 1)
    if jeu.periode == "mois":
        nom = f"{nom}`, `{jeu.nom}_{r.exercices[-1]}-TN` ou `{jeu.nom}_{r.exercices[-1]}"
    if jeu.format != "tabulaire":
        return f"`{nom}` ({', '.join(jeu.extensions)}, {attendu}) : {jeu.libelle}."
    colonnes = ", ".join(c.entete or c.nom for c in jeu.obligatoires)
    return f"`{nom}` ({attendu}) : {jeu.libelle}. Jamais vides : {colonnes}."
