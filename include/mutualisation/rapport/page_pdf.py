"""`bilan_etape_AAAA.pdf`: the bilan for print and archives, tagged (PDF/UA-1), from the same figures as the page.

Same bilan, same bytes: the date of the document is the last day of the exercice, the fonts are the compiler's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.composition.pdf import composer
from mutualisation.francais import formats, libelles
from mutualisation.rapport import presentation, tableaux_synthese
from mutualisation.rapport.bilan import Bilan
from mutualisation.rapport.graphiques import Barre
from mutualisation.rapport.tableaux import Tableau

GABARIT = "bilan_etape.typ"
Bloc = dict[str, Any]


def rendre(
    bilan: Bilan,
    *,
    publication_sha256: str,
    identite: str,
    statut: str = "a_approuver",
    approuve_par: str | None = None,
) -> bytes:
    """The whole PDF. Raises `ErreurMutualisation` when it cannot be composed."""
    return composer(
        GABARIT,
        _couverture(bilan, publication_sha256, identite, statut, approuve_par) | {"sections": _sections(bilan)},
        date(bilan.exercice, 12, 31),
    )


# ---------------------------------------------------------------- cover
def _couverture(
    bilan: Bilan, publication_sha256: str, identite: str, statut: str, approuve_par: str | None
) -> dict[str, Any]:
    contexte = bilan.contexte
    return {
        "titre": f"Bilan d'étape {bilan.exercice}",
        "sous_titre": "Schéma de mutualisation et de coopération : synthèse financière "
        f"{presentation.periode(bilan.exercices)}",
        "epci": contexte.epci,
        "siren": contexte.siren,
        "synthetique": contexte.est_synthetique,
        "etats": _etats(bilan, statut),
        "avis": _avis(bilan),
        "resume": presentation.resume(bilan),
        "chiffres": [{"libelle": c.libelle, "valeur": c.valeur, "note": c.note} for c in presentation.chiffres(bilan)],
        "identite": _identite(bilan, publication_sha256, identite, approuve_par),
        "version": contexte.construction.version,
        "sha256": publication_sha256,
        "mots": ["mutualisation", "intercommunalité", "coût complet", str(bilan.exercice)],
    }


def _etats(bilan: Bilan, statut: str) -> list[str]:
    etats = ["Clos" if statut == "clos" else "À approuver"]
    if bilan.avec_reserves:
        etats.append("Avec réserves")
    if bilan.contexte.est_synthetique:
        etats.append("Données synthétiques")
    return etats


def _avis(bilan: Bilan) -> list[str]:
    avis = []
    if bilan.contexte.est_synthetique:
        avis.append(
            "Données synthétiques. Ce bilan est établi sur un jeu de données construit pour la démonstration : aucune "
            "ligne ne provient d'un système réel."
        )
    if reserve := presentation.reserve(bilan):
        avis.append(f"Publié avec réserves. {reserve}")
    return avis


def _identite(bilan: Bilan, publication_sha256: str, identite: str, approuve_par: str | None) -> list[list[str]]:
    construction = bilan.contexte.construction
    return [
        ["Préparé par", f"{construction.prepare_par} (identité {_accord(identite)})"],
        ["Approuvé par", approuve_par or "pas encore approuvé"],
        ["Version", f"{construction.version}, calculée par mutualisation {construction.code_version}"],
        ["Sources", f"{formats.plusieurs(len(bilan.contexte.fichiers), 'fichier')}, dans manifeste.json"],
        ["Publication", publication_sha256],
        ["Réutilisation", "Licence Ouverte 2.0 ; fichiers CSV décrits dans datapackage.json"],
    ]


def _accord(identite: str) -> str:
    return "authentifiée" if identite == "authentifiee" else "déclarée"


# ---------------------------------------------------------------- sections
def _sections(bilan: Bilan) -> list[dict[str, Any]]:
    t = presentation.tableaux(bilan)
    sections = [
        ("Dépenses destinées aux besoins des communes", _synthese(bilan)),
        ("Coût et couverture par dispositif", [_barres(bilan)]),
        ("Synthèse par dispositif", _fiches(bilan)),
        (f"Détail de l'exercice {bilan.exercice}", _detail(bilan)),
        ("Du coût complet à la base D5211-16", _passage(bilan, t)),
        ("Recouvrement", _recouvrement(t)),
        ("Certificats d'économies d'énergie", _tables(t["cee"])),
        ("Centrale d'achat", _tables(t["cam"])),
        ("Prévision", _prevision(bilan)),
        ("Dispositifs hors de la synthèse", _tables(t["en_attente"], t["hors_perimetre"])),
        (f"Adhésions au 31 décembre {bilan.exercice}", _tables(t["membres"])),
        ("Indicateurs", _tables(t["indicateurs"])),
        ("Contrôles", _controles(bilan)),
        ("Qualité des données", _qualite(bilan, t)),
        ("Note méthodologique", _methode(bilan)),
        ("Retrouver un chiffre", _retrouver(bilan)),
    ]
    return [{"titre": titre, "blocs": blocs} for titre, blocs in sections if blocs]


def _p(texte: str) -> Bloc:
    return {"genre": "p", "texte": texte}


def _h3(texte: str) -> Bloc:
    return {"genre": "h3", "texte": texte}


def _liste(points: Sequence[tuple[str, str]]) -> Bloc:
    return {"genre": "liste", "points": [list(point) for point in points]}


def _signes(textes: Sequence[str]) -> float:
    """Width of a column of figures, in digits: separators are half as wide, a header may break between words."""
    return max(
        (sum(1 if signe.isalnum() or signe in "€%+−" else 0.5 for signe in texte) for texte in textes), default=1
    )


def _table(t: Tableau) -> Bloc:
    rangees = [[c.texte for c in rangee] for rangee in t.rangees()]
    pied = [c.texte for c in t.pied()]
    largeurs = [
        _signes([*c.titre.split(), *(ligne[i] for ligne in (*rangees, *([pied] if pied else [])))])
        for i, c in enumerate(t.colonnes)
    ]
    return {
        "genre": "tableau",
        "titre": t.titre,
        "colonnes": [
            {"titre": c.titre, "texte": c.est_texte or i == 0, "part": c.part, "signes": largeurs[i]}
            for i, c in enumerate(t.colonnes)
        ],
        "forts": [i for i, c in enumerate(t.colonnes) if c.fort],
        "lignes": rangees,
        "pied": pied,
        "note": t.note,
    }


def _tables(*tableaux: Tableau | None) -> list[Bloc]:
    return [_table(t) for t in tableaux if t is not None and t.lignes]


def _synthese(bilan: Bilan) -> list[Bloc]:
    sans = [str(e) for e in bilan.exercices if not bilan.totaux[e]["recettes_renseignees"]]
    texte = (
        "Dépenses nettes : personnel, autres dépenses de fonctionnement et amortissements, déduction faite des "
        "subventions. Les totaux sont arrondis après addition : ils peuvent différer d'un euro de la somme des "
        "montants arrondis."
    )
    if sans:
        texte += (
            " Un dispositif dont les recettes ne sont pas renseignées compte pour zéro dans le total "
            f"({', '.join(sans)})."
        )
    totaux = [presentation.barre_totale(e, bilan) for e in bilan.exercices]
    return [*_tables(tableaux_synthese.synthese(bilan)), _p(texte), _colonnes(totaux, bilan)]


def _parts(barre: Barre, maximum: Decimal) -> Bloc:
    """Lengths are ratios of the longest bar: drawing only, the figures are in the text."""
    echelle = maximum or Decimal(1)
    couvert, reste, excedent = (float(v / echelle) for v in (barre.couvert, barre.reste, barre.excedent))
    return {"libelle": barre.libelle, "couvert": couvert, "reste": reste, "excedent": excedent}


def _graphique(genre: str, titre: str, barres: Sequence[Barre], rangees: list[Bloc]) -> Bloc:
    return {
        "genre": genre,
        "titre": titre,
        "alt": f"{titre}. " + " ; ".join(b.phrase() for b in barres) + ".",
        "barres": rangees,
        "excedent": any(b.excedent for b in barres),
    }


def _colonnes(barres: Sequence[Barre], bilan: Bilan) -> Bloc:
    maximum = max((b.etendue for b in barres), default=Decimal(0))
    rangees = [
        _parts(b, maximum)
        | {
            # receipts above the cost: the top of the column is what came in, the mark is the cost
            "sommet": formats.euros(b.recettes if b.excedent else b.cout),
            "base": f"coût {formats.euros(b.cout)}" if b.excedent else formats.euros(b.recettes) if b.recettes else "",
            "solde": formats.euros(b.reste) if b.recettes and b.reste else "",
        }
        for b in barres
    ]
    return _graphique("colonnes", f"Qui finance, {presentation.periode(bilan.exercices)}", barres, rangees)


def _barres(bilan: Bilan) -> Bloc:
    barres = sorted(
        (presentation.barre(r["libelle"], r) for r in bilan.lignes_exercice()), key=lambda b: (-b.cout, b.libelle)
    )
    maximum = max((b.etendue for b in barres), default=Decimal(0))
    rangees = [
        _parts(b, maximum)
        | {
            "texte": f"{formats.euros(b.cout)} · "
            + ("recettes non renseignées" if b.recettes is None else f"{formats.pourcent(b.taux)} couverts")
        }
        for b in barres
    ]
    return _graphique(
        "barres", f"Coût net {bilan.exercice} et part couverte par les communes, par dispositif", barres, rangees
    )


def _fiches(bilan: Bilan) -> list[Bloc]:
    return [{"genre": "fiches", "fiches": [_table(tableaux_synthese.fiche(bilan, code)) for code in bilan.dispositifs]}]


def _detail(bilan: Bilan) -> list[Bloc]:
    return _tables(
        tableaux_synthese.composantes(bilan), tableaux_synthese.participation(bilan), tableaux_synthese.evolution(bilan)
    )


def _passage(bilan: Bilan, t: dict[str, Tableau | None]) -> list[Bloc]:
    blocs = _tables(tableaux_synthese.passage(bilan), t["passage_compte"], t["passage_detail"], t["cout_unitaire"])
    return [
        _p(
            "Le rapport présente un coût complet, charges de structure comprises. La base de remboursement de "
            "l'article D5211-16 du CGCT s'en tient aux charges liées au fonctionnement du service : la structure "
            "en est retirée."
        ),
        *blocs,
    ]


def _recouvrement(t: dict[str, Tableau | None]) -> list[Bloc]:
    if t["recouvrement"] is None:
        return _tables(t["factures"])
    rapproche = [] if t["ecarts_adherents"] else [_p(presentation.TOUT_TITRE)]
    return [*_tables(t["recouvrement"]), *rapproche, *_tables(t["ecarts_adherents"], t["factures"])]


def _prevision(bilan: Bilan) -> list[Bloc]:
    p = presentation.prevision(bilan)
    if not (p["couts"] or p["essais"] or p["ecart"]):
        return []
    blocs = [_p(presentation.introduction_prevision(bilan))]
    if p["couts"]:
        methodes = [(nom, texte[:1].upper() + texte[1:]) for nom, texte in p["methodes"]]
        blocs += [_h3("Scénarios"), _liste(methodes), *_tables(p["couts"], p["recettes"], p["etp"], *p["dispositifs"])]
    if p["essais"]:
        blocs += [_h3("Ce que vaut la méthode"), *([_p(p["lecture"])] if p["lecture"] else []), *_tables(*p["essais"])]
    if p["ecart"]:
        blocs += [_h3("Du prévu au constaté"), *_tables(p["ecart"], *p["ecarts"])]
    return blocs


def _controles(bilan: Bilan) -> list[Bloc]:
    comptes = " · ".join(f"{n} {_statut(s, n)}" for s, n in presentation.controles(bilan)["comptes"])
    ecarts = _tables(tableaux_synthese.ecarts_controles(bilan)) or [_p("Aucun écart.")]
    return [
        _p(
            f"Chaque montant publié a passé trois séries de contrôles : {presentation.portes(bilan)}. "
            f"Contrôles de l'exercice : {comptes}."
        ),
        *ecarts,
        *_tables(tableaux_synthese.autres_controles(bilan)),
    ]


def _statut(statut: str, nombre: int) -> str:
    pluriel = "s" if nombre > 1 else ""
    return {
        "conforme": f"conforme{pluriel}",
        "ecart": f"écart{pluriel}",
        "sans_donnee": "sans donnée à contrôler",
        "non_execute": f"non exécuté{pluriel}",
    }.get(statut, statut)


def _qualite(bilan: Bilan, t: dict[str, Tableau | None]) -> list[Bloc]:
    rejets = _tables(tableaux_synthese.rejets(bilan))
    return [
        _p("Tout ce que les sources contiennent est réparti : ce qui ne va pas à un dispositif reste visible."),
        *_tables(tableaux_synthese.repartition(bilan), t["motifs"]),
        *(rejets or [_p("Aucune ligne des fichiers livrés n'a été rejetée ni retenue.")]),
    ]


def _methode(bilan: Bilan) -> list[Bloc]:
    return [_liste(presentation.note_methodologique(bilan)), *_tables(tableaux_synthese.parametres(bilan))]


def _retrouver(bilan: Bilan) -> list[Bloc]:
    blocs = [
        _p(
            "Chaque montant remonte à ses lignes source. Dans tracabilite.csv, filtrez la colonne dispositif et la "
            "colonne mesure (le nom de la colonne dans synthese_financiere.csv) : la somme de montant est le chiffre "
            "publié, et chaque ligne nomme son fichier, l'empreinte de ce fichier et le numéro de ligne."
        )
    ]
    if bilan.exemple:
        x = bilan.exemple
        mesure = libelles.libelle(libelles.MESURES, x["mesure"]).lower()
        blocs.append(
            _p(
                f"Exemple : dans le {mesure} de « {bilan.libelle(x['dispositif'])} », {formats.euros(x['montant'], 2)} "
                f"viennent de la ligne {formats.nombre(x['ligne'])} du fichier {x['fichier']}, d'un montant de "
                f"{formats.euros(x['montant_source'], 2)}."
            )
        )
    blocs.append(
        _p(
            "Le temps de travail n'est publié que par fichier et par activité : aucune donnée d'agent ne figure dans "
            "l'entrepôt publié."
        )
    )
    return blocs
