"""`bilan_etape_AAAA.xlsx`: typed cells, French formats, totals as formulas checked against the warehouse's own totals.

Same bilan, same bytes: the creation date is fixed by the exercice, nothing reads the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.rapport import tableaux_perimetre, tableaux_prevision, tableaux_recettes
from mutualisation.rapport.bilan import TOTAL, Bilan, Ligne, somme
from mutualisation.rapport.feuilles import FILET, LIGNE_ENTETE, MARQUE, Champ, Classeur, neutraliser
from mutualisation.rapport.tableaux import Tableau


def ecrire_classeur(bilan: Bilan, chemin: Path) -> None:
    """Write the workbook of a bilan; the same bilan gives the same bytes."""
    classeur = Classeur(chemin, bilan)
    for ecrire in (
        _lisez_moi,
        _synthese,
        _detail,
        _reste_a_charge,
        _passage,
        _passage_detail,
        _cout_unitaire,
        _recouvrement,
        _ecarts_adherents,
        _cee,
        _cam,
        _prevision,
        _essai,
        _ecart,
        _valorisation,
        _indicateurs,
        _controles,
        _repartition,
        _rejets,
        _adhesions,
        _parametres,
    ):
        ecrire(classeur)
    classeur.livre.close()


# ---------------------------------------------------------------- sheets
def _lisez_moi(classeur: Classeur) -> None:
    bilan = classeur.bilan
    feuille = classeur.feuille("Lisez-moi", f"Bilan d'étape {bilan.exercice}")
    feuille.set_column(0, 0, 26)
    feuille.set_column(1, 1, 96)
    for rang, (intitule, texte) in enumerate(_notice(bilan), start=3):
        lien = _lien(bilan, intitule)
        if lien:
            feuille.write_url(rang, 0, lien, classeur.format("texte", "lien"), intitule)
        else:
            feuille.write_string(rang, 0, intitule, classeur.format("texte", "libelle"))
        feuille.write_string(rang, 1, neutraliser(texte), classeur.format("texte", "paragraphe"))


def _lien(bilan: Bilan, intitule: str) -> str:
    """Address of the sheet a line of the notice speaks about."""
    feuille = f"Détail {bilan.exercice}" if intitule == "Détail" else intitule
    connues = {
        "Synthèse",
        f"Détail {bilan.exercice}",
        "Reste à charge",
        "Passage D5211-16",
        "Passage par compte",
        "Coût unitaire",
        "Recouvrement",
        "Écarts par adhérent",
        "CEE",
        "CAM",
        "Prévision",
        "Essai de la prévision",
        "Écart à la prévision",
        "États de valorisation",
        "Indicateurs",
        "Contrôles",
        "Répartition",
        "Rejets",
        "Adhésions",
        "Paramètres",
    }
    return f"internal:'{feuille}'!A1" if feuille in connues else ""


def _notice(bilan: Bilan) -> list[tuple[str, str]]:
    construction = bilan.contexte.construction
    lignes = [
        ("Objet", "Coût des dispositifs de mutualisation destiné aux besoins des communes, et leur participation."),
        ("Exercices", ", ".join(map(str, bilan.exercices))),
        ("Synthèse", "ETP, coût net et recettes des exercices présentés, comme dans l'annexe du rapport."),
        ("Détail", f"Composantes du coût net de {bilan.exercice}."),
        ("Reste à charge", "Recettes des communes, reste à charge et taux de couverture."),
        ("Passage D5211-16", "Du coût complet à la base de remboursement de l'article D5211-16 du CGCT."),
        ("Passage par compte", "Chaque montant que la base D5211-16 écarte : dispositif, compte, motif."),
        ("Coût unitaire", "Coût d'une unité de service, en coût complet et sur la base D5211-16."),
        ("Recouvrement", "Dû, à titrer, titré et écart, par dispositif et par mode de recouvrement."),
        ("Écarts par adhérent", "Ce qui reste à titrer, ou qui est titré sans être dû, adhérent par adhérent."),
        ("CEE", "Produit des certificats d'économies d'énergie, frais retenus, part reversée, cumul de la période."),
        ("CAM", "Achats par la centrale d'achat, par thématique, et gain sur prix de référence."),
        ("Prévision", f"Prévision à partir de {bilan.exercice}, par scénario ; elle n'entre dans aucun total."),
        ("Essai de la prévision", "Ce que la méthode aurait dit des exercices connus, et son erreur."),
        ("Écart à la prévision", "Du prévu au constaté : volume, mix, prix, au centime."),
        (
            "États de valorisation",
            "Dispositifs valorisés, en attente, hors périmètre : ce qui est mesuré, ce qui manque.",
        ),
        ("Indicateurs", "Indicateurs clés du rapport."),
        ("Contrôles", "Résultat de chaque contrôle et justification des écarts."),
        ("Répartition", "Ce que contenaient les sources, et où chaque montant est allé."),
        ("Rejets", "Lignes écartées, comptées par fichier et par motif ; le détail est dans rejets.csv."),
        ("Adhésions", "Périodes d'adhésion qui touchent l'exercice."),
        ("Paramètres", "Paramètres de la méthode en vigueur dans l'exercice."),
        (
            "Totaux",
            "Les totaux sont des formules. La ligne « Total publié par l'entrepôt » donne la ligne TOTAL ou "
            "une autre relation publiée, et la ligne « Contrôle » compare les deux.",
        ),
        ("Non renseigné", "« non renseigné » n'est pas zéro : aucune recette n'a été rattachée au dispositif."),
        (
            "Version",
            f"{construction.version}, préparée par {construction.prepare_par}, logiciel {construction.code_version}",
        ),
        ("Licence", "Licence Ouverte 2.0"),
    ]
    if bilan.contexte.est_synthetique:
        lignes.insert(0, ("DONNÉES SYNTHÉTIQUES", "Jeu de démonstration : aucune ligne ne provient d'un système réel."))
    if bilan.avec_reserves:
        lignes.insert(
            0, ("AVEC RÉSERVES", "Des lignes ont été écartées ou un écart n'est pas justifié : voir Contrôles.")
        )
    return lignes


def _synthese(classeur: Classeur) -> None:
    bilan = classeur.bilan
    champs = [Champ("libelle", "Dispositif", largeur=48)]
    for mesure, titre, genre in (
        ("etp", "ETP", "etp"),
        ("cout_net", "Coût net", "euros"),
        ("recettes", "Recettes des communes", "euros"),
    ):
        champs += [
            Champ(f"{mesure}_{e}", f"{titre} {e}", genre, 10 if genre == "etp" else 16, totalise=True)
            for e in bilan.exercices
        ]
    lignes = [
        {"libelle": bilan.libelle(code)}
        | {
            f"{m}_{e}": bilan.synthese[e][code][m]
            for m in ("etp", "cout_net", "recettes")
            for e in bilan.exercices
            if code in bilan.synthese[e]
        }
        for code in bilan.dispositifs
    ]
    publie = {f"{m}_{e}": bilan.totaux[e][m] for m in ("etp", "cout_net", "recettes") for e in bilan.exercices}
    feuille = classeur.feuille("Synthèse", "Synthèse des dépenses destinées aux besoins des communes", champs)
    classeur.tableau(feuille, champs, lignes)
    classeur.totaux(feuille, champs, len(lignes), publie)


def _detail(classeur: Classeur) -> None:
    bilan = classeur.bilan
    champs = [
        Champ("libelle", "Dispositif", largeur=48),
        Champ("etp", "ETP", "etp", 10, totalise=True),
        *(
            Champ(m, libelles.MESURES[m], "euros", 18, totalise=True)
            for m in ("cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises")
        ),
        Champ(
            "cout_net",
            "Coût net",
            "euros",
            18,
            totalise=True,
            formule="={cout_personnel}+{cout_fonctionnement}+{amortissements}-{subventions}-{reprises}",
        ),
    ]
    feuille = classeur.feuille(f"Détail {bilan.exercice}", f"Composantes du coût net, {bilan.exercice}", champs)
    lignes = bilan.lignes_exercice()
    classeur.tableau(feuille, champs, lignes)
    classeur.totaux(feuille, champs, len(lignes), bilan.total)


def _reste_a_charge(classeur: Classeur) -> None:
    bilan = classeur.bilan
    # N() reads « non renseigné » as 0, as R6 does in totals
    colonnes_ac = (
        Champ("recettes_ac", "Imputé sur l'AC", "euros", 18, totalise=True),
        Champ(
            "reste_a_charge_apres_ac",
            "Reste à charge après AC",
            "euros",
            18,
            "={reste_a_charge}-N({recettes_ac})",
            totalise=True,
        ),
    )
    champs = [
        Champ("libelle", "Dispositif", largeur=48),
        Champ("cout_net", "Coût net", "euros", 18, totalise=True),
        Champ("recettes", "Recettes des communes", "euros", 18, totalise=True),
        Champ("reste_a_charge", "Reste à charge", "euros", 18, "={cout_net}-N({recettes})", totalise=True),
        *(colonnes_ac if any(r["recettes_ac"] is not None for r in bilan.lignes_exercice()) else ()),
        Champ("taux_couverture", "Taux de couverture", "taux", 14, "=IF({cout_net}=0,0,N({recettes})/{cout_net})"),
    ]
    feuille = classeur.feuille(
        "Reste à charge", f"Participation des communes et reste à charge, {bilan.exercice}", champs
    )
    lignes = bilan.lignes_exercice()
    classeur.tableau(feuille, champs, lignes)
    classeur.totaux(feuille, champs, len(lignes), bilan.total)
    if lignes:
        feuille.fit_to_pages(1, 1)
        _graphique(classeur, feuille, len(lignes))


def _graphique(classeur: Classeur, feuille: Any, nombre: int) -> None:
    """A native chart of the cells above it: net cost and receipts of each dispositif."""
    exercice, debut, fin = classeur.bilan.exercice, LIGNE_ENTETE + 1, LIGNE_ENTETE + nombre
    graphique = classeur.livre.add_chart({"type": "bar"})
    for colonne, couleur in ((1, "#C26A3D"), (2, "#1F6286")):
        graphique.add_series(
            {
                "name": [feuille.get_name(), LIGNE_ENTETE, colonne],
                "categories": [feuille.get_name(), debut, 0, fin, 0],
                "values": [feuille.get_name(), debut, colonne, fin, colonne],
                "fill": {"color": couleur},
                "gap": 60,
            }
        )
    titre = f"Coût net et recettes des communes par dispositif, {exercice}"
    graphique.set_title({"name": titre, "name_font": {"size": 13, "color": MARQUE}})
    graphique.set_x_axis(
        {"num_format": '[$-40C]#,##0\\ "€"', "major_gridlines": {"visible": True, "line": {"color": FILET}}}
    )
    graphique.set_y_axis({"reverse": True})
    graphique.set_legend({"position": "bottom"})
    graphique.set_size({"width": 1040, "height": 120 + 46 * nombre})
    feuille.insert_chart(fin + 6, 0, graphique, {"description": f"{titre} ; les valeurs sont dans le tableau."})


def _passage(classeur: Classeur) -> None:
    bilan = classeur.bilan
    champs = [
        Champ("libelle", "Dispositif", largeur=48),
        Champ("cout_complet", "Coût complet", "euros", 18, totalise=True),
        Champ("dont_structure", "dont structure", "euros", 18, totalise=True),
        Champ("cout_d5211", "Base D5211-16", "euros", 18, "={cout_complet}-{dont_structure}", totalise=True),
        Champ("base_opposable", "Base opposable", largeur=16),
    ]
    rangees = [r | {"libelle": bilan.libelle(r["dispositif"])} for r in bilan.passage if r["dispositif"] != TOTAL]
    ordre = {code: i for i, code in enumerate(bilan.dispositifs)}
    rangees.sort(key=lambda r: ordre.get(r["dispositif"], len(ordre)))
    # each total against another relation: the synthesis, the detail by account, the unit costs
    publie = {
        "cout_complet": bilan.total["cout_net"],
        "dont_structure": somme(bilan.passage_detail, "montant") if bilan.passage_detail else None,
        "cout_d5211": somme(bilan.cout_unitaire, "cout_d5211") if bilan.cout_unitaire else None,
    }
    publie |= {c: somme(rangees, c) for c, valeur in publie.items() if valeur is None}
    feuille = classeur.feuille("Passage D5211-16", f"Du coût complet à la base D5211-16, {bilan.exercice}", champs)
    classeur.tableau(feuille, champs, rangees)
    classeur.totaux(feuille, champs, len(rangees), publie)


def _passage_detail(classeur: Classeur) -> None:
    _afficher(classeur, "Passage par compte", tableaux_perimetre.passage_detaille(classeur.bilan, motifs=True))


def _cout_unitaire(classeur: Classeur) -> None:
    _afficher(classeur, "Coût unitaire", tableaux_perimetre.cout_unitaire(classeur.bilan))


def _recouvrement(classeur: Classeur) -> None:
    _afficher(classeur, "Recouvrement", tableaux_recettes.recouvrement(classeur.bilan))


def _ecarts_adherents(classeur: Classeur) -> None:
    tableau = tableaux_recettes.ecarts_adherents(classeur.bilan, limite=None)
    _afficher(classeur, "Écarts par adhérent", tableau, filtre=True)


def _cee(classeur: Classeur) -> None:
    _afficher(classeur, "CEE", tableaux_recettes.cee(classeur.bilan))


def _cam(classeur: Classeur) -> None:
    _afficher(classeur, "CAM", tableaux_recettes.cam(classeur.bilan))


def _prevision(classeur: Classeur) -> None:
    _afficher(classeur, "Prévision", tableaux_prevision.prevu_complet(classeur.bilan), filtre=True)


def _essai(classeur: Classeur) -> None:
    _afficher(classeur, "Essai de la prévision", tableaux_prevision.essai_complet(classeur.bilan), filtre=True)


def _ecart(classeur: Classeur) -> None:
    _afficher(classeur, "Écart à la prévision", tableaux_prevision.ecart_complet(classeur.bilan), filtre=True)


def _valorisation(classeur: Classeur) -> None:
    _afficher(classeur, "États de valorisation", tableaux_perimetre.etats(classeur.bilan), filtre=True)


def _indicateurs(classeur: Classeur) -> None:
    _afficher(classeur, "Indicateurs", tableaux_perimetre.indicateurs(classeur.bilan))


def _afficher(classeur: Classeur, nom: str, t: Tableau, *, filtre: bool = False) -> None:
    """A shared table as a sheet: typed cells, live formulas, its total, its note below."""
    champs = [Champ(f"c{i}", c.titre, c.genre, c.largeur, c.formule, c.somme) for i, c in enumerate(t.colonnes)]
    lignes = [{f"c{i}": valeur for i, valeur in enumerate(ligne)} for ligne in t.lignes]
    feuille = classeur.feuille(nom, t.titre, champs)
    suite = classeur.tableau(feuille, champs, lignes)
    if lignes and t.total is not None:
        classeur.total(feuille, champs, len(lignes), {f"c{i}": v for i, v in enumerate(t.total)})
        suite += 1
    if t.note:
        classeur.note(feuille, suite + 1, champs, t.note)
    if lignes and filtre:
        feuille.autofilter(LIGNE_ENTETE, 0, LIGNE_ENTETE + len(lignes), len(champs) - 1)


def _liste(classeur: Classeur, nom: str, titre: str, champs: Sequence[Champ], lignes: Sequence[Ligne]) -> None:
    """A plain list with an autofilter."""
    feuille = classeur.feuille(nom, titre, champs)
    classeur.tableau(feuille, champs, lignes)
    if lignes:
        feuille.autofilter(LIGNE_ENTETE, 0, LIGNE_ENTETE + len(lignes), len(champs) - 1)


def _controles(classeur: Classeur) -> None:
    champs = [
        Champ("libelle", "Contrôle", largeur=46),
        Champ("controle", "Nom", largeur=26),
        Champ("cle", "Clé", largeur=26),
        Champ("statut", "Résultat", largeur=14),
        Champ("bloquant", "Bloquant", largeur=10),
        Champ("valeur_attendue", "Attendu", "nombre", 24),
        Champ("valeur_constatee", "Constaté", "nombre", 24),
        Champ("seuil", "Seuil", "nombre", 10),
        Champ("justification", "Justification", largeur=48),
    ]
    lignes = [
        c
        | {v: _nombre(c[v]) for v in ("valeur_attendue", "valeur_constatee", "seuil")}
        | {
            "libelle": libelles.libelle_controle(c["controle"]),
            "statut": libelles.libelle(libelles.STATUTS, c["statut"]),
        }
        for c in classeur.bilan.controles
    ]
    _liste(classeur, "Contrôles", f"Contrôles, {classeur.bilan.exercice}", champs, lignes)


def _repartition(classeur: Classeur) -> None:
    champs = [
        Champ("source", "Source", largeur=28),
        Champ("destination", "Destination", largeur=44),
        Champ("motif", "Motif", largeur=32),
        Champ("unite", "Unité", largeur=8),
        Champ("lignes", "Lignes", "entier", 12),
        Champ("montant", "Montant", "nombre", 20),
    ]
    lignes = [
        r
        | {
            "source": libelles.libelle(libelles.SOURCES, r["source"]),
            "destination": libelles.DESTINATIONS.get(r["destination"]) or classeur.bilan.libelle(r["destination"]),
            "motif": libelles.libelle_motif(r["motif"]),
            "unite": libelles.UNITES.get(r["unite"], r["unite"]),
        }
        for r in classeur.bilan.repartition
    ]
    _liste(classeur, "Répartition", f"Où vont les sources, {classeur.bilan.exercice}", champs, lignes)


def _rejets(classeur: Classeur) -> None:
    champs = [
        Champ("fichier", "Fichier", largeur=44),
        Champ("statut", "Issue", largeur=14),
        Champ("motif", "Motif", largeur=80),
        Champ("lignes", "Lignes", "entier", 10),
    ]
    lignes = [r | {"statut": libelles.libelle(libelles.STATUTS, r["statut"])} for r in classeur.bilan.rejets]
    _liste(classeur, "Rejets", f"Lignes écartées par fichier et par motif, {classeur.bilan.exercice}", champs, lignes)


def _adhesions(classeur: Classeur) -> None:
    champs = [
        Champ("libelle", "Dispositif", largeur=48),
        Champ("siret_adherent", "SIRET de l'adhérent", largeur=20),
        Champ("type_adherent", "Type", largeur=12),
        Champ("code_insee", "Code INSEE", largeur=12),
        Champ("debut", "Début", "date", 12),
        Champ("fin", "Fin", "date", 12),
    ]
    lignes = [a | {"libelle": classeur.bilan.libelle(a["dispositif"])} for a in classeur.bilan.adhesions]
    _liste(classeur, "Adhésions", f"Adhésions de l'exercice {classeur.bilan.exercice}", champs, lignes)


def _parametres(classeur: Classeur) -> None:
    champs = [
        Champ("libelle", "Paramètre", largeur=52),
        Champ("parametre", "Nom", largeur=32),
        Champ("valeur", "Valeur", largeur=16),
        Champ("debut", "Depuis", "date", 12),
        Champ("fin", "Jusqu'à", "date", 12),
        Champ("reference", "Référence", largeur=48),
    ]
    lignes = [
        p | {"libelle": libelles.libelle_parametre(p["parametre"]), "debut": _jour(p["debut"]), "fin": _jour(p["fin"])}
        for p in classeur.bilan.contexte.parametres
    ]
    _liste(classeur, "Paramètres", f"Paramètres en vigueur en {classeur.bilan.exercice}", champs, lignes)


def _nombre(valeur: Any) -> Any:
    """A value of a control is text: a number when it reads as one, else the sentence."""
    try:
        return valeur if valeur is None else Decimal(str(valeur))
    except InvalidOperation:
        return formats.constat(valeur)


def _jour(valeur: str | None) -> date | None:
    return date.fromisoformat(valeur) if valeur else None
