"""A reader must know what was left aside, is out of the totals or changed since the closing, before he quotes a
figure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture, passage, textes
from mutualisation.documents.rapport.contenu.conseil import dispositifs
from mutualisation.documents.rapport.contenu.conseil.dispositifs import dire_manques, dire_mesures, mesures
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import TOTAL, Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import enumerer
from mutualisation.socle.francais.typographie import ordre

# the council reads these rubriques of each dispositif: an absent one is told
ATTENDUES = {"presentation": "présentation", "activite": "activité", "ecart": "commentaire de l'écart"}
RELATION = "redressement"
MESURES = {"etp": "ETP", **libelles.MESURES, "recettes_ac": "Recettes imputées sur l'AC",
           "taux_couverture": "Taux de couverture", **libelles.MESURES_UNITAIRES}  # fmt: skip
PARTS = {"cout_usage": "coût d'usage", "montant_du": "montant dû"}
CAUSES = ("donnees_tardives", "cles", "parametres", "corrections")


def section_reserves(bilan: Bilan) -> m.Section:
    """List the reserves by subject; a sentence says when there is none."""
    points = [(sujet, f"{formats.majuscule(enonce)}.") for sujet, enonce in _points(bilan) if enonce]
    blocs: list[m.Bloc] = [m.Liste(points)] if points else [m.p("Rien ne manque aux données de l'exercice.")]
    return m.Section("qualite", "Réserves sur les données", "Réserves", blocs)


def _points(bilan: Bilan) -> Iterable[tuple[str, str]]:
    ecartees = ouverture.phrase_ecartees(bilan)
    yield "Lignes laissées de côté", f"{ecartees} ; le dossier d'audit les donne motif par motif" if ecartees else ""
    yield "Populations", _populations_absentes(bilan)
    yield "Populations reprises", _populations_reprises(bilan)
    yield "Adhérents comptés au 31 décembre", _adhesions(bilan)
    yield "Recettes non renseignées", _dire_recettes(bilan)
    yield "Unités de service", _dire_unites(bilan)
    yield "Textes absents", _dire_textes(bilan)
    yield "Adresses absentes", _adresses(bilan)


def _populations(bilan: Bilan, exercice: int) -> dict[str, int | None]:
    """Return {commune: population totale of the year, None if unknown}; empty in a version without `adherent`."""
    if exercice not in bilan.contexte.presentes:
        return {}
    communes = (r for r in bilan.lignes("adherent", exercice) if r["type_adherent"] == "commune")
    return {r["nom"]: r["population"] for r in communes}


def _populations_absentes(bilan: Bilan) -> str:
    sans = sorted((nom for nom, n in _populations(bilan, bilan.exercice).items() if n is None), key=ordre)
    if not sans:
        return ""
    return f"celle de {bilan.exercice} manque pour {enumerer(sans)} : ni euro par habitant, ni tarif par habitant"


def _populations_reprises(bilan: Bilan) -> str:
    """Say which years have all the populations of the next: a total was carried over, not counted."""
    annees = {e: {n: p for n, p in _populations(bilan, e).items() if p is not None} for e in bilan.exercices}
    enonces = []
    for avant, apres in zip(bilan.exercices, bilan.exercices[1:], strict=False):
        communes = annees[avant].keys() & annees[apres].keys()
        memes = sum(annees[avant][n] == annees[apres][n] for n in communes)
        if len(communes) > 1 and memes == len(communes):
            enonces.append(f"de {avant} et de {apres} sont les mêmes pour {formats.plusieurs(memes, 'commune')}")
    suite = " : l'une est reprise de l'autre, faute de total publié ; un tarif par habitant en dépend"
    return f"celles {', celles '.join(enonces)}{suite}" if enonces else ""


def _adhesions(bilan: Bilan) -> str:
    """Say which memberships ended within the year: costs and units count them, the members of 31 December don't."""
    fin = date(bilan.exercice, 12, 31)
    finies = sum(r["fin"] is not None and r["fin"] < fin for r in bilan["adhesion"])
    if not finies:
        return ""
    debut = formats.plusieurs(finies, "adhésion a pris fin", "adhésions ont pris fin")
    service = "son service compte" if finies < 2 else "leur service compte"
    return f"{debut} dans l'année : {service} dans les coûts et les unités, pas parmi les adhérents"


