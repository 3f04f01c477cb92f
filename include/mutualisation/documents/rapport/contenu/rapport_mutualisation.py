"""The report on mutualisation with its draft schéma is what councils give an opinion on (R14b): it says what the schéma
is, each service, what all of it weighs and would weigh. It is made only where it is in force; what nothing tells is
left out of it."""

from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import (
    actes,
    annexe_cam,
    conventions,
    ouverture,
    prevision,
    schema_du_mandat,
    textes,
    usage,
)
from mutualisation.documents.rapport.contenu.communes import avis
from mutualisation.documents.rapport.contenu.conseil import dispositifs, methode, reserves, schema, synthese
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles

# a good that is shared by this article is a tool at everyone's disposal
BIEN_PARTAGE = "L5211-4-3"


def documents(bilan: Bilan) -> list[m.Document]:
    """Make the report for the years of its schéma; none where no report is submitted."""
    annees = avis.schema_soumis(bilan)
    if not annees:
        return []
    principes = _points(bilan, "principes", "Principe") or _dits(bilan, "cadre")
    sections = [
        _origine(bilan, annees),
        _liste("objectifs", "Les objectifs", _points(bilan, "objectifs", "Objectif")),
        _liste("principes", "Les principes", [*principes, *_dits(bilan, "adhesion")]),
        m.Section("themes", "Les services, thème par thème", "Services", _themes(bilan)),
        m.Section("outils", "Les outils à la disposition de tous", "Outils", _outils(bilan)),
        m.Section("calendrier", "Le calendrier du mandat", "Calendrier", schema_du_mandat.calendrier(bilan)),
        _liste("reseaux", "Les réseaux", _dits(bilan, "reseaux")),
        _liste("gouvernance", "La gouvernance", _dits(bilan, "gouvernance", "contact")),
        m.Section("impacts", "Les effets sur les effectifs et les dépenses", "Effets", _impacts(bilan)),
        *_annexes(bilan),
    ]
    rapport = ouverture.document(
        bilan,
        avis.chemin(annees),
        f"Rapport sur la mutualisation {annees}",
        sous_titre=lire_phrase(
            "rapport_mutualisation.sous_titre",
            jour=formats.jour(schema_du_mandat.jour(bilan)),
            annees=formats.periode(bilan.exercices),
        ),
        avis=ouverture.avis_imprimes(bilan),
        resume=ouverture.resume(bilan),
        chiffres=ouverture.chiffres(bilan),
        sections=[*sections, textes.section_glossaire(sections)],
        liens=[
            m.Lien(f"{avis.chemin(annees)}.docx", "Ce rapport, à modifier"),
            m.Lien(f"bilan_etape_{bilan.exercice}.html", f"Bilan d'étape {bilan.exercice}"),
        ],
        sorties=("html", "pdf", "docx"),
    )
    return [rapport]


def _liste(ancre: str, titre: str, points: list[tuple[str, str]]) -> m.Section:
    return m.Section(ancre, titre, titre.rpartition(" ")[2].capitalize(), [m.Liste(points)] if points else [])


def _points(bilan: Bilan, rubrique: str, nom: str) -> list[tuple[str, str]]:
    return [(f"{nom} {n}", texte) for n, texte in enumerate(textes.mots_seuls(bilan, rubrique), start=1)]


def _dits(bilan: Bilan, *rubriques: str) -> list[tuple[str, str]]:
    """Say what is written of the whole schéma, by rubrique."""
    enonces = ((libelles.RUBRIQUES[r], textes.avec_leurs_auteurs(bilan, r)) for r in rubriques)
    return [(nom, enonce) for nom, enonce in enonces if enonce]


def _origine(bilan: Bilan, annees: str) -> m.Section:
    """Say what mutualisation is, how the schéma came about, what is asked of councils, the figures of the year."""
    jours = sorted({r["transmis_le"] for r in bilan[avis.RELATION] if r["transmis_le"]})
    transmis = schema_du_mandat.transmis(bilan, jours)
    envoi = [lire_phrase("rapport_mutualisation.transmis", quand=schema.dire_jours(transmis))] if transmis else []
    mots = [*textes.mots_seuls(bilan, "mutualisation"), *textes.mots_seuls(bilan, "concertation")]
    loi = " ".join([lire_phrase("rapport_mutualisation.loi", annees=annees), *envoi])
    declares = schema.indicateurs(bilan)
    chiffres = [*textes.liste_des_chiffres(bilan).points, *([("Chiffres déclarés", declares)] if declares else [])]
    blocs: list[m.Bloc] = [m.p(x) for x in (*mots, loi)]
    return m.Section(
        "origine", "La mutualisation, et ce schéma", "Origine", [*blocs, *([m.Liste(chiffres)] if chiffres else [])]
    )


# ---------------------------------------------------------------- services
def _est_outil(bilan: Bilan, code: str) -> bool:
    if cadre := bilan.fiche(code).get("cadre_legal"):
        return bool(cadre == "biens partagés")
    vehicule = bilan.fiche(code).get(dispositifs.VEHICULE[1]) or ""
    return BIEN_PARTAGE in vehicule.replace("\u2011", "-").replace(".", "")


