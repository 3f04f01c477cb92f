"""Each dispositif has half a page: what it is, whom it serves, its cost, who pays, how it moved, what its service does
(R15, R16). A dispositif without a cost has a sheet where its service says something of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import conventions, passage, renvois, textes, usage
from mutualisation.documents.rapport.contenu.communes import offre
from mutualisation.documents.rapport.contenu.conseil import evolution, schema
from mutualisation.documents.rapport.contenu.passage import D5211, portee
from mutualisation.documents.rapport.enonces import lire_colonnes, lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles

# columns (key, label, kind) of the measures of a year; a measure that no exercice shown knows is left out, a component
# of 0 too
MESURES = lire_colonnes("dispositifs.mesures", **libelles.MESURES)
COMPOSANTES = ("amortissements", "deductions")
# the referentiel says (subject, column) of a dispositif
Fiche = Sequence[tuple[str, str]]
# adherents are counted by year, by dispositif, by type
Comptes = dict[int, dict[str, Counter[str]]]
PAR_UNITE, SANS_THEME = "par unité", "Sans thématique"
THEME, VEHICULE = ("Thématique", "thematique"), ("Véhicule juridique", "vehicule_juridique")
RUBRIQUES = ("activite", "cadre", "qualite", "suite", "risque", "perspectives")
MODALITES = ("adhesion", "contact")
# a dispositif out of the totals is measured by column; a word of `manque` says that no key leads to it
MESUREES = {"etp_mesure": "temps passé", "charges_mesurees": "dépenses"}
HORS = "hors périmètre"


def preuves(bilan: Bilan, dispositif: str) -> list[m.Morceau]:
    """Link a dispositif to what its figures are made of; empty without a trace."""
    if dispositif not in renvois.dispositifs_traces(bilan):
        return []
    cible = f"{renvois.dossier(bilan.exercice)}/{renvois.trace(dispositif)}.html"
    return ["Vérifier : ", m.Lien(cible, "d'où vient chaque chiffre"), "."]


def section_dispositifs(bilan: Bilan) -> m.Section:
    """Show one part per dispositif, by theme."""
    types = usage.types(bilan)
    comptes = {e: usage.au_31_decembre(bilan, e) for e in bilan.exercices}
    autres = {d["code"] for d in bilan.contexte.dispositifs} - set(bilan.dispositifs)
    mots = {code: dires(bilan, code) for code in autres}
    # where services without a cost speak too, there are too many for one list: themes become headings
    par_theme = any(mots.values()) and any(d.get(THEME[1]) for d in bilan.contexte.dispositifs)
    fiche = [VEHICULE] if par_theme else [THEME, VEHICULE]
    volets = {
        code: _sans_cout(bilan, code, mots[code], comptes)
        if code in mots
        else _volet(bilan, code, types.get(code, []), comptes, fiche)
        for code in bilan.trier([*bilan.dispositifs, *(code for code in autres if mots[code])])
    }
    blocs = _par_theme(bilan, volets) if par_theme else list(volets.values())
    titre = f"Les dispositifs, un par un, {formats.periode(bilan.exercices)}"
    return m.Section("dispositifs", titre, "Dispositifs", blocs)


def _par_theme(bilan: Bilan, volets: Mapping[str, m.Volet]) -> list[m.Bloc]:
    blocs: list[m.Bloc] = []
    for theme, codes in groupby(volets, lambda code: bilan.fiche(code).get(THEME[1]) or SANS_THEME):
        blocs += [m.SousTitre(theme), *(replace(volets[code], niveau=3) for code in codes)]
    return blocs


def _volet(bilan: Bilan, code: str, types: list[str], comptes: Comptes, fiche: Fiche) -> m.Volet:
    presentation, auteur = textes.enonces(bilan, "presentation", code), textes.auteur(bilan, code)
    blocs: list[m.Bloc] = [m.p(presentation)] if presentation else []
    blocs.append(m.CoteACote((_tableau(bilan, code, types, comptes), m.Liste(_faits(bilan, code, comptes, fiche)))))
    mots = dires(bilan, code)
    blocs += [m.Liste(mots)] if mots else []
    blocs += [m.p(f"Textes : {auteur}.", note=True)] if auteur else []
    liens = preuves(bilan, code)
    blocs += [m.p(*liens, note=True, ecran=True)] if liens else []
    return m.Volet(bilan.libelle(code), resumer(bilan, code), blocs, f"dispositif-{renvois.ancre(code)}")


def _sans_cout(bilan: Bilan, code: str, mots: list[tuple[str, str]], comptes: Comptes) -> m.Volet:
    """Show a dispositif that no total counts: what is measured of its cost, and what is missing to value it."""
    presentation, auteur = textes.enonces(bilan, "presentation", code), textes.auteur(bilan, code)
    manque = ""
    if etat := _etat(bilan, code):
        manque = lire_phrase(
            f"autres.{'hors' if etat['valorisation'] == HORS else 'manque'}", manque=dire_manques(etat)
        )
    resume = resumer(bilan, code)
    points = [(VEHICULE[0], bilan.fiche(code).get(VEHICULE[1]) or "")]
    points += [*membres(bilan, code, comptes), ("Coût", resume + manque)]
    faits = [(sujet, phrase(enonce)) for sujet, enonce in points if enonce]
    blocs: list[m.Bloc] = [m.p(presentation)] if presentation else []
    blocs += [m.Liste([*faits, *mots])] + ([m.p(f"Textes : {auteur}.", note=True)] if auteur else [])
    return m.Volet(bilan.libelle(code), resume, blocs, f"dispositif-{renvois.ancre(code)}")


def _etat(bilan: Bilan, code: str) -> Ligne | None:
    return next((r for r in bilan["etat_valorisation"] if r["dispositif"] == code), None)


def _mesure(bilan: Bilan, code: str) -> str:
    """Say what is measured of a dispositif that no total counts; empty where nothing is."""
    etat = _etat(bilan, code)
    return dire_mesures(*mesures(etat).values()) if etat else ""


def _manques(r: Ligne) -> list[str]:
    return [partie.partition(" : ")[0] for partie in (r["manque"] or "").split(" ; ") if partie]


def mesures(r: Ligne) -> Ligne:
    """Return {etp, charges} measured of a dispositif out of the totals: a 0 that no key leads to is None."""
    return {c: r[c] if r[c] or sans not in _manques(r) else None for c, sans in MESUREES.items()}


def dire_mesures(etp: Decimal | None, charges: Decimal | None) -> str:
    """Say `1,20 ETP et 11 009 € de dépenses directes`; empty where nothing is measured."""
    mesure_etp = [formats.etp(etp)] if etp else []
    return " et ".join([*mesure_etp, *([f"{formats.euros(charges)} de dépenses directes"] if charges else [])])


def dire_manques(r: Ligne) -> str:
    """Say what is missing to value a dispositif, or that it is not to be valued."""
    return formats.et(libelles.MANQUES.get(x, x) for x in _manques(r) or [r["valorisation"]])


def dires(bilan: Bilan, code: str) -> list[tuple[str, str]]:
    """List what its service declares and says of the year, what it has to do, how to join."""
    mesure = _mesure(bilan, code) or "rien n'en est mesuré"
    points = [("Activité déclarée", schema.indicateurs(bilan, code))]
    points.append(("Ce que dit qui le porte", schema.porteur(bilan, code, mesure)))
    points += [(libelles.RUBRIQUES[r], textes.enonces(bilan, r, code)) for r in RUBRIQUES]
    points.append((f"Fait depuis {bilan.exercice - 1}", schema.dire_actions_faites(bilan, code)))
    points += [(nom, schema.a_faire(bilan, code, horizon)) for horizon, nom in libelles.HORIZONS.items()]
    points += [(libelles.RUBRIQUES[r], textes.enonces(bilan, r, code)) for r in MODALITES]
    return [(nom, phrase(enonce)) for nom, enonce in points if enonce]


def resumer(bilan: Bilan, code: str) -> str:
    """Say cost and coverage in a line, or what is measured of the cost; or that the exercice no longer values it."""
    ligne = bilan.synthese[bilan.exercice].get(code)
    if ligne is None and code in bilan.dispositifs:
        return f"Non valorisé en {bilan.exercice}"
    if ligne is None:
        cout = _mesure(bilan, code)
        return f"{cout}, hors des totaux" if cout else "Coût non mesuré"
    recettes = (
        f"recettes {formats.euros(ligne['recettes'])} ({formats.pourcent(ligne['taux_couverture'])} du coût)"
        if ligne["recettes_renseignees"]
        else "recettes non renseignées"
    )
    return f"Coût net {formats.euros(ligne['cout_net'])}, {formats.nombre(ligne['etp'], 2)} ETP, {recettes}"


# ---------------------------------------------------------------- three years
def _tableau(bilan: Bilan, code: str, types: list[str], comptes: Comptes) -> m.Tableau:
    """Make a row per measure, a column per exercice; a dash where the exercice doesn't know the measure."""
    annees = {e: _mesures(bilan, code, e, types, comptes[e].get(code)) for e in bilan.exercices}
    lot = usage.lot(a.get("cout_complet_unitaire") for a in annees.values())
    annees = {e: a | _du_lot(a, lot) if a and lot > 1 else a for e, a in annees.items()}
    mesures: list[m.Mesure] = [
        (_nom_de_la_mesure(c.cle, c.titre, types, lot), c.genre, partial(_valeur_de_l_annee, c.cle))
        for c in MESURES
        if _mesure_connue(c.cle, list(annees.values()))
    ]
    return m.par_annee(f"{bilan.libelle(code)}, {formats.periode(bilan.exercices)}", annees, mesures)


