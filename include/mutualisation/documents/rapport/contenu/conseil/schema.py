"""The schéma is told in words: its objectives, who leads it, the actions, the opinions of communes (R14, R16). A part
that nothing tells is left out."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import textes
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, par_insee
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import enumerer
from mutualisation.socle.francais.typographie import lettres, ordre

RUBRIQUES = ("gouvernance", "reseaux", "qualite", "adhesion", "contact")
DECLAREES = "communes_declarees"
ACTIONS, AVIS, INDICATEURS = "action", "avis_commune", "indicateur_declare"
TOUT = "Tout le schéma"
# who carries a service for others states what it costs it
PORTEUR = ("cout_porteur", "etp_porteur")
FINIES = ("realisee", "abandonnee")
# the council reads which communes gave these opinions
NOMMES = ("defavorable", "reserve")


def section_schema(bilan: Bilan) -> m.Section:
    """List the objectives one by one, then who leads, the networks, how to join."""
    objectifs = textes.mots_seuls(bilan, "objectifs")
    points = [(f"Objectif {n}", texte) for n, texte in enumerate(objectifs, start=1)]
    autres = ((libelles.RUBRIQUES[r], textes.avec_leurs_auteurs(bilan, r)) for r in RUBRIQUES)
    points += [(nom, enonce) for nom, enonce in (("Chiffres déclarés", indicateurs(bilan)), *autres) if enonce]
    return m.Section("schema", "Le schéma de mutualisation", "Schéma", [m.Liste(points)] if points else [])


def indicateurs(bilan: Bilan, code: str | None = None) -> str:
    """Say what is declared of a dispositif, or of the whole schéma, with its source and last year's value (R15)."""
    par_source: dict[str, list[str]] = defaultdict(list)
    for r in (r for r in bilan[INDICATEURS] if r["dispositif"] == code and r.get("indicateur") not in PORTEUR):
        avant = r["valeur_precedente"]
        avant = f" ({formats.exact(avant)} en {bilan.exercice - 1})" if avant is not None else ""
        # « Marchés notifiés : 55 » doesn't repeat its unit, « marchés »
        unite = "" if lettres(r["libelle"]).startswith(lettres(r["unite"])) else f"{formats.INSECABLE}{r['unite']}"
        valeurs_dites = par_source[r["source"]]
        nom = formats.minuscule(r["libelle"]) if valeurs_dites else r["libelle"]
        valeurs_dites.append(f"{nom} : {formats.exact(r['valeur'])}{unite}{avant}")
    mots = [f"{' ; '.join(valeurs)} (source : {source})." for source, valeurs in par_source.items()]
    return " ".join([*mots, *(_ecart(r) for r in bilan["controles"] if (r["controle"], r["cle"]) == (DECLAREES, code))])


def porteur(bilan: Bilan, code: str, de_l_epci: str) -> str:
    """Say what a service costs the commune that carries it, by its own word, beside what the EPCI spent on it."""
    dits = [r for r in bilan[INDICATEURS] if r["dispositif"] == code and r.get("indicateur") in PORTEUR]
    if not dits:
        return ""
    montants = (f"{formats.exact(r['valeur'])}{formats.INSECABLE}{r['unite']}" for r in dits)
    sources = " ; ".join(dict.fromkeys(r["source"] for r in dits))
    return lire_phrase("dispositifs.porteur", dits=formats.et(montants), sources=sources, de_l_epci=de_l_epci)


def _ecart(controle: Ligne) -> str:
    """Say what was counted beside what was declared, and why they differ."""
    enonce = f"Compté : {controle['valeur_attendue']}"
    return f"{enonce} ; {formats.minuscule(controle['justification'])}." if controle["justification"] else f"{enonce}."


# ---------------------------------------------------------------- actions
def section_actions(bilan: Bilan) -> m.Section:
    """Say how many actions there are, are late, moved; then list them, the late ones first."""
    actions = bilan[ACTIONS]
    if not actions:
        return m.Section("actions", "", "", [])
    blocs: list[m.Bloc] = [m.p(_resumer_actions(bilan, actions)), tableau(bilan, actions)]
    return m.Section("actions", "Ce qui est à faire", "Actions", blocs)


def tableau(bilan: Bilan, actions: Sequence[Ligne], sans: Collection[str] = ()) -> m.Tableau:
    """Make a row an action, the late ones first; columns `sans` are left out."""
    lignes = [_action(bilan, r) for r in sorted(actions, key=_urgence)]
    return lire_tableau("schema.actions", lignes, sans=sans, e=bilan.exercice)


def _urgence(r: Ligne) -> tuple[bool, bool, bool, str, str]:
    echeance = r["echeance"].isoformat() if r["echeance"] else "9999"
    return not r["en_retard"], r["statut"] in FINIES, r["horizon"] != "court_terme", echeance, r["code"]


def _action(bilan: Bilan, r: Ligne) -> Ligne:
    return r | {
        "service": service(bilan, r),
        "horizon": libelles.HORIZONS.get(r["horizon"], r["horizon"]),
        "quand": formats.jour(r["echeance"]) if r["echeance"] else formats.NON_RENSEIGNE,
        "etat": etat(r, bilan.exercice),
    }


def service(bilan: Bilan, r: Ligne) -> str:
    """Name the service of an action, without which it says nothing."""
    return bilan.libelle(r["dispositif"]) if r["dispositif"] else TOUT


def etat(r: Ligne, exercice: int) -> str:
    """Say the state of an action, as `En cours, proposée fin 2020 ; en retard`."""
    statut, avant = (libelles.STATUTS_ACTION.get(x, str(x or "")) for x in (r["statut"], r["statut_precedent"]))
    if avant and avant != statut:
        statut += f", {avant.lower()} fin {exercice - 1}"
    return f"{statut} ; en retard" if r["en_retard"] else statut


