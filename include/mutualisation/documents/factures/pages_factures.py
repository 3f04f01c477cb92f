"""Blocks say the documents of a semestre: invoices, carry-overs, summary, annual statements; rows are but summed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.documents.factures.etat_annuel import BASE, UNITES, EtatAnnuel, annee_de_notification, total
from mutualisation.documents.factures.facturation import Parametres, Semestre
from mutualisation.documents.factures.factures import Facture, LigneFacture, dire_tranche, prix
from mutualisation.documents.factures.pes import LignePes
from mutualisation.documents.factures.projet_pes import ProjetPes
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import imputations
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import (
    INSECABLE,
    ZERO,
    arrondi,
    decimales,
    euros,
    exact,
    jour,
    pourcent,
    siret,
)
from mutualisation.socle.francais.libelles import GRATUIT, PRIX_INCONNU, STATUTS_FACTURE, libelle, libelle_mode
from mutualisation.socle.francais.noms_propres import contracter

PROJET, SYNTHETIQUES = "Projet, à valider par l'ordonnateur", "jeu de référence, sans valeur comptable."
ORDINAUX = {1: "premier", 2: "second"}
BLANC, NON_MESURE = "…………", "non mesuré"
REGLES = {
    "cout_unitaire": "Coût unitaire",
    "par_unite": "Prix par unité",
    "forfait": "Forfait annuel",
    "par_habitant": "Prix par habitant et par an",
    "par_tranche": "Montant annuel,",
    "pourcentage": "Pourcentage",
}
MONTANTS = {
    "montant_du": "Montant dû du semestre", "report_precedent": "Report précédent", "montant_facture": "Total à titrer",
}  # fmt: skip
# of an invoice that the ledger has titled, in part or whole
TITREES = MONTANTS | {
    "montant_facture": "Total de la facture", "deja_titre": "Déjà titré", "reste_a_titrer": "Reste à titrer",
}  # fmt: skip
CONVENTION = "État de ce qui est dû : la convention fixe la méthode de calcul."
ARTICLES = {
    "service commun": "État d'un service commun (article L5211-4-2 du code général des collectivités territoriales).",
    "biens partagés": "État de biens partagés (article L5211-4-3 du code général des collectivités territoriales).",
}
REPORTES = ("montant_du", "report_precedent", "cumul")
ORIGINE = (
    "montants en euros, calculés avec les tarifs en vigueur le premier jour du semestre. Ce document prépare un titre "
    "de recette ; seul le titre émis par l'ordonnateur et pris en charge par le comptable public est exigible. Détail "
    "du calcul : fichiers « recouvrement » et « facture_semestrielle » "
)


def montant(valeur: Decimal) -> str:
    """Write an amount to the cent: `1 234,50 €`."""
    return euros(valeur, 2)


def _document(contexte: Contexte, s: Semestre, nom: str, titre: str, *sections: m.Section, **autres: Any) -> m.Document:
    """Make a draft, dated by the last day of the semestre: what every document says, then its own."""
    version, avant = contexte.construction.version, contexte.avant_publication
    publiee = f"version {version}, sha256 {contexte.construction.publication_sha256}"
    synthetiques = [("Données synthétiques", (SYNTHETIQUES,))] if contexte.est_synthetique else []
    return m.Document(
        chemin=nom,
        exercice=contexte.exercice,
        titre=titre,
        epci=contexte.epci,
        siren=contexte.siren,
        version=None if avant else version,
        synthetique=contexte.est_synthetique,
        etats=[(PROJET, True)],
        avis=[*synthetiques, *((sujet, (phrase,)) for sujet, phrase in autres.pop("avis", ()))],
        identite=[
            *((sujet, (phrase,)) for sujet, phrase in autres.pop("identite", ())),
            ("Publication", ("établi avant celle de l'exercice" if avant else publiee,)),
        ],
        sections=sections,
        sorties=("pdf",),
        forme="facture",
        jour=s.fin,
        **{"sous_titre": "", "resume": "", "chiffres": ()} | contexte.charte | autres,
    )


def _phrases(*textes: str) -> list[m.Bloc]:
    return [m.p(texte) for texte in textes if texte]


def _partie(nom: str, lignes: Iterable[Any], *suite: str, pied: m.Ligne | None = None, **valeurs: str) -> m.Section:
    """Set the table `factures.nom` under its title, then what is said of it; without rows the part is not shown."""
    tableau = lire_tableau(f"factures.{nom}", [*lignes], total=pied, **valeurs)
    return m.Section("", tableau.titre, "", [tableau, *(_phrases(*suite) if tableau.lignes else [])])


def page_facture(contexte: Contexte, f: Facture) -> m.Document:
    s = f.semestre
    lieu = (f.lu("adresse"), f"{f.lu('code_postal')} {f.lu('ville')}".strip())
    autrement = [vars(x) | {"mode": libelle_mode(x.mode)} for x in f.hors_titre if x.mode and not _est_nul(x)]
    ailleurs = "Ces montants sont recouvrés autrement : ils ne s'ajoutent pas au total à titrer."
    hors = _partie("hors_titre", autrement, ailleurs)
    inconnus = [x for x in f.hors_titre if not x.mode]
    sauf = f", hors {formats.plusieurs(len(inconnus), 'service')} au {PRIX_INCONNU}" if inconnus else ""
    sans = [
        _nommer("Gratuit", [x for x in f.hors_titre if x.mode == GRATUIT]),
        _nommer("Sans montant dû ce semestre", [x for x in f.hors_titre if x.mode != GRATUIT and _est_nul(x)]),
        _nommer("Prix non renseigné, hors de cette facture", inconnus),
    ]
    ou = "de ce semestre, dans le dossier des factures" if contexte.avant_publication else "de la version citée"
    titree = f.etat != f.statut
    quand = f"{ORDINAUX[s.numero]} semestre {s.exercice} ({s}), situation arrêtée au {jour(s.fin)}"
    return _document(
        contexte, s, f"facture_{s}_{f.siret}", f"Facture consolidée des services mutualisés, {s}",
        _partie(
            "lignes", [vars(x) | {"calcul": "\n".join(_calcul(x))} for x in f.lignes],
            pied={"libelle": f"Total du semestre{sauf}", "montant": f.montant_du},
        ),
        _partie(
            "reports", map(vars, f.reports),
            pied={"periode": "Total du report", "montant": f.report_precedent},
        ),
        m.Section("", hors.titre, "", [*hors.blocs, *_phrases(*sans)]),
        _partie(
            "restes",
            [vars(x) | {"au": jour(x.au)} for x in f.restes],
            "Ces montants sont déjà titrés : ils ne s'ajoutent pas au total à titrer.",
        ),
        sous_titre=f"Période facturée : {quand}",
        resume="\n".join(filter(None, (f"Adhérent : {contracter(f.nom)}", *lieu, f"SIRET {siret(f.siret)}"))),
        chiffres=[m.Chiffre(nom, montant(getattr(f, c))) for c, nom in (TITREES if titree else MONTANTS).items()],
        avis=[("Déjà titré", f"{dire_titres(f)} Ce document n'appelle que le reste à titrer.")] if titree else [],
        identite=[("Portée", f"{ORIGINE}{ou}")],
    )  # fmt: skip


def _nommer(sujet: str, lignes: Sequence[LigneFacture]) -> str:
    return f"{sujet} : {', '.join(x.libelle for x in lignes)}." if lignes else ""


def dire_titres(f: Facture) -> str:
    """Say what of an invoice is titled, when, by which titres."""
    quand = f" au {jour(f.titre_le)}" if f.titre_le else ""
    return f"{montant(f.deja_titre)} titrés{quand} ({f.pieces or 'titres d’un autre exercice'})."


def page_reports(contexte: Contexte, s: Semestre, factures: Iterable[Facture]) -> m.Document:
    """Show the invoices under the threshold."""
    reportees = [f for f in factures if not f.est_a_emettre]
    compte = formats.plusieurs(len(reportees), "adhérent")
    explication = (
        f"Une facture semestrielle dont le total, report précédent compris, est inférieur à {montant(s.seuil_titre)} "
        "ne donne pas lieu à un titre : son montant s'ajoute à la facture suivante de l'adhérent."
    )
    aucun = " Aucun adhérent n'est reporté ce semestre : toutes les factures atteignent le seuil d'émission."
    return _document(
        contexte, s, f"reports_{s}", f"Factures reportées sous le seuil d'émission, {s}",
        _partie("reportees", map(_ligne, reportees), pied=_sommes(compte, reportees, *REPORTES)),
        resume=explication + ("" if reportees else aucun),
    )  # fmt: skip


def page_imputations(contexte: Contexte, s: Semestre, imputees: Sequence[dict[str, Any]]) -> m.Document:
    """Show what is due on each attribution de compensation, beside what the assemblies decided (R21)."""
    tableau = imputations.tableau(imputees, s.exercice)
    return _document(
        contexte, s, f"imputations_ac_{s.exercice}", f"Attributions de compensation {s.exercice} : services communs",
        m.Section("", tableau.titre, "", [tableau]),
        resume=lire_phrase("imputations.resume"),
    )  # fmt: skip


def page_recapitulatif(contexte: Contexte, s: Semestre, factures: Sequence[Facture], projet: ProjetPes) -> m.Document:
    """Show invoices, what the PES draft holds, what it leaves out, the titres it reduces."""
    lignes = formats.plusieurs(len(projet.retenues), "ligne")
    pes = f"projet_pes_recette_{s}.xml : {lignes}, {montant(projet.total)}, réductions déduites."
    retours = [(sujet, reste) for sujet, _, reste in (retour.partition(" : ") for retour in projet.retours)]
    revenir = "Une fois pris en charge, ces titres reviennent à leur dispositif par le service ou le produit du PES :"
    return _document(
        contexte, s, f"recapitulatif_{s}", f"Récapitulatif des factures, {s}",
        _partie("semestre", map(_ligne, factures), pied=_sommes("Total", factures, *list(TITREES)[2:])),
        m.Section("", "Projet de PES", "", _phrases(pes if projet.octets is not None else "")),
        _partie("hors_pes", map(_ligne_pes, projet.ecartees)),
        _partie("reductions", [_ligne_pes(x) for x in projet.retenues if x.titre]),
        m.Section("", "Clés à compléter", "", [m.p(revenir), m.Liste(retours)] if retours else []),
        resume="" if factures else "Aucune facture ce semestre.",
        avis=[("À savoir", phrase) for phrase in projet.phrases],
    )  # fmt: skip


def _sommes(nom: str, factures: Sequence[Facture], *champs: str) -> m.Ligne:
    return {"nom": nom} | {c: sum((getattr(f, c) for f in factures), ZERO) for c in champs}


def _ligne(f: Facture) -> dict[str, Any]:
    quand = f" au {jour(f.titre_le)}" if f.titre_le else ""
    adherent = {"nom": contracter(f.nom), "siret": siret(f.siret), "statut": libelle(STATUTS_FACTURE, f.etat) + quand}
    return {**vars(f), **{c: getattr(f, c) for c in ("cumul", "deja_titre", "reste_a_titrer")}, **adherent}


def _est_nul(x: LigneFacture) -> bool:
    """Say whether a line asks nothing this semestre, free or of no amount; a missing tariff is no zero."""
    return x.mode == GRATUIT or (x.mode is not None and not x.montant)


def _calcul(ligne: LigneFacture) -> list[str]:
    """Say each tariff applied, with its own amount when there are several, or when rounding shows."""
    if len(ligne.tarifs) == 1:
        return [ligne.tarifs[0][0]]
    return [f"{phrase} = {montant(x)}" for phrase, x in ligne.tarifs] or ["Détail non conservé"]


def _ligne_pes(x: LignePes) -> dict[str, Any]:
    t = x.titre
    titre = t and f"{t.exercice}, bordereau {t.bordereau}, titre {t.piece}, ligne {t.ligne}, compte {t.nature}"
    return {**x.lue, "montant": x.montant, "titre": titre}


def page_etat(contexte: Contexte, s: Semestre, etat: EtatAnnuel, parametres: Parametres) -> m.Document:
    """Make the annual statement of a dispositif."""
    e, annee = etat.exercice, annee_de_notification(etat.exercice, unitaire=etat.unitaire)
    modes = ", ".join(sorted({libelle_mode(t["mode_recouvrement"]).lower() for t in etat.tarifs}))
    quoi = f"le coût unitaire que constatent les comptes de {e} est"
    if etat.unitaire:
        quoi = f"le {_prix_nomme(etat)} pour {e} était"
    notification = (
        f"{quoi} à notifier aux bénéficiaires au plus tard le "
        f"{jour(parametres.notification_cout(annee))}, date limite d'adoption du budget {annee} (article L1612-2)."
    )
    registre = [
        n | {"nom": contracter(n["nom"]), "limite": jour(n["a_notifier_avant"]), "le": jour(n["notifie_le"]) or BLANC}
        for n in etat.notifications
    ]
    return _document(
        contexte, s, f"etat_annuel_{e}_{etat.nom_de_fichier}", f"État annuel {e} : {etat.libelle}",
        _partie("tarifs", _tarifs(etat), *_formation(etat)),
        _partie("cout", _comparaison(etat), _portee(etat)),
        _beneficiaires(etat),
        _partie("notifications", registre),
        _recours(etat),
        resume=f"{_objet_de_l_etat(etat)} Recouvrement : {modes or 'sans tarif'}.",
        avis=[("Notification", notification)],
    )  # fmt: skip


def _tarifs(etat: EtatAnnuel) -> list[dict[str, str]]:
    """Give one row per price, with the semestres it served."""
    semestres: dict[tuple[str, str, str], list[str]] = {}
    for t in etat.tarifs:
        prix_dit = f"{exact(t['prix'])}{INSECABLE}%" if t["regle"] == "pourcentage" else prix(t["prix"])
        tranche = f" {dire_tranche(t)}" if t["regle"] == "par_tranche" else ""
        cle = (REGLES[t["regle"]] + tranche, t["reference"], prix_dit)
        if (semestre := f"S{t['semestre']}") not in semestres.setdefault(cle, []):
            semestres[cle].append(semestre)
    return [
        {"semestre": " et ".join(s), "regle": regle, "reference": reference, "prix": montant_unitaire}
        for (regle, reference, montant_unitaire), s in semestres.items()
    ]


def _prix_nomme(etat: EtatAnnuel) -> str:
    """Name what is billed, never as what the accounts find."""
    return "coût unitaire retenu" if etat.cout else "prix par unité voté"


def _objet_de_l_etat(etat: EtatAnnuel) -> str:
    """Cite the article that governs what the statement compares (S11b); of the others, the convention decides."""
    if not etat.opposable:
        du = f"Ce qui est dû est le {_prix_nomme(etat)}, multiplié par le nombre d'unités constatées."
        return f"{ARTICLES.get(etat.cadre_legal or '', CONVENTION)} {du}"
    if etat.unitaire:
        return (
            "État prévu par l'article D5211-16 du code général des collectivités territoriales : le remboursement est "
            "le coût unitaire de fonctionnement multiplié par le nombre d'unités constatées."
        )
    return (
        "État prévu par l'article D5211-16 du code général des collectivités territoriales, dont la base s'impose à ce "
        "dispositif. Son tarif n'est pas un coût par unité : ce qui est dû est comparé à la base."
    )


def _recours(etat: EtatAnnuel) -> m.Section:
    chiffres = ("quantite", "poids", "unites")
    precisions = {c: decimales(u[c] for u in etat.recours if u[c] is not None) for c in chiffres}
    sommes = total(etat.beneficiaires)
    semestres = sommes["unites_s1"] + sommes["unites_s2"]
    precision = decimales(b[u] for b in etat.beneficiaires for u in ("unites_s1", "unites_s2"))
    moyenne = (
        f"Chaque semestre recompte les mêmes unités : leur moyenne, {exact(sommes['unites'])}, est celle de l'année."
    )
    return _partie(
        "recours",
        [
            {"nom": contracter(u["nom"]), "semestre": f"S{u['semestre']}", "type": u["type_unite"]}
            | {c: NON_MESURE if u[c] is None else exact(u[c], precisions[c]) for c in chiffres}
            for u in etat.recours
        ],
        moyenne if semestres != sommes["unites"] else "",
        pied={"nom": "Total des semestres", "unites": exact(semestres, precision)},
    )


def _beneficiaires(etat: EtatAnnuel) -> m.Section:
    lignes, precisions = etat.beneficiaires, {u: decimales(b[u] for b in etat.beneficiaires) for u in UNITES}
    unitaire = etat.constate_unitaire

    def rangee(nom: str, x: m.Ligne) -> dict[str, str]:
        montants = {c: NON_MESURE if x[c] is None else montant(x[c]) for c in (BASE, "montant", "ecart")}
        return {"nom": nom} | {u: exact(x[u], p) for u, p in precisions.items()} | montants

    return _partie(
        "beneficiaires",
        [rangee(contracter(b["nom"]), b) for b in lignes],
        f"Le dû est celui du bilan d'étape {etat.exercice}, arrondi au centime chaque semestre, comme il est facturé.",
        pied=rangee(formats.plusieurs(len(lignes), "bénéficiaire"), total(lignes)),
        cout="coût" if unitaire is None else prix(unitaire),
    )


def _formation(etat: EtatAnnuel) -> list[str]:
    """Say how the unit cost was set: voted, or from the last accounts (R7f)."""
    c = etat.cout
    if c is None:
        return ["Le prix par unité est celui du tarif voté."] if etat.unitaire else []
    base, prevues = c["cout_d5211_base"] or ZERO, c["unites_previsionnelles"]
    actualisation = c["actualisation"] or ZERO
    # a voted unit cost wins over the one of the accounts (R7f), and is then not the quotient of these figures
    if not prevues or arrondi(base * (1 + actualisation) / prevues, 2) != c["cout_unitaire"]:
        return [f"Coût unitaire voté : {prix(c['cout_unitaire'])}."]
    calcule = (
        f"Coût de fonctionnement de {c['exercice_base']}, derniers comptes votés : {montant(base)} ; actualisation : "
        f"{pourcent(actualisation, 2)} ; unités prévues par la convention : {exact(prevues)}."
    )
    return [calcule, f"Coût unitaire retenu : {prix(c['cout_unitaire'])}."]


def _comparaison(etat: EtatAnnuel) -> list[dict[str, str]]:
    """Set the cost of the accounts beside what is billed: an information, never a true-up (D5211-16)."""
    p, c, lignes, sommes = etat.passage, etat.constate, [], total(etat.tous)
    base = "la base D5211-16" if etat.opposable else "ce coût"
    if p is not None:
        lignes += [
            ("Coût net complet", montant(p["cout_complet"])),
            (f"Charges de structure, hors de {base}", montant(-p["dont_structure"])),
            (
                "Coût net sur la base D5211-16" if etat.opposable else "Coût net, sans la structure",
                montant(p["cout_d5211"]),
            ),
        ]
    if c is not None:
        lignes += [
            ("Unités constatées de l'exercice, tous bénéficiaires", exact(c["unites"] or 0)),
            (
                "Coût constaté par unité" + (", base D5211-16" if etat.opposable else ""),
                NON_MESURE if etat.constate_unitaire is None else prix(etat.constate_unitaire),
            ),
        ]
    if p is not None and sommes[BASE] is not None:
        reste = sommes[BASE] - p["cout_d5211"]
        lignes += [
            ("Unités × coût par unité" + (f", dont arrondi {montant(reste)}" if reste else ""), montant(sommes[BASE])),
            ("Dû de l'année, tous bénéficiaires", montant(sommes["montant"])),
            ("Écart, ce qui est dû moins ce coût", montant(sommes["ecart"])),
        ]
    return [{"libelle": libelle, "valeur": valeur} for libelle, valeur in lignes]


def _portee(etat: EtatAnnuel) -> str:
    if etat.passage is None:
        return ""
    if etat.opposable:
        return "Cette base s'impose (mise à disposition, article L5211-4-1, III)."
    return "Ce coût est donné à titre indicatif : la convention fixe la méthode de calcul."
