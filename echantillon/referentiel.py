"""`referentiel/`: the dated rows that carry keys, tariffs, parameters, members."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from echantillon.faits import EXERCICES, axes, jour, jour_du, lire, services
from echantillon.grand_livre import BUDGET
from echantillon.pes import COLLECTIVITE, POSTE
from echantillon.tables import Cellule, Fichier, Pourcentage, Table
from echantillon.territoire import adherents, adhesions, communes, populations
from echantillon.titres import NATURES

DEBUT_CLES = date(2015, 1, 1)
# the report was sent to the communes that day; to a few, in order of INSEE, later, and to the last not yet
TRANSMISSION, ENVOI_TARDIF = date(2022, 9, 12), date(2022, 10, 3)
# (which is against, or has reserves, in order of INSEE): what it said
AVIS_CONTRAIRES = {57: "Le coût de la protection des données est porté par toutes les communes, adhérentes ou non.",
                   45: "Le tarif futur de la vidéoprotection n'est pas connu."}  # fmt: skip
RESERVES = {5: "Que le conseil en énergie, ouvert à de plus grandes communes, garde leur conseiller aux petites.",
            36: "Que le tarif de la protection des données soit connu avant le vote du budget.",
            66: "Que les délais d'instruction figurent chaque année au bilan d'étape."}  # fmt: skip
# Neuville-en-Ferrain voted after the three months, unanimously (its deliberation of 15/12/2022)
VOTES = {"59426": date(2022, 12, 15)}
PARAMETRES = (
    ("methode_etp", "R", "Note méthodologique : temps répartis sur les heures saisies"),
    ("heures_reference", "1607", "Durée légale annuelle"),
    ("base_jours", "reel", "M57 : prorata temporis au jour réel"),
    ("structure_personnel", "non", "Note méthodologique"),
    ("seuil_titre", "15,00", "CGCT D1611-1"),
    ("dispositif_cam", "CAM", "Délib. 18 C 0787"),
    # use of a purchasing body is what is bought: a member that orders nothing costs it nothing
    ("cle_usage:CAM", "achats", "Illustration : l'usage d'une centrale est ce qu'on y achète"),
    ("jeu_de_donnees", "synthetique", "Jeu de référence synthétique : aucune donnée réelle"),
    ("horizon_prevision", "2026", "Rapport transmis le 12/09/2022 : méthode prévisionnelle 2022-2026"),
    ("pes_poste", POSTE, "Poste comptable, illustration"),
    ("pes_collectivite", COLLECTIVITE, "Code collectivité, illustration"),
    ("pes_budget", BUDGET, "Code du budget principal, illustration"),
    *((f"compte_recette:{d}", compte, "Compte des titres déjà émis") for d, compte in NATURES.items()),
    ("grand_livre_complet", "oui", "Le grand livre du jeu synthétique est tout le budget"),
)


def fichiers() -> list[Fichier]:
    """The files of `referentiel/`: no `roles_comptes`, the shipped roles are enough."""
    tables = {
        "dispositifs": _dispositifs(),
        "adherents": _adherents(),
        "adhesions": _adhesions(),
        "populations": _populations(),
        "cles_analytiques": _cles(),
        "tarifs": _tarifs(),
        "ponderations": _ponderations(),
        "parametres": _parametres(),
        "justifications": _justifications(),
        "correspondances": _correspondances(),
        "textes": _textes(),
        "actions": _actions(),
        "avis": _avis(),
        "hypotheses": _hypotheses(),
    }
    return [Fichier("referentiel", jeu, "", table) for jeu, table in tables.items()]


def _dispositifs() -> Table:
    entetes = ("Code", "Libellé", "Thématique", "Véhicule juridique", "Cadre légal", "Valorisation",
               "Nature unités", "Population min", "Population max", "Début", "Fin")  # fmt: skip
    return Table(entetes, [
        [r["code"], r["libelle"], r["thematique"], r["vehicule_juridique"], r["cadre_legal"],
         r["valorisation"], r["nature_unites"] or None, None, r["population_max"] or None, jour_du(r["debut"]),
         jour(r["fin"])]
        for r in lire("dispositifs")
    ])  # fmt: skip


def _adherents() -> Table:
    """A few communes have given where their office receives what is delivered to them."""
    entetes = ("SIRET", "SIREN", "Type", "Nom", "Code INSEE", "Adresse", "Code postal", "Ville", "Courriel", "Début",
               "Fin")  # fmt: skip
    courriels = {
        nom: f"mairie@{nom.lower()}.example" for nom in ("Bondues", "Croix", "Lille", "Ronchin", "Wambrechies")
    }
    return Table(entetes, [
        [a.siret, a.siren, a.type, a.nom, a.insee or None, a.adresse, a.code_postal, a.ville, courriels.get(a.nom),
         a.debut, a.fin]
        for a in adherents().values()
    ])  # fmt: skip


def _adhesions() -> Table:
    entetes = ("Dispositif", "SIRET adhérent", "Convention", "Échéance", "Début", "Fin")
    fins = {r["code"]: jour(r["convention_jusqu_au"]) for r in lire("dispositifs")}
    # the convention of those who join later is not written yet
    echeances = (fin if (fin := fins[a.dispositif]) and a.debut < fin else None for a in adhesions())
    return Table(entetes, [
        [a.dispositif, a.adherent.siret, f"{a.dispositif}-{a.debut.year}-{rang:03d}", echeance, a.debut, a.fin]
        for rang, (a, echeance) in enumerate(zip(adhesions(), echeances, strict=True), start=1)
    ])  # fmt: skip


def _populations() -> Table:
    """The column `Observation` is beyond the contract: noted and ignored by the pipeline, read by people."""
    reprise = "Valeur 2021 reprise : total non disponible pour cette année"
    lignes: list[list[Cellule]] = [
        [annee, insee, population, reprise if annee < 2021 else f"Population totale, COG {annee}"]
        for (annee, insee), population in sorted(populations().items())
    ]
    return Table(("Année", "Code INSEE", "Population totale", "Observation"), lignes)


def _cles() -> Table:
    entetes = ("Origine", "Code", "Dispositif", "Part communes %", "Début", "Fin", "Référence")
    lignes: list[list[Cellule]] = [
        ["activite", r["code"], r["dispositif"], Pourcentage(Decimal(r["part"])), jour_du(r["debut"]), jour(r["fin"]),
         r["libelle"]]
        for r in lire("activites")
    ]  # fmt: skip
    lignes += [
        ["axe", a.code, a.dispositif, Pourcentage(a.part), DEBUT_CLES, None, f"Plan analytique, {a.usage}"]
        for a in axes()
    ]
    entiere = Pourcentage(Decimal(100))
    for dispositif, service in services().items():
        for origine, code in (("service", service.code), ("produit", service.produit)):
            lignes.append([origine, code, dispositif, entiere, DEBUT_CLES, None, "Service et produit dédiés"])
    return Table(entetes, lignes)


def _correspondances() -> Table:
    """How the HR tool used until 2019 names its columns: it has no validation."""
    return Table(("Jeu", "Colonne", "Lu", "Vaut"), [
        [r["jeu"], r["colonne"], r["lu"] or None, r["vaut"] or None] for r in lire("correspondances")
    ])  # fmt: skip


def _nombre(texte: str) -> Decimal | None:
    return Decimal(texte) if texte else None


def _tarifs() -> Table:
    entetes = ("Dispositif", "Règle", "Tranche min", "Tranche max", "Montant", "Base", "Mode recouvrement",
               "Début", "Fin", "Référence")  # fmt: skip
    return Table(entetes, [
        [r["dispositif"], r["regle"], _nombre(r["tranche_min"]), _nombre(r["tranche_max"]), _nombre(r["montant"]),
         r["base"], r["mode_recouvrement"], jour_du(r["debut"]), jour(r["fin"]), r["reference"]]
        for r in lire("tarifs")
    ])  # fmt: skip


def _ponderations() -> Table:
    entetes = ("Dispositif", "Type unité", "Poids", "Début", "Fin", "Référence")
    return Table(entetes, [
        [r["dispositif"], r["type_unite"], Decimal(r["poids"]), jour_du(r["debut"]), jour(r["fin"]), r["reference"]]
        for r in lire("ponderations")
    ])  # fmt: skip


def _parametres() -> Table:
    entetes = ("Paramètre", "Valeur", "Début", "Fin", "Référence")
    lignes: list[list[Cellule]] = [[nom, valeur, date(2018, 1, 1), None, ref] for nom, valeur, ref in PARAMETRES]
    # the accounts of 2021 are those that the report of 2022 states
    rapport = "Rapport sur la mutualisation avec le schéma 2022-2026, transmis le 12/09/2022"
    lignes += [
        ["rapport_mutualisation", "2022-2026", date(2021, 1, 1), None, rapport],
        ["rapport_arrete_au", TRANSMISSION, date(2021, 1, 1), None, rapport],
        ["ordre_thematiques", ";".join(dict.fromkeys(r["thematique"] for r in lire("dispositifs"))), date(2021, 1, 1),
         None, "Ordre du rapport"],
    ]  # fmt: skip
    return Table(entetes, lignes)


def _justifications() -> Table:
    """The gaps the drop leaves on purpose: time entries that nobody validated, a number declared for a later year."""
    entetes = ("Exercice", "Contrôle", "Clé", "Justification", "Auteur", "Date")
    heures = "Saisies de novembre 2021 jamais validées : retenues, sans effet sur les ETP"
    communes_ = (
        "Le rapport transmis le 12/09/2022 compte les communes de la convention qui commence le 1er janvier 2023"
    )
    sans_prix = "Le rapport transmis le 12/09/2022 ne donne pas le prix de ce service : aucun tarif n'est inventé"
    auteur, le = "Direction de la mutualisation", TRANSMISSION
    return Table(entetes, [
        *([annee, "sans_tarif", None, sans_prix, auteur, le] for annee in EXERCICES),
        [2021, "a_affecter", None, heures, "Direction des ressources humaines", date(2022, 2, 15)],
        [2021, "communes_declarees", "NON_DECENCE", communes_, "Direction de l'habitat", TRANSMISSION],
    ])  # fmt: skip


def _textes() -> Table:
    """What the bilan says in words, with its author."""
    return Table(("Dispositif", "Rubrique", "Texte", "Auteur", "Début", "Fin"), [
        [r["dispositif"] or None, r["rubrique"], r["texte"], r["auteur"], jour_du(r["debut"]), jour(r["fin"])]
        for r in lire("textes")
    ])  # fmt: skip


def _actions() -> Table:
    """What is to be done, a row for each status that an action had."""
    return Table(("Code", "Dispositif", "Thématique", "Action", "Horizon", "Responsable", "Échéance", "Statut", "Début",
                  "Fin"), [
        [r["code"], r["dispositif"] or None, r["thematique"] or None, r["action"], r["horizon"], r["responsable"],
         jour(r["echeance"]), r["statut"], jour_du(r["debut"]), jour(r["fin"])]
        for r in lire("actions")
    ])  # fmt: skip


def _avis() -> Table:
    """Opinions of the communes on the report of 2022: on time, late, awaited or none; with reserves, against."""
    lignes: list[list[Cellule]] = []
    for rang, insee in enumerate(sorted(communes())[:-1]):
        transmis = ENVOI_TARDIF if rang % 24 == 11 else TRANSMISSION
        jour_ = transmis + timedelta(days=28 + 7 * rang % 60)
        if rang % 19 == 7:
            # the day after the three months, and the next ones
            jour_ = date(2022, 12, 13) + timedelta(days=rang // 19 % 3)
        jour_ = VOTES.get(insee) or jour_ - timedelta(days=max(0, jour_.weekday() - 4))
        sens = "défavorable" if rang in AVIS_CONTRAIRES else "réservé" if rang in RESERVES else "favorable"
        reference = "délibération à l'unanimité" if insee in VOTES else f"délibération n° {rang + 1}"
        dit = (jour_, sens, reference, (AVIS_CONTRAIRES | RESERVES).get(rang))
        rendu = insee in VOTES or rang in AVIS_CONTRAIRES or (rang % 4 != 3 and transmis == TRANSMISSION)
        lignes.append([2021, insee, transmis, *(dit if rendu else (None,) * len(dit))])
    return Table(("Exercice", "Code INSEE", "Transmission", "Délibération", "Sens", "Référence", "Motifs"), lignes)


def _hypotheses() -> Table:
    """What the report announces for the mandate, with its page; an amount that it does not give says it is ours."""
    entetes = ("Scénario", "Dispositif", "Mesure", "Catégorie", "Valeur", "Effet", "Durée", "Début", "Fin",
               "Référence")  # fmt: skip
    return Table(entetes, [
        [r["scenario"], r["dispositif"] or None, r["mesure"], r["categorie"] or None, _nombre(r["valeur"]),
         r["effet"] or None, _nombre(r["duree"]), jour_du(r["debut"]), jour(r["fin"]), r["reference"]]
        for r in lire("hypotheses")
    ])  # fmt: skip