def _resumer_actions(bilan: Bilan, actions: Sequence[Ligne]) -> str:
    comptes = Counter(r["statut"] for r in actions)
    retard = sum(r["en_retard"] for r in actions)
    change = sum(r["statut_precedent"] not in (None, r["statut"]) for r in actions)
    morceaux = [formats.plusieurs(len(actions), "action")]
    morceaux += [f"{formats.nombre(retard)} en retard au 31 décembre {bilan.exercice}"] if retard else []
    morceaux += [f"{formats.plusieurs(comptes['realisee'], 'réalisée', 'réalisées')}"] if comptes["realisee"] else []
    morceaux += [f"{formats.nombre(change)} dont l'état a changé depuis {bilan.exercice - 1}"] if change else []
    return f"{', '.join(morceaux)}."


def a_faire(bilan: Bilan, code: str, horizon: str) -> str:
    """Say what a dispositif has to do at a horizon, each action with its state; empty without any."""
    return _enonce(bilan, (r for r in _d_un(bilan, code) if r["statut"] not in FINIES and r["horizon"] == horizon))


def dire_actions_faites(bilan: Bilan, code: str) -> str:
    """Say what a dispositif did, or gave up, since the exercice before; empty without any."""
    finies = (r for r in _d_un(bilan, code) if r["statut"] in FINIES)
    return _enonce(bilan, (r for r in finies if r["statut_precedent"] != r["statut"]))


def _d_un(bilan: Bilan, code: str) -> list[Ligne]:
    return [r for r in sorted(bilan[ACTIONS], key=_urgence) if r["dispositif"] == code]


def _enonce(bilan: Bilan, actions: Iterable[Ligne]) -> str:
    enonces = (f"{formats.minuscule(r['action'].rstrip('.'))} ({etat(r, bilan.exercice).lower()})" for r in actions)
    return " ; ".join(enonces)


# ---------------------------------------------------------------- opinions
def section_avis(bilan: Bilan) -> m.Section:
    """Say when the report was sent, what councils decided, who is against or has reserves (L5211-39-1)."""
    avis = bilan[AVIS]
    if not avis:
        return m.Section("avis", "", "", [])
    points = [(nom, ", ".join(x)) for nom, x in nommes(bilan)]
    blocs: list[m.Bloc] = [m.p(_resumer_avis(bilan, avis))]
    blocs += [m.Liste(points)] if points else []
    if any(sens_de(r) in NOMMES and not r.get("motifs") for r in avis):
        blocs.append(m.p(lire_phrase("schema.motifs"), note=True))
    return m.Section("avis", "Ce qu'en disent les conseils municipaux", "Avis", blocs)


def sens_de(avis: Ligne) -> str:
    """Return what a council decided, in time or not, else where its opinion stands."""
    return str(avis["sens"] or avis["statut"])


def nommes(bilan: Bilan) -> list[tuple[str, list[str]]]:
    """Return (opinion, communes that gave it, each with its day and reasons) of those that are not favourable."""
    noms = {s: _communes_d_avis(bilan, s) for s in NOMMES}
    return [(f"Avis {libelles.STATUTS_AVIS[s][len(x) > 1]}", x) for s, x in noms.items() if x]


def _resumer_avis(bilan: Bilan, avis: Sequence[Ligne]) -> str:
    comptes = Counter(map(sens_de, avis))
    transmis = sorted({r["transmis_le"] for r in avis if r["transmis_le"]})
    morceaux = [
        formats.plusieurs(comptes[s], *mots) + _hors_delai(bilan, [r for r in avis if sens_de(r) == s])
        for s, mots in libelles.STATUTS_AVIS.items()
        if comptes[s]
    ]
    debut = f"a été transmis {dire_jours(transmis)}" if transmis else "n'a pas été transmis"
    return lire_phrase(
        "schema.avis", debut=debut, n=formats.plusieurs(len(avis), "commune"), au=formats.jour(avis[0]["au"]),
        dits=enumerer(morceaux),
    )  # fmt: skip


def _hors_delai(bilan: Bilan, avis: Sequence[Ligne]) -> str:
    """Name who decided too late, and say what the law makes of it; empty where all were in time."""
    noms = enumerer(sorted(_noms(bilan, [r for r in avis if sens_de(r) != r["statut"]]), key=ordre))
    return f" (dont hors délai, réputé favorable : {noms})" if noms else ""


def _noms(bilan: Bilan, avis: Iterable[Ligne]) -> list[str]:
    communes = par_insee(bilan["adherent"])
    return [str(communes.get(r["code_insee"], {}).get("nom") or r["code_insee"]) for r in avis]


def dire_jours(jours: Sequence[date]) -> str:
    """Say the day, or the first and the last of these, in order."""
    premier, dernier = jours[0], jours[-1]
    if premier == dernier:
        return f"le {formats.jour(premier)}"
    return f"du {formats.jour(premier)} au {formats.jour(dernier)}"


def _communes_d_avis(bilan: Bilan, sens: str) -> list[str]:
    avis_du_sens = [r for r in bilan[AVIS] if sens_de(r) == sens]
    dits = (
        f"{nom} (délibération du {formats.jour(r['delibere_le'])}"
        f"{'' if r['statut'] == sens else ', hors délai : réputé favorable'}"
        f"{formats.INSECABLE + ': ' + r['motifs'].rstrip('.') if r.get('motifs') else ''})"
        for r, nom in zip(avis_du_sens, _noms(bilan, avis_du_sens), strict=True)
    )
    return sorted(dits, key=ordre)