def _dire_recettes(bilan: Bilan) -> str:
    sans = [r["libelle"] for r in bilan.lignes_exercice() if not r["recettes_renseignees"]]
    return f"{enumerer(sans)} : aucune recette n'est rattachée ; comptée zéro dans le total" if sans else ""


def _dire_unites(bilan: Bilan) -> str:
    """Name dispositifs without a unit delivered, then those whose units have no weight: unknown is not zero."""
    sans = {r["dispositif"] for r in bilan["cout_unitaire"] if not r["unites"]}
    inconnues = {r["dispositif"] for r in bilan["recours"] if r["unites"] is None}
    par_manque = {
        "aucune unité livrée, donc pas de coût unitaire": sans - inconnues,
        "des unités livrées n'ont pas de pondération, et ne sont pas mesurées": inconnues,
    }
    return " ; ".join(
        f"{enumerer(map(bilan.libelle, bilan.trier(c)))} : {manque}" for manque, c in par_manque.items() if c
    )


def _dire_textes(bilan: Bilan) -> str:
    enonces = []
    tous = set(bilan.synthese[bilan.exercice])
    # a comment is awaited where the cost moved, or where coverage calls for one
    ecarts = {r["dispositif"] for r in bilan["variation"] if r["montant"]} | set(passage.a_commenter(bilan))
    for rubrique, nom in ATTENDUES.items():
        attendus = tous & ecarts if rubrique == "ecart" else tous
        sans = [c for c in attendus if not textes.de(bilan, rubrique, c)]
        if sans and len(sans) == len(tous):
            enonces.append(f"{nom} : aucun dispositif")
        elif sans:
            enonces.append(f"{nom} : {enumerer(bilan.libelle(c) for c in bilan.trier(sans))}")
    return " ; ".join(enonces)


def _adresses(bilan: Bilan) -> str:
    """Name the adherents invoiced without an address: their invoice can't be sent as it is."""
    sans = {r["nom"] for r in bilan.interne("factures_adherents") if not (r["adresse"] and r["ville"])}
    return f"{enumerer(sorted(sans, key=ordre))} : la facture ne peut pas être adressée" if sans else ""


def section_hors_totaux(bilan: Bilan) -> m.Section:
    """Say a sentence on the dispositifs out of the totals, then fold their table."""
    rangees = [r for r in bilan.dans_l_ordre(bilan["etat_valorisation"]) if r["valorisation"] != "valorisé"]
    lignes = [r | _ce_qui_est_connu(r) for r in rangees]
    tableau = lire_tableau("autres.manques", lignes, e=bilan.exercice)
    phrase = m.p(hors_totaux(lignes))
    # dispositifs with the same description share a point; one with a sheet has its own there
    par_manque: dict[str, list[str]] = defaultdict(list)
    for r in (r for r in rangees if not dispositifs.dires(bilan, r["dispositif"])):
        par_manque[textes.ce_que_c_est(bilan, r["dispositif"])].append(r["libelle"])
    points = [(", ".join(noms), description) for description, noms in par_manque.items() if description]
    suite: list[m.Bloc] = [m.SousTitre("Ce que c'est"), m.Liste(points, longue=True)] if points else []
    blocs: list[m.Bloc] = [phrase, m.Repli("Voir lesquels et ce qui manque", [tableau, *suite])] if lignes else []
    return m.Section("perimetre", "Dispositifs hors des totaux", "Hors totaux", blocs)


def _ce_qui_est_connu(r: Ligne) -> Ligne:
    etp, charges = mesures(r).values()
    return {"manque": formats.majuscule(dire_manques(r)), "etp": etp, "charges": charges}


