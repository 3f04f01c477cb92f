"""What `essayer` says: French lines for a reader, the same for a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mutualisation.examen.diagnostic import ACCEPTE, REFUSE, Essai, Verdict
from mutualisation.examen.discretion import DISCRETES, MASQUE, affichage, montrable
from mutualisation.examen.jugement import Constat
from mutualisation.francais.formats import plusieurs
from mutualisation.ingestion.typage import ColonneLue
from mutualisation.lecteurs.limites import nombre_fr
from mutualisation.sources.jeux import Colonne, Jeu

_FORMES = {"xlsx": "classeur Excel", "csv": "texte à colonnes", "xml": "PES v2 Aller", "json": "DECP"}
_ISSUES = {ACCEPTE: "accepte", 2: "rejets", REFUSE: "refuse"}
_MOTIFS_MAX, _INCONNUES_MAX = 12, 5
EXEMPLES = 3


def lignes(essai: Essai) -> list[str]:
    """The report, a line each; the last one says what would become of the file."""
    return [*_reconnu(essai), *_colonnes(essai), *_verdicts(essai), *_propositions(essai), _conclusion(essai)]


def en_dict(essai: Essai) -> dict[str, Any]:
    """The report for a program."""
    constat = _constat(essai)
    return {
        "fichier": str(essai.fichier),
        "forme": essai.nature.genre,
        "jeu": essai.jeu.nom if essai.jeu else None,
        "certitude": round(essai.trouve.certitude, 2) if essai.trouve else None,
        "colonnes": [_colonne(essai, c, constat) for c in essai.jeu.colonnes] if essai.jeu and essai.trouve else [],
        "avis": essai.avis,
        "tel_quel": _verdict(essai.tel_quel),
        "avec_les_propositions": _verdict(essai.propose) if essai.propose else None,
        "valeurs_inconnues": [_inconnue(essai.jeu, c, vues) for c, vues in _inconnues(essai)] if essai.jeu else [],
        "correspondances": [{**vars(p.ligne), "raison": p.raison} for p in essai.propositions],
        "ecrit": str(essai.ecrit) if essai.ecrit else None,
        "code": essai.code,
    }


def _constat(essai: Essai) -> Constat | None:
    """The pass with most columns read: with the proposals, else as it is."""
    return (essai.propose and essai.propose.constat) or essai.tel_quel.constat


def _reconnu(essai: Essai) -> Iterator[str]:
    forme = _FORMES.get(essai.nature.genre, "forme qui n'est pas lue")
    if essai.jeu is None:
        yield f"{essai.fichier.name} : {forme}."
        return
    nom = "*.xml" if essai.jeu.nom_libre else essai.jeu.forme_du_nom
    cible = f"« {essai.jeu.nom} » ({essai.jeu.source}/{nom})"
    if essai.trouve is None:
        sans = " ; ce jeu ne prend pas de correspondances (F16)" if essai.jeu.format != "tabulaire" else ""
        yield f"{essai.fichier.name} : {forme}, jeu {cible}{sans}."
    else:
        sur = f"{essai.trouve.mot}, {min(100, round(100 * essai.trouve.certitude))} %"
        yield f"{essai.fichier.name} : {forme}, jeu {cible}, {sur}."
    if essai.table and essai.table.chemin:
        yield f"Lu avec {essai.table.chemin}."
    yield from (f"À savoir : {a}." for a in essai.avis)


def _colonnes(essai: Essai) -> Iterator[str]:
    if not essai.jeu or not essai.trouve:
        return
    constat = _constat(essai)
    yield "Colonnes :"
    for c in essai.jeu.colonnes:
        d = _colonne(essai, c, constat)
        nom = f"{d['colonne']}{'*' if c.obligatoire else ''}"
        if d["entete"] is None:
            yield f"  {nom} : {d['etat']}"
            continue
        exemples = " ; ".join(f"{avant} → {apres}" if avant != apres else avant for avant, apres in d["exemples"])
        source = "" if d["etat"] == "lue" else f" ← « {d['entete']} » ({d['etat']})"
        yield f"  {nom}{source} : {exemples or 'vide'}"
    if constat and constat.entete.ignorees:
        yield f"  En-têtes ignorés : {', '.join(constat.entete.ignorees)}."


def _colonne(essai: Essai, c: Colonne, constat: Constat | None) -> dict[str, Any]:
    """How a column is read, with three values before and after."""
    trouve, jeu = essai.trouve, essai.jeu
    if trouve is None or jeu is None:
        return {}
    candidat = trouve.candidats.get(c.nom)
    place = trouve.trouvees.get(c.nom, candidat.place if candidat else None)
    if place is None:
        return {"colonne": c.entete, "entete": None, "etat": _absence(essai, c), "exemples": []}
    entete = trouve.tete.noms[place]
    etat = f"proposé : {candidat.raison}" if candidat and c.nom not in trouve.trouvees else "lue"
    lue = constat.colonnes.get(c.nom) if constat else None
    paires = _exemples(jeu, lue) if lue is not None else []
    if c.type in ("personnel", "pseudonyme"):
        paires = [(MASQUE, MASQUE)]
    return {"colonne": c.entete, "entete": entete, "etat": etat, "exemples": list(dict.fromkeys(paires))}


def _exemples(jeu: Jeu, lue: ColonneLue) -> list[tuple[str, str]]:
    """Cells before and after, hidden where they may not be shown."""
    return [
        (_court(brute), affichage(lue[cellule], lue.colonne.type, illisible=cellule in lue.fautes))
        if montrable(jeu, lue, brute) and montrable(jeu, lue, cellule)
        else (MASQUE, MASQUE)
        for brute, cellule in lue.exemples(EXEMPLES)
    ]


def _court(cellule: str) -> str:
    propre = "".join(x if x.isprintable() else " " for x in cellule).strip()
    return propre if len(propre) <= 40 else f"{propre[:39]}…"


def _absence(essai: Essai, c: Colonne) -> str:
    for p in essai.propositions:
        if p.ligne.colonne == c.entete and not p.ligne.lu:
            return f"absente ; proposé : {p.ligne.vaut} pour chaque ligne"
    if essai.table and any(x.colonne == c.entete and not x.lu for x in essai.table.lignes):
        return "absente, donnée par correspondances"
    return "absente, et aucun en-tête du fichier n'en est proche" if c.obligatoire else "absente (facultative)"


def _verdicts(essai: Essai) -> Iterator[str]:
    yield from _dire("Tel quel", essai.tel_quel)
    if essai.propose:
        yield from _dire("Avec les correspondances proposées", essai.propose)
    yield from _restes(essai)


def _dire(titre: str, verdict: Verdict) -> Iterator[str]:
    constat = verdict.constat
    if verdict.refus is not None:
        yield f"{titre} : fichier refusé, {verdict.refus}"
        return
    if constat is None:
        yield f"{titre} : {plusieurs(verdict.lignes, 'ligne lue', 'lignes lues')}."
        return
    part = f"{constat.part:.1f}".replace(".", ",")
    yield f"{titre} : {plusieurs(constat.lignes, 'ligne')}, {plusieurs(constat.rejetees, 'rejetée')} ({part} %)."
    for (entete, motif), n in constat.motifs.most_common(_MOTIFS_MAX):
        yield f"  {nombre_fr(n)} × {entete + ' : ' if entete else ''}{motif}"
    for (entete, motif), n in constat.retenues.most_common():
        yield f"  {nombre_fr(n)} × {entete} : {motif} (non rejetée)"


def _restes(essai: Essai) -> Iterator[str]:
    """Values of enumerations that nothing tells."""
    if essai.jeu is None:
        return
    for colonne, vues in _inconnues(essai):
        d = _inconnue(essai.jeu, colonne, vues)
        s = "s" if d["nombre"] > 1 else ""
        dites = f" ({', '.join(d['valeurs'])})" if d["valeurs"] else f", masquée{s}"
        nom = f"valeur{s} inconnue{s} de « {colonne.entete} »"
        attendues = ", ".join(colonne.valeurs)
        yield f"  {nombre_fr(d['nombre'])} {nom}{dites} : à corriger, ou à traduire dans correspondances ({attendues})"


def _inconnues(essai: Essai) -> list[tuple[Colonne, list[str]]]:
    """Unread cells of each enumeration, in the pass that the report ends on."""
    constat = (essai.propose or essai.tel_quel).constat
    if essai.jeu is None or constat is None:
        return []
    return [(essai.jeu.colonne(nom), vues) for nom, vues in constat.inconnues.items()]


def _inconnue(jeu: Jeu, colonne: Colonne, vues: list[str]) -> dict[str, Any]:
    """How many, and the first ones only where no person's name could be among them (K9)."""
    montrees = [] if jeu.source in DISCRETES else [_court(v) for v in vues[:_INCONNUES_MAX]]
    return {"colonne": colonne.entete, "nombre": len(vues), "valeurs": montrees, "attendues": list(colonne.valeurs)}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    constat = verdict.constat
    return {
        "issue": _ISSUES[verdict.code],
        "motif": verdict.refus,
        "lignes": verdict.lignes,
        "rejetees": constat.rejetees if constat else 0,
        "motifs": [
            {"colonne": e or None, "motif": m, "lignes": n} for (e, m), n in (constat.motifs if constat else {}).items()
        ],
    }