def _mesures(bilan: Bilan, code: str, exercice: int, types: list[str], compte: Counter[str] | None) -> dict[str, Any]:
    """Return {measure: value} of a year; empty when the year doesn't value the dispositif."""
    ligne = bilan.synthese[exercice].get(code)
    if ligne is None:
        return {}
    unitaire = next((r for r in bilan.lignes("cout_unitaire", exercice) if r["dispositif"] == code), {})
    return {
        **passage.ligne(bilan, exercice, code),
        **unitaire,
        **ligne,
        "deductions": -(ligne["subventions"] + ligne["reprises"]),
        "adherents": sum(compte.values()) if compte else None,
        # units of one type only are not weighted
        "quantite": usage.quantites(bilan, exercice).get(code) if len(types) > 1 else None,
    }


def _du_lot(annee: dict[str, Any], lot: int) -> dict[str, Any]:
    couts = (("cout_complet_unitaire", "cout_net"), ("cout_d5211_unitaire", "cout_d5211"))
    return {cle: usage.du_lot(annee.get(cout), annee.get("unites"), lot) for cle, cout in couts}


def _mesure_connue(mesure: str, annees: list[dict[str, Any]]) -> bool:
    connues = [a[mesure] for a in annees if a.get(mesure) is not None]
    return mesure == "recettes" or (any(connues) if mesure in COMPOSANTES else bool(connues))


