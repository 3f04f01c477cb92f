"""Tables and sentences say what an adherent uses, owes, is titled, costs and gains: by service, adherent, invoice."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import encaissement
from mutualisation.documents.rapport.contenu.communes.bloc_communal import CEE, Adherent, Annee, BlocCommunal
from mutualisation.documents.rapport.contenu.usage import compte_les_membres, en_vigueur, nom_de_la_cle
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import COMMUNE, Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre

NON_SUIVI = "non suivi"
ACHATS, CAM = "cam_achats", "dispositif_cam"
AUTRES_MODES = {"imputation_AC": "par l'AC", "retenue": "retenu"}
AUTRES_VOIES = {"imputation_AC": "par l'attribution de compensation",
                "retenue": "retenus sur le produit reversé des certificats d'énergie"}  # fmt: skip
# where there are many types of units, this many are named before « 12 autres »
TYPES_DITS = 2
# these keys of a cost are singular
ARTICLES = {"population": "la", "nombre d'adhérents": "le"}
RIEN, SANS_PRIX = m.Valeur(libelles.GRATUIT, "lu"), m.Valeur(libelles.PRIX_INCONNU, "lu")


@dataclass(frozen=True)
class Usages:
    """A commune's page, its print and its note say this of its services and titles, which is read once for the three.

    `du` and `encaisse` are sentences, `encaisse` empty where nothing was to be titled; `gains` has a sentence each, and
    `themes` their tables; `autres` is the table of those who share its INSEE code, `chacun` has a part for each."""

    services: m.Tableau
    du: str
    encaisse: str
    titres: m.Tableau
    factures: m.Tableau
    gain: Decimal | None
    gains: list[m.Bloc]
    themes: list[m.Bloc]
    autres: m.Tableau
    chacun: list[m.Bloc]


def lire(bilan: Bilan, bloc: BlocCommunal, au: date | None) -> Usages:
    """Read the rows of a commune into what is said of them; `au` is the day of what is said collected."""
    annee, encaisse = bloc.annee, dire_l_encaissement(bloc.annee, au)
    return Usages(
        services(bilan, annee, f"Adhésions, {annee.exercice}"),
        dire_le_du(annee),
        encaisse,
        du_au_titre(annee, encaisse),
        factures(annee),
        somme(annee[ACHATS], "gain") if any(r["gain"] is not None for r in annee[ACHATS]) else None,
        phrases_des_gains(annee),
        tableaux_des_gains(annee),
        adherents(bloc.autres),
        [_volet(bilan, a, bloc.autres.de(a)) for a in bloc.autres.adherents],
    )


def _volet(bilan: Bilan, adherent: Adherent, annee: Annee) -> m.Volet:
    """Fold the services and the invoices of an adherent under its own anchor."""
    resume = f"{formats.euros(annee.du, 2)} dus ; {formats.minuscule(annee.nom_du_cout)} : {formats.euros(annee.cout)}"
    interieur = [services(bilan, annee, f"{adherent.nom}, {annee.exercice}"), factures(annee)]
    return m.Volet(adherent.nom, resume, interieur, adherent.ancre)


def services(bilan: Bilan, annee: Annee, titre: str) -> m.Tableau:
    """Make a row per dispositif joined or titled, by label, and the total; columns `sans` are left out."""
    actives = (r for r in annee["recouvrement"] if r["montant_du"] or r["montant_titre"])
    dispositifs = {r["dispositif"] for r in (*annee["adhesion"], *annee["cout_adherent"], *actives)}
    lignes = [_service(bilan, annee, d) for d in bilan.trier(dispositifs)]
    total, note = _total("Total", annee), _note_des_cles(bilan, annee)
    return lire_tableau(
        "services_utilises.services", lignes, total=total, note=note, titre=titre, cout=annee.nom_du_cout
    )


def _service(bilan: Bilan, annee: Annee, dispositif: str) -> dict[str, Any]:
    def siennes(relation: str) -> list[Ligne]:
        return [r for r in annee[relation] if r["dispositif"] == dispositif]

    recouvrement, couts = siennes("recouvrement"), siennes("cout_adherent")
    utilise = (_dire_recours(siennes("recours"), stock=dispositif in annee.stocks), commandes(bilan, annee, dispositif))
    return {
        "libelle": bilan.libelle(dispositif),
        "depuis": _dire_adhesion(siennes("adhesion"), annee.exercice),
        "recours": ", ".join(filter(None, utilise)),
        "du": _valeur_due(recouvrement),
        "titre": _valeur_titree(recouvrement),
        "cout": somme(couts, "cout_usage") if couts else None,
        "reste": somme(couts, "reste_a_charge") if couts else None,
    }


def _valeur_due(recouvrement: list[Ligne]) -> m.Valeur:
    """Return what is due; or that the service is free, or that its price is not known."""
    modes, du = {r["mode_recouvrement"] for r in recouvrement}, somme(recouvrement, "montant_du")
    sans_montant = {libelles.GRATUIT: RIEN, None: SANS_PRIX}.get(next(iter(modes), "")) if len(modes) == 1 else None
    # without a tariff, a row may exist by its past titres alone (R7a)
    ancien = sans_montant == SANS_PRIX and somme(recouvrement, "montant_titre")
    return sans_montant if sans_montant and not du and not ancien else m.Valeur(du, "centimes")


def _valeur_titree(recouvrement: list[Ligne]) -> m.Valeur:
    """Return what was titled, or the way that the amount goes when it is not by titre."""
    titre = somme(recouvrement, "montant_titre")
    modes = {r["mode_recouvrement"] for r in recouvrement if r["montant_du"]}
    autres = sorted(AUTRES_MODES[mode] for mode in modes if mode in AUTRES_MODES)
    if not titre and _valeur_due(recouvrement) in (RIEN, SANS_PRIX):
        return m.Valeur(None, "centimes")
    return m.Valeur(", ".join(autres), "lu") if autres and not titre else m.Valeur(titre, "centimes")


def _dire_adhesion(adhesions: list[Ligne], exercice: int) -> str:
    """Say the first day of membership, and the last one when it is over; a dash for a titre without an adhesion."""
    if not adhesions:
        return m.AUCUN
    debut = min(r["debut"] for r in adhesions)
    if any(en_vigueur(r, date(exercice, 12, 31)) for r in adhesions):
        return formats.jour(debut)
    return f"{formats.jour(debut)} au {formats.jour(max(r['fin'] for r in adhesions))}"


def _dire_recours(recours: list[Ligne], *, stock: bool) -> str:
    """Say the units by type, largest first; of a stock, the mean of the two semestres (R10e)."""
    par_type: dict[str, Decimal] = defaultdict(Decimal)
    for r in recours:
        # one unit a member says nothing of its use
        if not compte_les_membres([r["type_unite"]]):
            par_type[r["type_unite"]] += r["quantite"]
    connus = sorted(((n / 2 if stock else n, t) for t, n in par_type.items()), key=lambda x: (-x[0], x[1]))
    enonces = [f"{formats.exact(n)}{formats.INSECABLE}{libelles.libelle_unite(t, int(n))}" for n, t in connus]
    if stock and any(n % 1 for n, _ in connus):
        # a half unit is a mean: half a building is followed nowhere
        enonces[-1] += " en moyenne"
    if len(enonces) > TYPES_DITS + 1:
        autres = sum((n for n, _ in connus[TYPES_DITS:]), Decimal(0))
        mot = "autre" if autres < 2 else "autres"
        enonces[TYPES_DITS:] = [f"{formats.exact(autres)}{formats.INSECABLE}{mot}"]
    return ", ".join(enonces)


def commandes(bilan: Bilan, annee: Annee, dispositif: str) -> str:
    """Count the orders of members of the purchasing body: to be a member is no use; empty without a file of orders."""
    if dispositif != bilan.parametre(CAM) or not bilan[ACHATS]:
        return ""
    commandes = sum(r["commandes"] for r in annee[ACHATS])
    return formats.plusieurs(commandes, "commande") if commandes else "aucune commande"


def sans_prix(annee: Annee) -> int:
    """Count the dispositifs of which nobody gave the price: what is due leaves them out."""
    lus: dict[str, list[Ligne]] = defaultdict(list)
    for r in annee["recouvrement"]:
        lus[r["dispositif"]].append(r)
    return sum(_valeur_due(rangees) == SANS_PRIX for rangees in lus.values())


def du_connu(annee: Annee) -> Decimal | None:
    """Return what is due; None for a sum of prices that nobody gave."""
    return None if sans_prix(annee) and not annee.du else annee.du


def _du(annee: Annee) -> m.Valeur:
    return SANS_PRIX if (connu := du_connu(annee)) is None else m.Valeur(connu, "centimes")


def hors(annee: Annee) -> str:
    """Say `, hors 2 services au prix non renseigné`; empty where every price is known."""
    n = sans_prix(annee)
    return f", hors {formats.plusieurs(n, 'service')} au {libelles.PRIX_INCONNU}" if n else ""


def _total(nom: str, annee: Annee) -> dict[str, Any]:
    total = {"libelle": f"{nom} des prix connus" if hors(annee) else nom, "du": _du(annee), "titre": annee.titre}
    return total | ({"cout": annee.cout, "reste": annee.reste} if annee.suivi else {})


def _note_des_cles(bilan: Bilan, annee: Annee) -> str:
    """Say how the cost is shared, by key, and what « non suivi » means."""
    phrases = [*_partages_par_cle(bilan, annee), f"EPCI : {bilan.contexte.epci}."] if annee["cout_adherent"] else []
    if any(r["dispositif"] not in bilan.synthese[bilan.exercice] for r in annee["adhesion"]):
        phrases.append(f"« {NON_SUIVI.capitalize()} » : coût pas encore suivi.")
    if any(r["reste_a_charge"] < 0 for r in annee["cout_adherent"]):
        phrases.append("Part négative de l'EPCI : ce qui est dû dépasse le coût.")
    if any(r["mode_recouvrement"] == "retenue" and r["montant_du"] for r in annee["recouvrement"]):
        phrases.append("« Retenu » : gardé sur le produit reversé des certificats d'économies d'énergie.")
    if any(r["mode_recouvrement"] == "imputation_AC" and r["montant_du"] for r in annee["recouvrement"]):
        phrases.append("« Par l'AC » : déduit de l'attribution de compensation.")
    return " ".join(phrases)


def _partages_par_cle(bilan: Bilan, annee: Annee) -> list[str]:
    """Say what each cost is shared on, of use, then of adhesion; services of a rarer key are named."""
    cles: dict[bool, dict[str, set[str]]] = {False: defaultdict(set), True: defaultdict(set)}
    for r in annee["cout_adherent"]:
        if r["cle"] != "aucune":
            membre = r["dispositif"] in annee.membres
            cles[membre][nom_de_la_cle(r["cle"], membre=membre)].add(r["dispositif"])
    return [_partage(bilan, siennes, membre=membre) for membre, siennes in cles.items() if siennes]


def _partage(bilan: Bilan, cles: dict[str, set[str]], *, membre: bool) -> str:
    tries = sorted(cles, key=lambda c: (-len(cles[c]), c))
    enonces = [f"selon {ARTICLES.get(c, 'les')} {c} pour {_nommer_services(bilan, cles[c])}" for c in tries]
    # a sentence on the cost of adhesion says of which services it is
    enonces[0] = enonces[0] if membre else enonces[0].partition(" pour ")[0]
    debut = "Coût de l'adhésion" if membre else "Coût de l'usage"
    suite = ", quoi que chacun utilise," if membre else ""
    return f"{debut} : le coût complet du service, partagé entre ses adhérents{suite} {', ou '.join(enonces)}."


def _nommer_services(bilan: Bilan, codes: set[str]) -> str:
    return formats.et(f"« {bilan.libelle(d)} »" for d in bilan.trier(codes))


def adherents(annee: Annee) -> m.Tableau:
    """Make a row per adherent, then their total."""
    lignes = [
        {
            "libelle": a.nom,
            "type": libelles.libelle(libelles.TYPE_ADHERENT, a.type_adherent),
            "services": len((propre := annee.de(a)).services),
            "du": _du(propre),
            "titre": _valeur_titree(propre["recouvrement"]),
            "cout": propre.cout if propre.suivi else None,
            "reste": propre.reste if propre.suivi else None,
        }
        for a in annee.adherents
    ]
    return lire_tableau(
        "services_utilises.adherents", lignes, total=_total("Total", annee), e=annee.exercice, cout=annee.nom_du_cout
    )


def part(reste: Decimal, cout: Decimal) -> Decimal | None:
    """Return the share of the cost that the EPCI bears; None without a cost."""
    return reste / cout if cout > 0 else None


# ---------------------------------------------------------------- due, titled, got besides
def dire_le_du(annee: Annee) -> str:
    """Say what is owed for the year, what of it goes by no titre, and what was titled of the rest."""
    payeur = "La commune" if any(a.type_adherent == COMMUNE for a in annee.adherents) else "L'adhérent"
    du, a_titrer, titre = (formats.euros(x, 2) for x in (abs(annee.du), annee.a_titrer, annee.titre))
    doit = f"doit {du}" if annee.du > 0 else f"a un avoir de {du}" if annee.du else "ne doit rien"
    autres = [
        f"{formats.euros(x, 2)} {voie}" for mode, voie in AUTRES_VOIES.items() if (x := _du_par_mode(annee, mode))
    ]
    enonce = f"{payeur} {doit} pour {annee.exercice}{hors(annee)}" + (f", dont {formats.et(autres)}" if autres else "")
    if not annee.a_titrer and not annee.titre:
        return f"{enonce}."
    if annee.a_titrer == annee.titre:
        return f"{enonce} ; le reste est titré." if autres else f"{enonce}, entièrement titrés."
    return f"{enonce} ; {titre} sont titrés, sur {a_titrer} à titrer."


def dire_l_encaissement(annee: Annee, au: date | None) -> str:
    """Say what is collected of what was titled; empty where nothing is due nor titled."""
    rangees = annee[encaissement.RELATION]
    return encaissement.phrase(annee.exercice, rangees, au, 2) if annee.du or annee.titre or rangees else ""


def _du_par_mode(annee: Annee, mode: str) -> Decimal:
    return somme((r for r in annee["recouvrement"] if r["mode_recouvrement"] == mode), "montant_du")


def du_au_titre(annee: Annee, encaisse: str) -> m.Tableau:
    """Go from what is due to what was titled: what goes by no titre, the gap; `au` is the day of the collected sums."""
    recouvrement = annee["recouvrement"]
    lignes: list[tuple[str, Decimal, bool]] = [
        (f"Dû {'connu ' if hors(annee) else ''}pour {annee.exercice}", annee.du, True),
        ("dont par l'attribution de compensation", -_du_par_mode(annee, "imputation_AC"), False),
        ("dont retenu sur le produit reversé des certificats", -_du_par_mode(annee, "retenue"), False),
        ("À titrer", annee.a_titrer, True),
        ("Titré", annee.titre, True),
        # a service titled too much does not pay for another
        ("Reste à titrer", somme((r for r in recouvrement if r["ecart"] > 0), "ecart"), False),
        ("Titré au-delà du dû", somme((r for r in recouvrement if r["ecart"] < 0), "ecart"), False),
    ]
    rangees = [{"libelle": nom, "montant": montant} for nom, montant, toujours in lignes if toujours or montant]
    return lire_tableau("titres.du_au_titre", rangees, note=_note_du_titre(annee, encaisse), e=annee.exercice)


def _note_du_titre(annee: Annee, encaisse: str) -> str:
    if any(r["ecart"] for r in annee["recouvrement"]):
        ecart = "L'écart est ce que l'intercommunalité n'a pas encore titré, ou a titré sur une autre période."
        return f"{ecart} {encaisse}"
    return f"Tout ce qui était à titrer l'a été. {encaisse}" if annee.a_titrer else f"Rien n'était à titrer. {encaisse}"


def factures(annee: Annee) -> m.Tableau:
    """Make a row a semestre of the invoices; count them where several adherents have theirs."""
    lignes = annee["facture_semestrielle"]
    rangees = [
        _semestre([r for r in lignes if r["semestre"] == s], _titre_du_semestre(annee, s))
        for s in sorted({r["semestre"] for r in lignes})
    ]
    sans = set() if any(r["adherents"] > 1 for r in rangees) else {"adherents"}
    if not somme(lignes, "report_precedent"):
        sans.add("report")
    total = {"periode": "Total", "du": somme(lignes, "montant_du"), "facture": somme(lignes, "montant_facture")}
    return lire_tableau(
        "titres.factures",
        rangees,
        total=total if rangees else None,
        note=_note_factures(annee),
        sans=sans,
        e=annee.exercice,
    )


def _titre_du_semestre(annee: Annee, semestre: int) -> Decimal:
    """Return what was titled of what is billed by titre in a semestre, in €."""
    du_semestre = (r for r in annee["recouvrement"] if r["semestre"] == semestre and r["mode_recouvrement"] == "titre")
    return somme(du_semestre, "montant_titre")


def statut(rangees: list[Ligne], titre: Decimal) -> str:
    """Say what became of the invoices of a semestre; one that the ledger has titled is not to be issued any more.
    `titre` is what was titled of what they bill, in that semestre, in €."""
    reportees, facture = sum(r["statut"] == "reporte" for r in rangees), somme(rangees, "montant_facture")
    if 0 < reportees < len(rangees):
        return f"dont {formats.plusieurs(reportees, 'reportée')}"
    if reportees or titre <= 0:
        return libelles.libelle(libelles.STATUTS_FACTURE, rangees[0]["statut"])
    return "Titré" if titre >= facture else "Titré en partie"


def _semestre(rangees: list[Ligne], titre: Decimal) -> dict[str, Any]:
    premiere = rangees[0]
    return {
        "periode": f"{premiere['exercice']}-S{premiere['semestre']}",
        "adherents": len(rangees),
        "du": somme(rangees, "montant_du"),
        "report": somme(rangees, "report_precedent"),
        "facture": somme(rangees, "montant_facture"),
        "statut": statut(rangees, titre),
    }


def ecart_factures(annee: Annee) -> Decimal:
    """Return what was to be titled less what invoices say is due, in €: other than 0 is to be explained."""
    return annee.a_titrer - somme(annee["facture_semestrielle"], "montant_du")


def _note_factures(annee: Annee) -> str:
    """Say whether the invoices add up to what is due, and why when they do not."""
    lignes, ecart = annee["facture_semestrielle"], ecart_factures(annee)
    phrases = ["Les factures portent tout ce qui est à titrer."] if lignes and not ecart else []
    if ecart:
        enonce = formats.euros(ecart, 2)
        phrases.append(f"Le dû des factures diffère de {enonce} de ce qui est à titrer : écart à expliquer.")
    report = somme(lignes, "montant_facture") - somme(lignes, "montant_du")
    if report:
        sens = "reporté d'avant" if report > 0 else "reporté sur la facture suivante, sous le seuil d'émission"
        phrases.append(f"Le facturé en diffère de {formats.euros(abs(report), 2)} : {sens}.")
    return " ".join(phrases)


def phrases_des_gains(annee: Annee) -> list[m.Bloc]:
    """Say the purchases, then the certificates, in a sentence each; empty where there is none."""
    return [m.p(texte) for texte in (_dire_achats(annee[ACHATS]), _certificats(annee[CEE])) if texte]


def _dire_achats(achats: list[Ligne]) -> str:
    if not achats:
        return ""
    commandes = sum(r["commandes"] for r in achats)
    passees = formats.plusieurs(commandes, "commande passée", "commandes passées")
    texte = f"{passees} par la centrale d'achat, pour {formats.euros(somme(achats, 'achats_ht'))} hors taxes"
    reference = somme(achats, "prix_reference_ht")
    if not reference:
        return f"{texte} ; aucun prix de référence n'est connu pour dire un gain."
    gain = somme(achats, "gain")
    enonce = f"{'un gain' if gain >= 0 else 'un surcoût'} de {formats.euros(abs(gain))}"
    compares = f"Sur les {formats.euros(somme(achats, 'achats_compares_ht'))} comparés à un prix de référence"
    return f"{texte}. {compares}, {enonce}, soit {formats.pourcent(abs(gain) / reference, 1)} de ce prix."


def _certificats(cee: list[Ligne]) -> str:
    if not cee:
        return ""
    operations = sum(r["operations"] for r in cee)
    vendues = formats.plusieurs(operations, "opération vendue", "opérations vendues")
    return (
        f"Certificats d'économies d'énergie, outre les dossiers suivis : {vendues}, pour "
        f"{formats.euros(somme(cee, 'produit'), 2)}, dont {formats.euros(somme(cee, 'reversement'), 2)} reversés et "
        f"{formats.euros(somme(cee, 'frais'), 2)} retenus pour frais."
    )


def tableaux_des_gains(annee: Annee) -> list[m.Bloc]:
    """Show purchases by theme, then certificates by dépôt."""
    themes = {r["thematique"] or "" for r in annee[ACHATS]}
    achats = [_theme(t, [r for r in annee[ACHATS] if (r["thematique"] or "") == t]) for t in themes]
    achats.sort(key=lambda x: (-x["achats_ht"], ordre(x["thematique"])))
    depots = sorted({r["depot"] for r in annee[CEE]}, key=lambda d: (len(d), d))
    ventes = [_depot(d, [r for r in annee[CEE] if r["depot"] == d]) for d in depots]
    return [
        lire_tableau("gains.achats", achats, total=_theme("Total", annee[ACHATS]), e=annee.exercice),
        lire_tableau("gains.certificats", ventes, total=_depot("Total", annee[CEE]), e=annee.exercice),
    ]


def _theme(nom: str, rangees: list[Ligne]) -> dict[str, Any]:
    compares = [r for r in rangees if r["prix_reference_ht"] is not None]
    enonces = {c: somme(compares, c) if compares else None for c in ("prix_reference_ht", "achats_compares_ht", "gain")}
    return {
        "thematique": nom or "Sans thématique",
        "commandes": sum(r["commandes"] for r in rangees),
        "achats_ht": somme(rangees, "achats_ht"),
        **enonces,
    }


def _depot(nom: str, rangees: list[Ligne]) -> dict[str, Any]:
    sommes = {c: somme(rangees, c) for c in ("produit", "frais", "reversement")}
    return {"depot": nom, "operations": sum(r["operations"] for r in rangees), **sommes}