def hors_totaux(lignes: list[Ligne]) -> str:
    """Say how many dispositifs are in no total, and what is known of them (`_ce_qui_est_connu`)."""
    nombre = formats.plusieurs(len(lignes), "dispositif", "dispositifs")
    connus = dire_mesures(somme(lignes, "etp"), somme(lignes, "charges"))
    enonce = f"{nombre} n'{'entre' if len(lignes) < 2 else 'entrent'} dans aucun total"
    return f"{enonce}, alors qu'on en mesure {connus}." if connus else f"{enonce}, et rien n'en est mesuré."


def section_depuis_cloture(bilan: Bilan) -> m.Section:
    """Show the figures that are no longer those of the closed version, by cause; count the adherents whose own are."""
    rangees = bilan.interne(RELATION)
    titre = "Ce qui a changé depuis la clôture"
    if not rangees:
        return m.Section(RELATION, titre, "Redressement", [])
    version = rangees[0]["version_close"]
    changees = [r for r in rangees if any(r[c] for c in ("ecart", *CAUSES))]
    if not changees:
        enonce = f"Aucun chiffre ne change depuis la version {version}, close : ni synthèse, ni coût unitaire, ni part."
        return m.Section(RELATION, titre, "Redressement", [m.p(enonce)])
    lignes = [_ligne_redressee(bilan, r) for r in _rangees_ordonnees(bilan, changees) if r["mesure"] not in PARTS]
    blocs: list[m.Bloc] = [lire_tableau("depuis_cloture.chiffres", lignes, version=version)] if lignes else []
    return m.Section(RELATION, titre, "Redressement", [*blocs, *map(m.p, _parts_changees(changees))])


def _parts_changees(changees: list[Ligne]) -> Iterable[str]:
    for mesure, nom in PARTS.items():
        if ecarts := {r["siret_adherent"]: r["ecart"] for r in changees if r["mesure"] == mesure}:
            bornes = " à ".join(_ecrire_ecart(mesure, x) for x in sorted({min(ecarts.values()), max(ecarts.values())}))
            concernes = formats.plusieurs(len(ecarts), "adhérent")
            yield f"Le {nom} change pour {concernes} (écarts : {bornes}) ; redressement.csv donne chacun, par cause."


def _rangees_ordonnees(bilan: Bilan, rangees: list[Ligne]) -> list[Ligne]:
    """Sort by dispositif in the order of every table, the total last, then as the synthèse orders measures."""
    rangs = {mesure: rang for rang, mesure in enumerate(MESURES)}
    codes = bilan.trier({r["dispositif"] for r in rangees} - {TOTAL})
    ordre = {code: rang for rang, code in enumerate([*codes, TOTAL])}
    return sorted(rangees, key=lambda r: (ordre[r["dispositif"]], rangs.get(r["mesure"], len(rangs)), r["mesure"]))


def _ligne_redressee(bilan: Bilan, rangee: Ligne) -> Ligne:
    mesure = str(rangee["mesure"])
    nom = "Total" if rangee["dispositif"] == TOTAL else bilan.libelle(rangee["dispositif"])
    return {
        "libelle": nom,
        "mesure": MESURES.get(mesure, formats.majuscule(mesure.replace("_", " "))),
        "close": _ecrire(mesure, rangee["valeur_close"]),
        "redressee": _ecrire(mesure, rangee["valeur_redressee"]),
        **{c: _ecrire_ecart(mesure, rangee[c]) for c in ("ecart", *CAUSES)},
    }


def _ecrire(mesure: str, valeur: Decimal | None) -> str:
    if valeur is None:
        return formats.NON_RENSEIGNE
    match mesure:
        case "etp":
            return formats.etp(valeur, 6)
        case "unites":
            return formats.exact(valeur)
        case "taux_couverture" | "taux_couverture_d5211":
            return formats.pourcent(valeur, 4)
    return formats.euros(valeur, 2)


def _ecrire_ecart(mesure: str, ecart: Decimal) -> str:
    if not ecart:
        return "0"
    match mesure:
        case "etp":
            return formats.signe(ecart, 6)
        case "unites":
            return formats.signe(ecart, formats.decimales([ecart]))
        case "taux_couverture" | "taux_couverture_d5211":
            return f"{formats.signe(ecart * 100, 4)}{formats.INSECABLE}points"
    return f"{formats.signe(ecart, 2)}{formats.INSECABLE}€"
