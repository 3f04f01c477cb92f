"""Who owes what: recovery by dispositif and mode, half-yearly invoices, proceeds of the energy certificates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.rapport.bilan import Bilan, Ligne
from mutualisation.rapport.tableaux import Colonne, Tableau, additionner

ZERO = Decimal(0)
GRATUIT = "gratuit"
ECARTS_MONTRES = 20


def recouvrement(bilan: Bilan) -> Tableau:
    """Due, to be titled, titled and gap by dispositif and mode, cents; free dispositifs are named under the table."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        Colonne("Mode", part=2, largeur=30),
        Colonne("Adhérents", "entier", largeur=12),
        Colonne("Dû", "centimes", somme=True),
        Colonne("À titrer", "centimes", somme=True),
        Colonne("Titré", "centimes", somme=True),
        Colonne("Écart", "centimes", somme=True, fort=True, formule="={c4}-{c5}"),
    )
    lignes = [_ligne_recouvrement(bilan, *cle) for cle in _cles(bilan) if not _est_gratuite(bilan, *cle)]
    gratuits = [bilan.libelle(d) for d, mode in _cles(bilan) if _est_gratuite(bilan, d, mode)]
    note = (
        "À titrer : le dû du mode « titre » ; ce qui passe par l'attribution de compensation ou par une retenue ne se "
        "titre pas. Écart : à titrer moins titré ; positif, il reste à titrer. Les montants sont rangés par semestre "
        "de service : ils peuvent différer des recettes de l'exercice, qui sont les titres émis."
    )
    if gratuits:
        note += f" Sans participation financière : {', '.join(gratuits)}."
    return Tableau(
        f"Dû et titré par dispositif et par mode de recouvrement, {bilan.exercice}",
        colonnes,
        lignes,
        additionner("Total", colonnes, lignes),
        note,
    )


def _cles(bilan: Bilan) -> list[tuple[str, str | None]]:
    codes = bilan.trier({r["dispositif"] for r in bilan.recouvrement})
    modes = {(r["dispositif"], r["mode_recouvrement"]) for r in bilan.recouvrement}
    return sorted(modes, key=lambda c: (codes.index(c[0]), c[1] or ""))


def _rangees(bilan: Bilan, dispositif: str, mode: str | None) -> list[Ligne]:
    return [r for r in bilan.recouvrement if (r["dispositif"], r["mode_recouvrement"]) == (dispositif, mode)]


def _est_gratuite(bilan: Bilan, dispositif: str, mode: str | None) -> bool:
    rangees = _rangees(bilan, dispositif, mode)
    return mode == GRATUIT and not any(r["montant_du"] or r["montant_titre"] for r in rangees)


def _ligne_recouvrement(bilan: Bilan, dispositif: str, mode: str | None) -> tuple[Any, ...]:
    rangees = _rangees(bilan, dispositif, mode)
    du, titre, ecart = (_total(rangees, c) for c in ("montant_du", "montant_titre", "ecart"))
    nom_mode = libelles.libelle(libelles.MODES, mode) if mode else "sans tarif"
    adherents = len({r["siret_adherent"] for r in rangees})
    return (bilan.libelle(dispositif), nom_mode, adherents, du, titre + ecart, titre, ecart)


def _total(rangees: list[Ligne], colonne: str) -> Decimal:
    return sum((r[colonne] or ZERO for r in rangees), ZERO)