def _valeur_de_l_annee(mesure: str, annee: dict[str, Any]) -> Any:
    sans_recette = mesure == "recettes" and annee and annee["recettes"] is None
    return formats.NON_RENSEIGNE if sans_recette else annee.get(mesure)


def _nom_de_la_mesure(mesure: str, nom: str, types: list[str], lot: int) -> str:
    """Name the measure by its unit where the dispositif counts a single one."""
    if mesure == "unites" and usage.compte_les_membres(types):
        # the row above counts the members of 31 December; this one those of both semestres
        return f"{formats.majuscule(usage.nom_de_l_unite(types))}, unités de l'année"
    if mesure == "quantite":
        return usage.nom_des_quantites(types) or nom
    if mesure == "unites" and types:
        return formats.majuscule(usage.nom_de_l_unite(types))
    if nom.endswith(PAR_UNITE):
        return nom.removesuffix(PAR_UNITE) + usage.pour(lot, types)
    return nom


# ---------------------------------------------------------------- facts
def _faits(bilan: Bilan, code: str, comptes: Comptes, fiche: Fiche) -> list[tuple[str, str]]:
    e = bilan.exercice
    fiche_lue = bilan.fiche(code)
    points = [(sujet, fiche_lue.get(cle) or "") for sujet, cle in fiche] + membres(bilan, code, comptes)
    points.append(("Coût", usage.partage(bilan, code)))
    base = passage.ligne(bilan, e, code)
    if base:
        points.append((f"Base {D5211}", portee(base)))
    depuis_la_base = passage.a_commenter(bilan).get(code, "")
    points += [("Couverture", depuis_la_base), ("Certificats vendus", _certificats(bilan, code))]
    ecart = evolution.ecart(bilan, code)
    if ecart is not None:
        points.append((f"De {e - 1} à {e}", _dire_ecart(bilan, code, ecart)))
    if ecart is not None or depuis_la_base:
        points.append(("Commentaire", textes.enonces(bilan, "ecart", code) or passage.SANS_COMMENTAIRE))
    return [(sujet, phrase(enonce)) for sujet, enonce in points if enonce]