def _propositions(essai: Essai) -> Iterator[str]:
    if not essai.propositions:
        return
    yield "Lignes de correspondances proposées (Jeu;Colonne;Lu;Vaut) :"
    for p in essai.propositions:
        x = p.ligne
        yield f"  {x.jeu};{x.colonne};{x.lu};{x.vaut}    ({p.raison})"
    if essai.ecrit:
        yield f"Écrites dans {essai.ecrit}."
    elif essai.table and essai.table.cible:
        yield f"Avec --ecrire, elles sont ajoutées à {essai.table.cible}."
    else:
        yield "Avec --ecrire --correspondances CHEMIN, elles sont ajoutées à ce fichier."


def _conclusion(essai: Essai) -> str:
    verdict = essai.propose if essai.ecrit and essai.propose else essai.tel_quel
    rejetees = verdict.constat.rejetees if verdict.constat else 0
    dit = {
        ACCEPTE: "le fichier serait accepté sans rejet",
        2: f"le fichier serait accepté, {plusieurs(rejetees, 'ligne rejetée', 'lignes rejetées')}",
        REFUSE: "le fichier serait refusé",
    }[verdict.code]
    return f"En l'état, {dit} ; rien n'a été chargé. Ce qui dépend d'autres fichiers se juge au chargement."
