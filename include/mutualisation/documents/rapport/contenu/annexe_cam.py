"""The annex of the purchasing body lists contracts by theme, what ends within a year, its programme; none without
orders."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.contenu.conseil import schema
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import NON_RENSEIGNE
from mutualisation.socle.francais.typographie import ordre

ACHATS, MARCHES, CAM = "cam_achats", "marches_en_vigueur", "dispositif_cam"


def chemin(bilan: Bilan) -> str:
    """Return its address in the extract, without suffix; empty without purchases."""
    return f"annexe_cam_{bilan.exercice}" if bilan[ACHATS] else ""


def sections(bilan: Bilan) -> list[m.Section]:
    """Show themes, what ends within a year, the programme, each contract; none without purchases."""
    e, marches = bilan.exercice, lire(bilan)
    if not marches:
        return []
    return [
        m.Section("themes", "Les marchés par thème", "Thèmes", [par_theme(bilan, marches)]),
        m.Section("echeances", f"Ce qui se termine d'ici au 31/12/{e + 1}", "Échéances", _echeances(bilan, marches)),
        m.Section("programme", "Ce qui est prévu", "Programme", [_programme(bilan)]),
        m.Section(
            "marches", f"Chaque marché, {e}", "Marchés", [_tableau(x, t, "thematique") for t, x in marches.items()]
        ),
    ]


def documents(bilan: Bilan) -> list[m.Document]:
    """Make the annex of the exercice; none without purchases."""
    e, marches = bilan.exercice, lire(bilan)
    annexe = ouverture.document(
        bilan,
        chemin(bilan),
        f"Centrale d'achat : les marchés, {e}",
        avis=ouverture.avis_imprimes(bilan),
        resume=lire_phrase("annexe_cam.resume", n=formats.plusieurs(sum(map(len, marches.values())), "marché"), e=e),
        sections=sections(bilan),
        liens=[m.Lien(f"bilan_etape_{e}.html", f"Bilan d'étape {e}")],
    )
    return [annexe] if marches else []


def lire(bilan: Bilan) -> dict[str, list[Ligne]]:
    """Return {theme: contracts in force or bought on, who bought, for how much (R9)}; empty without purchases."""
    decrits = {r["numero_marche"]: r for r in bilan.interne(MARCHES) if bilan[ACHATS]}
    achats: dict[str, list[Ligne]] = defaultdict(list)
    for r in bilan[ACHATS]:
        achats[r["numero_marche"]].append(r)
    connus = [_marche(numero, decrits.get(numero, {}), achats[numero]) for numero in sorted({*decrits, *achats})]
    noms = sorted({r["thematique"] for r in connus}, key=ordre)
    return {nom: [r for r in connus if r["thematique"] == nom] for nom in noms}


def _marche(numero: str, decrit: Ligne, achats: Sequence[Ligne]) -> Ligne:
    # no source names a holder (K9): we say its SIRET, where it is, how large it is
    titulaire = (decrit.get(c) for c in ("siret_titulaire", "code_postal_titulaire", "taille_entreprise"))
    sirets = {r["siret_adherent"] for r in achats}
    return {
        "numero_marche": numero,
        "thematique": next((r["thematique"] for r in (decrit, *achats) if r.get("thematique")), NON_RENSEIGNE),
        "objet": decrit.get("objet") or NON_RENSEIGNE,
        "titulaire": ", ".join(formats.siret(x) for x in titulaire if x) or NON_RENSEIGNE,
        "date_fin": decrit.get("date_fin"),
        "fin": formats.jour(decrit.get("date_fin")) or NON_RENSEIGNE,
        "sirets": sirets,
        "acheteurs": len(sirets),
        **_sommes(achats),
    }


def _sommes(lignes: Sequence[Ligne]) -> Ligne:
    """Add up what is known, in €; None where nothing is: no purchase, or no reference price."""
    connus = {c: [r for r in lignes if r[c] is not None] for c in ("achats_ht", "gain")}
    return {c: somme(rangees, c) if rangees else None for c, rangees in connus.items()}


def _tableau(marches: Sequence[Ligne], titre: str, *sans: str) -> m.Tableau:
    total = None if "gain" in sans else _sommes(marches)
    return lire_tableau("annexe_cam.marches", marches, total=total, sans=sans, titre=titre)


def par_theme(bilan: Bilan, marches: dict[str, list[Ligne]]) -> m.Tableau:
    """Make a row a theme, in the order of names; a buyer of two themes counts once in the total."""

    def compter(marches_du_theme: Sequence[Ligne]) -> Ligne:
        acheteurs, fins = set().union(*(r["sirets"] for r in marches_du_theme)), _finissent(bilan, marches_du_theme)
        return {
            "marches": len(marches_du_theme),
            "acheteurs": len(acheteurs),
            "finissent": len(fins),
            **_sommes(marches_du_theme),
        }

    lignes = [{"thematique": nom} | compter(marches_du_theme) for nom, marches_du_theme in marches.items()]
    total = compter([r for marches_du_theme in marches.values() for r in marches_du_theme])
    return lire_tableau("annexe_cam.themes", lignes, total=total, e=bilan.exercice, apres=bilan.exercice + 1)


def _finissent(bilan: Bilan, marches: Sequence[Ligne]) -> list[Ligne]:
    """Return the contracts that end within a year of 31 December of the exercice, the soonest first."""
    de, a = (date(e, 12, 31) for e in (bilan.exercice, bilan.exercice + 1))
    dans = (r for r in marches if r["date_fin"] and de <= r["date_fin"] <= a)
    return sorted(dans, key=lambda r: (r["date_fin"], r["numero_marche"]))


def _echeances(bilan: Bilan, marches: dict[str, list[Ligne]]) -> list[m.Bloc]:
    tous = [r for marches_du_theme in marches.values() for r in marches_du_theme]
    sans = sum(r["date_fin"] is None for r in tous)
    sans_fin = [m.p(f"{formats.plusieurs(sans, 'marché')} sans date de fin renseignée.")] if sans else []
    return [_tableau(_finissent(bilan, tous), "La fin la plus proche d'abord", "titulaire", "gain"), *sans_fin]


def _programme(bilan: Bilan) -> m.Tableau:
    """Show the actions of the purchasing body (R16), by the parameter in force on 31 December (R1h)."""
    en_vigueur = bilan.contexte.parametres_au(date(bilan.exercice, 12, 31))
    code = en_vigueur.get(CAM, vocabulaire().parametres[CAM].defaut)
    return schema.tableau(bilan, [r for r in bilan[schema.ACTIONS] if r["dispositif"] == code], sans=("service",))