def membres(bilan: Bilan, code: str, comptes: Comptes) -> list[tuple[str, str]]:
    """Say whom a dispositif is open to (R17b), who joined it, until when its conventions hold (R20)."""
    return [
        ("Ouvert", offre.ouverture(bilan.fiche(code))),
        ("Adhérents", adherents(code, bilan.exercice, comptes)),
        ("Conventions", conventions.dire(bilan, code)),
    ]


def adherents(code: str, exercice: int, comptes: Comptes) -> str:
    """Say the members on 31 December, by type, and how many they were a year before; empty without any."""
    compte = comptes[exercice].get(code)
    if not compte:
        return ""
    avant = comptes.get(exercice - 1, {}).get(code)
    total, ancien = sum(compte.values()), sum(avant.values()) if avant else 0
    genres = usage.en_mots(compte)
    enonce = genres if len(compte) == 1 else f"{formats.nombre(total)}, dont {genres}"
    autant = "autant" if ancien == total else formats.nombre(ancien)
    return f"{enonce} ({autant} fin {exercice - 1})" if avant else enonce


def _certificats(bilan: Bilan, code: str) -> str:
    """Say the operations sold, beside the units whose fees are kept back: they count another thing."""
    vendues = bilan["cee_valorisation"]
    if not any(r["dispositif"] == code and r["mode_recouvrement"] == "retenue" for r in bilan["recouvrement"]):
        return ""
    de_l_epci = sum(r["operations"] for r in vendues if r["siren_beneficiaire"] == bilan.contexte.siren)
    toutes = formats.plusieurs(sum(r["operations"] for r in vendues), "opération")
    return f"{toutes}, dont {formats.nombre(de_l_epci)} de l'EPCI ; les unités comptent l'activité, non la vente"


def _dire_ecart(bilan: Bilan, code: str, ecart: Decimal) -> str:
    sens = "augmente" if ecart > 0 else "baisse" if ecart < 0 else "ne change pas"
    montant = f" de {formats.euros(abs(ecart))}" if ecart else ""
    pourquoi = evolution.phrase(bilan, code)
    return f"le coût net {sens}{montant}" + (f" ({pourquoi})" if pourquoi else "")


def phrase(texte: str) -> str:
    """Write a text as a sentence."""
    texte = formats.majuscule(texte)
    return texte if texte.endswith((".", "!", "?")) else f"{texte}."