def _codes(bilan: Bilan, *, outils: bool) -> list[str]:
    codes = {d["code"] for d in bilan.contexte.dispositifs} | set(bilan.synthese[bilan.exercice])
    return [code for code in bilan.trier(codes) if _est_outil(bilan, code) is outils]


def _themes(bilan: Bilan) -> list[m.Bloc]:
    """Show each service under its theme, then what is to be done there; what is studied is not decided."""
    par_theme: dict[str, list[str]] = defaultdict(list)
    for code in _codes(bilan, outils=False):
        par_theme[bilan.fiche(code).get(dispositifs.THEME[1]) or dispositifs.SANS_THEME].append(code)
    for theme in {r["thematique"] for r in schema_du_mandat.actions(bilan)} - {None}:
        par_theme.setdefault(theme, [])
    blocs: list[m.Bloc] = []
    for theme in schema_du_mandat.thematiques(bilan, par_theme):
        if siens := [*_volets(bilan, par_theme[theme], 3), *schema_du_mandat.a_faire(bilan, theme)]:
            blocs += [m.SousTitre(theme), *siens]
    if transverses := schema_du_mandat.a_faire(bilan, None):
        blocs += [m.SousTitre(schema.TOUT), *transverses]
    return [m.p(lire_phrase("rapport_mutualisation.avertissement"), note=True), *blocs] if blocs else []


def _outils(bilan: Bilan) -> list[m.Bloc]:
    return [*_volets(bilan, _codes(bilan, outils=True), 2)]


def _volets(bilan: Bilan, codes: Iterable[str], niveau: int) -> Iterable[m.Volet]:
    """Tell of each service what it is, its legal form, members, means, how to join, what it does and is to do."""
    comptes = {e: usage.au_31_decembre(bilan, e) for e in bilan.exercices}
    for code in codes:
        presentation = textes.enonces(bilan, "presentation", code)
        vehicule = (dispositifs.VEHICULE[0], bilan.fiche(code).get(dispositifs.VEHICULE[1]) or "")
        faits = [(nom, dispositifs.phrase(x)) for nom, x in (vehicule, *dispositifs.membres(bilan, code, comptes)) if x]
        # what is to be done stands under the theme, once
        dits = [(nom, x) for nom, x in dispositifs.dires(bilan, code) if nom not in libelles.HORIZONS.values()]
        points = [*faits, *dits]
        blocs: list[m.Bloc] = [m.p(presentation)] if presentation else []
        blocs += [m.Liste(points)] if points else []
        auteur = textes.auteur(bilan, code)
        blocs += [m.p(f"Textes : {auteur}.", note=True)] if auteur else []
        yield m.Volet(bilan.libelle(code), dispositifs.resumer(bilan, code), blocs, niveau=niveau)


# ---------------------------------------------------------------- effects
def _impacts(bilan: Bilan) -> list[m.Bloc]:
    """State three years, then each scénario to its horizon (L5211-39-1)."""
    mesures = (
        ("ETP", ("etp", "variation_etp"), "etp", ""),
        ("Coût net", ("euros", "variation"), "cout_net", ""),
        ("Recettes", ("euros", "variation"), "recettes", lire_phrase("rapport_mutualisation.recettes")),
    )
    constate: list[m.Bloc] = [
        actes.comparer(bilan, f"{nom} par service", genres, itemgetter(cle), note, annees=bilan.exercices)
        for nom, genres, cle, note in mesures
    ]
    titre = f"Constaté, {formats.periode(bilan.exercices)}"
    return [
        m.SousTitre(titre),
        synthese.totaux(bilan),
        *constate,
        *actes.gain_des_achats(bilan),
        *prevision.effets_prevus(bilan),
    ]


# ---------------------------------------------------------------- annexes
def _annexes(bilan: Bilan) -> list[m.Section]:
    cam = [s for s in annexe_cam.sections(bilan) if s.ancre in ("themes", "echeances", "programme") and s.lus]
    blocs_cam = [bloc for s in cam for bloc in (m.SousTitre(s.titre), *s.lus)]
    du_schema = schema_du_mandat.fins_de_conventions(bilan)
    fins = conventions.section_conventions(bilan)
    titre = lire_phrase("schema_du_mandat.titre_des_fins") if du_schema else formats.minuscule(fins.titre)
    financiere = [*synthese.section_synthese(bilan).blocs[-1:], *reserves.section_hors_totaux(bilan).blocs]
    return [
        m.Section("annexe-synthese", "Annexe : synthèse financière", "Synthèse", financiere),
        methode.section_methode(bilan),
        m.Section("annexe-cam", "Annexe : la centrale d'achat", "Centrale", blocs_cam),
        m.Section("annexe-conventions", f"Annexe : {titre}", fins.court, du_schema or fins.blocs),
    ]  # fmt: skip