def ecarts_adherents(bilan: Bilan, limite: int | None = ECARTS_MONTRES) -> Tableau:
    """Rows of the recovery whose gap is not zero, largest first: left to title, or titled without being due."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        Colonne("Semestre", largeur=12, part=1),
        Colonne("SIRET de l'adhérent", largeur=20, part=2),
        Colonne("Dû", "centimes", somme=True),
        Colonne("Titré", "centimes", somme=True),
        Colonne("Écart", "centimes", somme=True, fort=True),
    )
    lignes = [
        (
            bilan.libelle(r["dispositif"]), f"{r['exercice']}-S{r['semestre']}", r["siret_adherent"],
            r["montant_du"], r["montant_titre"], r["ecart"],
        )
        for r in sorted(bilan.recouvrement, key=lambda r: -abs(r["ecart"] or ZERO))
        if r["ecart"]
    ]  # fmt: skip
    total = additionner("Total", colonnes, lignes)
    montrees = lignes[:limite]
    reste = len(lignes) - len(montrees)
    autres = formats.plusieurs(reste, "autre écart", "autres écarts")
    note = f"Et {autres}, dans le total : voir recouvrement.csv." if reste else ""
    return Tableau(f"Écarts entre le dû et le titré, {bilan.exercice}", colonnes, montrees, total, note)


def factures(bilan: Bilan) -> Tableau:
    """Half-yearly consolidated invoices: issued, and carried over under the threshold."""
    colonnes = (
        Colonne("Semestre", part=2, largeur=14),
        Colonne("Factures à émettre", "entier", somme=True),
        Colonne("Montant facturé", "centimes", somme=True, fort=True),
        Colonne("Factures reportées", "entier", somme=True),
        Colonne("Dû du semestre", "centimes", somme=True),
    )
    lignes = []
    for semestre in sorted({r["semestre"] for r in bilan.factures}):
        rangees = [r for r in bilan.factures if r["semestre"] == semestre]
        emises = [r for r in rangees if r["statut"] == "a_emettre"]
        lignes.append(
            (
                f"{bilan.exercice}-S{semestre}", len(emises), _total(rangees, "montant_facture"),
                len(rangees) - len(emises), _total(rangees, "montant_du"),
            )
        )  # fmt: skip
    return Tableau(
        f"Factures semestrielles, {bilan.exercice}",
        colonnes,
        lignes,
        additionner("Total", colonnes, lignes),
        "Une facture sous le seuil d'émission est reportée sur la suivante : montant facturé et dû du semestre "
        "diffèrent des reports.",
    )


def cam(bilan: Bilan) -> Tableau:
    """Purchases through the purchasing body by theme, and the gain where a reference price is stated (R9)."""
    colonnes = (
        Colonne("Thématique", part=3, largeur=40),
        Colonne("Marchés", "entier", largeur=12, somme=True),
        Colonne("Commandes", "entier", largeur=12, somme=True),
        Colonne("Achats HT", "euros", somme=True, fort=True),
        Colonne("Prix de référence HT", "euros", somme=True),
        Colonne("Gain", "euros", somme=True),
        Colonne("Gain, en %", "taux", largeur=12),
    )
    champs = ("marches", "commandes", "achats_ht", "prix_reference_ht", "gain")
    lignes = [
        (r["thematique"] or "", *(r[c] for c in champs), _gain(r["gain"], r["prix_reference_ht"])) for r in bilan.cam
    ]
    total = additionner("Total", colonnes, lignes)
    return Tableau(
        f"Achats par la centrale d'achat, {bilan.exercice}",
        colonnes,
        lignes,
        (*total[:-1], _gain(total[5], total[4])),
        "Le gain est l'écart entre le prix de référence et le montant HT, sur les seules lignes qui donnent un prix de "
        "référence ; ce n'est pas une économie constatée dans les comptes des communes.",
    )


def _gain(gain: Decimal | None, reference: Decimal | None) -> Decimal | None:
    return gain / reference if gain is not None and reference else None


CEE = (
    ("operations", "Opérations", "entier"),
    ("produit", "Produit des ventes", "euros"),
    ("part_epci", "Part de l'intercommunalité", "euros"),
    ("part_autres", "Part des autres bénéficiaires", "euros"),
    ("frais", "dont frais retenus", "euros"),
    ("reversement", "dont reversé", "euros"),
)


def cee(bilan: Bilan) -> Tableau:
    """Certificates by exercice of the sale, then the whole period as the report prints it."""
    colonnes = (
        Colonne("Exercice de la vente", part=2, largeur=24),
        *(Colonne(titre, genre, fort=nom == "produit") for nom, titre, genre in CEE),
        Colonne("Taux de frais", "taux_fin", largeur=14),
    )
    lignes = [_ligne_cee(str(e), rangees) for e, rangees in bilan.cee.items() if rangees]
    # a dépôt sold in two exercices stands whole in each of them: once in the period
    uniques = {(r["depot"], r["siren_beneficiaire"]): r for rangees in bilan.cee.values() for r in rangees}
    periode = f"{min(bilan.cee)}-{max(bilan.cee)}" if len(lignes) > 1 else ""
    total = _ligne_cee(f"Cumul {periode}", list(uniques.values())) if periode else None
    double = sum(len(rangees) for rangees in bilan.cee.values()) > len(uniques)
    note = "Ni le produit des ventes ni ce qui est reversé n'est un coût ou une recette : les frais retenus le sont."
    if double:
        note += " Un dépôt vendu sur deux exercices figure entier dans chacun, et une seule fois dans le cumul."
    titre = "Valorisation des certificats d'économies d'énergie" + (f", {periode}" if periode else "")
    return Tableau(titre, colonnes, lignes, total, note)


def _ligne_cee(nom: str, rangees: list[Ligne]) -> tuple[Any, ...]:
    sommes = {c: _total(rangees, c) for c in ("operations", "produit", "part_epci", "frais", "reversement")}
    sommes["part_autres"] = sommes["produit"] - sommes["part_epci"]
    taux = sommes["frais"] / sommes["part_autres"] if sommes["part_autres"] else None
    return (nom, *(sommes[c] for c, _, _ in CEE), taux)
