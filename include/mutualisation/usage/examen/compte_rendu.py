"""`essayer` reports in French lines for a reader, and the same for a program. A report never tells a person, a reason
of absence, a name that sits in another column (K9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from mutualisation.entree.ingestion.cellules_lues import ColonneLue
from mutualisation.entree.lecteurs.entete import normaliser
from mutualisation.entree.lecteurs.limites import nombre_fr
from mutualisation.entree.lecteurs.noms import montrable as nom_montrable
from mutualisation.entree.sources.jeux import TYPES_LIBRES, Colonne, Jeu
from mutualisation.socle.erreurs import affichable
from mutualisation.socle.francais.formats import enumerer, plusieurs
from mutualisation.usage.examen.diagnostic import Essai
from mutualisation.usage.examen.essai_dossier import EssaiDossier
from mutualisation.usage.examen.jugement import ACCEPTE, REFUSE, REJETS, Verdict
from mutualisation.usage.examen.propositions import Proposition
from mutualisation.usage.examen.reconnaissance import Reconnaissance, mots_connus, non_lues, sens_usuel

_FORMES = {"xlsx": "classeur Excel", "csv": "texte à colonnes", "xml": "PES v2 Aller", "json": "DECP"}
_ISSUES = {ACCEPTE: "accepte", REJETS: "rejets", REFUSE: "refuse"}
_MOTIFS_MAX, _INCONNUES_MAX = 12, 5
EXEMPLES = 3
MASQUE = "masqué"


def lignes(essai: Essai | EssaiDossier) -> list[str]:
    """Report on a file or each of a folder, a line each; the last line says what would become of them."""
    if isinstance(essai, Essai):
        lignes_dites, conclusion = _dire_fichier(essai, affichable(essai.fichier.name)), _conclusion(essai)
    else:
        fichiers = (_dire_fichier(e, essai.nom(e), essai.propositions) for e in essai.essais)
        absents = [f"Aucun fichier de : {', '.join(essai.absents)}, qu'un bilan attend."] * bool(essai.absents)
        lignes_dites, conclusion = chain(*fichiers, absents), _conclusion_du_dossier(essai)
    return [*lignes_dites, *_lignes_proposees(essai), conclusion]


def _dire_fichier(essai: Essai, nom: str, du_dossier: Sequence[Proposition] | None = None) -> Iterator[str]:
    """Say what a file is, its columns, what would become of it; of a folder, only the columns that it lacks."""
    yield _dire_reconnaissance(essai, nom)
    avis = (f"À savoir : {a}." for a in avis_de(essai))
    if du_dossier is None:
        if essai.table and essai.table.chemin and essai.jeu:
            yield f"Lu avec {essai.table.chemin}."
        yield from (*avis, *_dire_colonnes(essai), *_verdicts(essai))
    else:
        manquent = (f"{c} : {absence}." for c, absence in manquantes(essai, du_dossier).items())
        yield from (f"  {ligne}" for ligne in (*avis, *manquent, *_verdicts(essai)))


def en_dict(essai: Essai | EssaiDossier) -> dict[str, Any]:
    """Return the report for a program."""
    commun = {
        "correspondances": [{**vars(p.ligne), "raison": p.raison} for p in essai.propositions],
        "ecrit": str(essai.ecrit) if essai.ecrit else None,
        "code": essai.code,
    }
    if isinstance(essai, EssaiDossier):
        fichiers = [en_dict(e) for e in essai.essais]
        return {"dossier": str(essai.dossier), "fichiers": fichiers, "absents": essai.absents} | commun
    jeu, trouve = essai.jeu, essai.trouve
    return {
        "fichier": str(essai.fichier),
        "forme": essai.nature,
        "jeu": jeu.nom if jeu else None,
        "ou": trouve.autre.nom if trouve and trouve.autre else None,
        "certitude": round(trouve.certitude, 2) if trouve else None,
        "colonnes": [_colonne_en_dict(essai, trouve, c) for c in trouve.jeu.colonnes] if trouve else [],
        "avis": avis_de(essai),
        "nom_refuse": essai.nom_refuse,
        "tel_quel": _verdict_en_dict(essai.tel_quel),
        "avec_les_propositions": _verdict_en_dict(essai.propose) if essai.propose else None,
        "valeurs_inconnues": _inconnues(essai),
    } | commun


def _dire_reconnaissance(essai: Essai, fichier: str) -> str:
    forme = _FORMES.get(essai.nature, "forme qui n'est pas lue")
    if essai.jeu is None:
        return f"{fichier} : {forme}."
    nom = "*.xml" if essai.jeu.nom_libre else essai.jeu.forme_du_nom
    cible = f"« {essai.jeu.nom} » ({essai.jeu.source}/{nom})"
    if essai.trouve is None:
        sans = " ; ce jeu ne prend pas de correspondances (F16)" if essai.jeu.format != "tabulaire" else ""
        return f"{fichier} : {forme}, jeu {cible}{sans}."
    if essai.trouve.autre is not None:
        return f"{fichier} : {forme}, jeu {cible} ou « {essai.trouve.autre.nom} », incertain."
    return f"{fichier} : {forme}, jeu {cible}, {essai.trouve.mot}, {round(100 * essai.trouve.certitude)} %."


def avis_de(essai: Essai) -> list[str]:
    """Say what is to be known of the file, then of its rows."""
    donnees = [(t, t.jeu.colonne(nom)) for t in [essai.trouve] if t for nom in t.traduction.defauts]
    couvertes = [(c.entete, non_lues_dites) for t, c in donnees if (non_lues_dites := _dire_non_lues(t, c))]
    return [
        *essai.avis,
        *(f"« {nom} » est donnée par correspondances{non_lues_dites}" for nom, non_lues_dites in couvertes),
        *essai.verdict_retenu.avis,
    ]


def _dire_colonnes(essai: Essai) -> Iterator[str]:
    if not essai.trouve:
        return
    yield "Colonnes :"
    for c in essai.trouve.jeu.colonnes:
        d = _colonne_en_dict(essai, essai.trouve, c)
        nom = f"{d['colonne']}{'*' if c.obligatoire else ''}"
        if d["entete"] is None:
            yield f"  {nom} : {d['etat']}"
            continue
        exemples = " ; ".join(f"{avant} → {apres}" if avant != apres else avant for avant, apres in d["exemples"])
        source = "" if d["etat"] == "lue" else f" ← « {d['entete']} » ({d['etat']})"
        vide = "vide" if c.nom in essai.verdict_retenu.colonnes else "vide dans les premières lignes"
        yield f"  {nom}{source} : {exemples or vide}"
    if ignorees := essai.verdict_retenu.ignorees:
        yield f"  En-têtes ignorés : {', '.join(ignorees)}."


def _colonne_en_dict(essai: Essai, trouve: Reconnaissance, c: Colonne) -> dict[str, Any]:
    """Describe how a column is read, with three values before and after."""
    candidat = trouve.candidats.get(c.nom)
    place = trouve.trouvees.get(c.nom, candidat.place if candidat else None)
    if place is None:
        return {"colonne": c.entete, "entete": None, "etat": _absence(essai, trouve, c), "exemples": []}
    etat = f"proposé : {candidat.raison}" if candidat and c.nom not in trouve.trouvees else "lue"
    lectures = (essai.verdict_retenu.colonnes.get(c.nom), essai.entrevues.get(c.nom))
    paires = next((p for lecture in lectures if lecture is not None and (p := _exemples(trouve.jeu, lecture))), [])
    if c.type in ("personnel", "pseudonyme"):
        paires = [(MASQUE, MASQUE)]
    exemples = list(dict.fromkeys(paires))
    return {"colonne": c.entete, "entete": trouve.tete.noms[place], "etat": etat, "exemples": exemples}


def _exemples(jeu: Jeu, colonne_lue: ColonneLue) -> list[tuple[str, str]]:
    """Return cells before and after, hidden where they may not be shown."""
    return [
        (_court(brute), affichage(colonne_lue[cellule], colonne_lue.colonne, illisible=cellule in colonne_lue.fautes))
        if montrable(jeu, colonne_lue, brute) and montrable(jeu, colonne_lue, cellule)
        else (MASQUE, MASQUE)
        for brute, cellule in colonne_lue.exemples(EXEMPLES)
    ]


def _court(cellule: str) -> str:
    propre = "".join(x if x.isprintable() else " " for x in cellule).strip()
    return propre if len(propre) <= 40 else f"{propre[:39]}…"


def _absence(essai: Essai, trouve: Reconnaissance, c: Colonne) -> str:
    for p in essai.propositions:
        if p.ligne.colonne == c.entete and not p.ligne.lu:
            return f"absente ; proposé : {p.ligne.vaut} pour chaque ligne"
    if essai.table and any(x.colonne == c.entete and not x.lu for x in essai.table.lignes):
        return "absente, donnée par correspondances"
    if not c.obligatoire:
        return "absente (facultative)"
    return f"absente{_dire_non_lues(trouve, c)} ; {a_ecrire(trouve.jeu, c)}"


def _dire_non_lues(trouve: Reconnaissance, c: Colonne) -> str:
    """Say which columns nothing reads, for the one that is missing may be there: « , et rien ne lit « Suite » »."""
    noms = [f"« {_nom_non_lu(trouve, c, place)} »" for place in non_lues(trouve)]
    return f", et rien ne lit {enumerer(noms, _INCONNUES_MAX)}" if noms else ""


def _nom_non_lu(trouve: Reconnaissance, c: Colonne, place: int) -> str:
    """Return the header of a column, or its place: in `rh`, an unknown word may be a name (K9a)."""
    nom = trouve.tete.noms[place]
    masque = not nom or (trouve.jeu.agents and "…" in nom_montrable(nom, mots_connus(trouve.jeu.nom, c)))
    return f"colonne {place + 1}" if masque else nom


def manquantes(essai: Essai, proposees: Sequence[Proposition]) -> dict[str, str]:
    """Return {`*` column that neither the file nor a row proposed gives: what to write}."""
    if (t := essai.trouve) is None:
        return {}
    noms = {"", *map(normaliser, t.tete.noms)}
    lignes_du_jeu = (p.ligne for p in proposees if p.ligne.jeu == t.jeu.nom)
    donnees = {x.colonne for x in lignes_du_jeu if normaliser(x.lu) in noms}
    donnees |= {t.jeu.colonne(n).entete or "" for n in t.traduction.defauts}
    absentes = (c for c in t.jeu.obligatoires if t.place(c.nom) is None and c.entete not in donnees)
    return {c.entete or "": _absence(essai, t, c) for c in absentes}


def a_ecrire(jeu: Jeu, c: Colonne) -> str:
    """Write the row of `correspondances` that gives a column for which no header was found."""
    debut = f"{jeu.nom};{c.entete};"
    valeur = "" if c.type in ("personnel", "pseudonyme") else f", ou, si elle ne change pas, « {debut};(valeur) »"
    return f"dans correspondances : « {debut}(son nom dans le fichier); »{valeur}"


def _verdicts(essai: Essai) -> Iterator[str]:
    if essai.nom_refuse:
        yield f"Sous ce nom : fichier refusé, {essai.nom_refuse}"
    tel_quel = _dire_verdict(essai.tel_quel)
    propose = _dire_verdict(essai.propose) if essai.propose else tel_quel
    titre = "Bien nommé, tel quel" if essai.nom_refuse else "Tel quel"
    yield from (f"{titre} : {tel_quel[0]}", *tel_quel[1:])
    if propose != tel_quel:
        yield from (f"Avec les correspondances proposées : {propose[0]}", *propose[1:])
    for d in _inconnues(essai):
        s = "s" if d["nombre"] > 1 else ""
        valeurs_dites = f" ({', '.join(d['valeurs'])})" if d["valeurs"] else f", masquée{s}"
        nom = f"valeur{s} inconnue{s} de « {d['colonne']} »{valeurs_dites}"
        attendues = ", ".join(d["attendues"]) or "un nombre d'années"
        yield f"  {nombre_fr(d['nombre'])} {nom} : à corriger, ou à traduire dans correspondances ({attendues})"


def _dire_verdict(verdict: Verdict) -> list[str]:
    part = f"{100 * verdict.rejets / max(1, verdict.lignes):.1f}".replace(".", ",")
    issue = f"{plusieurs(verdict.lignes, 'ligne')}, {plusieurs(verdict.rejets, 'rejetée')} ({part} %)."
    if verdict.refus is not None:
        issue = f"fichier refusé, {verdict.refus}"
    elif not verdict.colonnes:
        issue = f"{plusieurs(verdict.lignes, 'ligne lue', 'lignes lues')}."
    rejetees = [(faute, n, "") for faute, n in verdict.motifs.most_common(_MOTIFS_MAX)]
    retenues = [(faute, n, " (non rejetée)") for faute, n in verdict.retenues.most_common()]
    return [
        issue,
        *(f"  {nombre_fr(n)} × {' : '.join(filter(None, faute))}{fin}" for faute, n, fin in rejetees + retenues),
    ]


def _inconnues(essai: Essai) -> list[dict[str, Any]]:
    """Count unknown values of enumerations in the last pass; show the first where none could be a name (K9)."""
    if essai.jeu is None:
        return []
    parties = []
    for nom, vues in (essai.propose or essai.tel_quel).valeurs_inconnues.items():
        colonne = essai.jeu.colonne(nom)
        montrees = [] if essai.jeu.personnes else [_court(v) for v in vues[:_INCONNUES_MAX]]
        attendues = list(colonne.valeurs)
        parties.append({"colonne": colonne.entete, "nombre": len(vues), "valeurs": montrees, "attendues": attendues})
    return parties


def _verdict_en_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "issue": _ISSUES[verdict.code],
        "motif": verdict.refus,
        "lignes": verdict.lignes,
        "rejetees": verdict.rejets,
        "motifs": [{"colonne": e or None, "motif": m, "lignes": n} for (e, m), n in verdict.motifs.items()],
    }


def _lignes_proposees(essai: Essai | EssaiDossier) -> Iterator[str]:
    """Yield the rows proposed, each with its reason, and where they are, or would be, written."""
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
    accepte = "accepté sans rejet" if verdict.colonnes else "accepté, ses lignes se jugent au chargement"
    absentes = [f"« {nom} »" for nom in manquantes(essai, essai.propositions)]
    sans = f", sans {enumerer(absentes, _MOTIFS_MAX)}" if absentes else ""
    issue = {
        ACCEPTE: f"le fichier serait {accepte if verdict.lignes else 'accepté, sans une ligne'}",
        REJETS: f"le fichier serait accepté, {plusieurs(verdict.rejets, 'ligne rejetée', 'lignes rejetées')}",
        REFUSE: f"le fichier serait refusé{sans}",
    }[essai.code]
    return f"En l'état, {issue} ; rien n'a été chargé. Ce qui dépend d'autres fichiers se juge au chargement."


def _conclusion_du_dossier(essai: EssaiDossier) -> str:
    codes = Counter(e.code for e in essai.essais)
    return (
        f"{plusieurs(len(essai.essais), 'fichier essayé', 'fichiers essayés')}, en l'état : "
        f"{plusieurs(codes[ACCEPTE], 'accepté sans rejet', 'acceptés sans rejet')}, "
        f"{plusieurs(codes[REJETS], 'accepté avec des rejets', 'acceptés avec des rejets')}, "
        f"{plusieurs(codes[REFUSE], 'refusé')} ; rien n'a été chargé. Le détail d'un fichier : mutualisation essayer "
        "FICHIER."
    )


# ---------------------------------------------------------------- which cells are shown
def montrable(jeu: Jeu, colonne_lue: ColonneLue, cellule: str) -> bool:
    """Say whether a cell of the file may be printed: it lands in clear, or is a usual word of an enumeration. It is
    judged on its own reading: a translation makes a name read, it does not make it fit to be shown."""
    colonne = colonne_lue.colonne
    if colonne.confidentielle or (jeu.agents and colonne.type == "code"):
        return False
    if not jeu.personnes and colonne.type != "courriel":
        return True
    if colonne.type == "enumeration" and sens_usuel(colonne, cellule) is not None:
        return True
    if colonne.type in TYPES_LIBRES or (jeu.agents and _peut_etre_un_matricule(jeu, cellule.strip())):
        return False
    colonne_lue[cellule]
    return cellule not in colonne_lue.posees and cellule not in colonne_lue.fautes


def _peut_etre_un_matricule(jeu: Jeu, cellule: str) -> bool:
    """Say whether figures alone are written as no number is, or are too many beside matricules."""
    return cellule.isdigit() and len(cellule) > 1 and (cellule[0] == "0" or (jeu.pseudonymise and len(cellule) > 3))


def affichage(valeur_lue: str, colonne: Colonne, *, illisible: bool) -> str:
    """Write what a cell is read as in French; a ratio as the percentage that it counts for (C10)."""
    type_ = colonne.type
    if illisible:
        return "illisible"
    if valeur_lue == "":
        return "non renseigné"
    if type_ == "duree":
        heures, minutes = divmod(Decimal(valeur_lue), 60)
        return f"{int(heures)} h {minutes.normalize():02f}" if minutes else f"{int(heures)} h"
    if type_ in ("montant", "nombre", "decimal", "pourcentage"):
        nombre = Decimal(valeur_lue)
        if colonne.rapport_max and nombre <= Decimal(colonne.rapport_max):
            nombre = (100 * nombre).normalize()
        return f"{nombre:,f}".replace(",", " ").replace(".", ",") + (" %" if type_ == "pourcentage" else "")
    return date.fromisoformat(valeur_lue).strftime("%d/%m/%Y") if type_ == "date" else valeur_lue
