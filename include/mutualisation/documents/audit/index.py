"""The first page says what the audit file holds, how to redo a figure, what was in force, checked, and delivered."""

from collections.abc import Sequence

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture, renvois
from mutualisation.documents.rapport.enonces import lire_points, lire_tableau
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.noms_propres import article, de

RACINE = ".."
PORTES = (
    ("fichier", "À la livraison des fichiers", "executees"),
    ("modele", "Pendant le calcul", "tests"),
    ("plausibilite", "Sur la vraisemblance des chiffres", "executees"),
    ("bilan", "Sur le bilan, avant publication", "executees"),
)


def sommaire(bilan: Bilan) -> m.Document:
    resume = (
        f"Tout ce qu'il faut pour refaire le bilan {bilan.exercice} {de(article(bilan.contexte.epci))} et en remonter "
        "chaque chiffre jusqu'à ses lignes source."
    )
    parties = (_contenu, _refaire, _dispositifs, _parametres, _portes, _scellement, _fichiers)
    titre = f"Dossier d'audit {bilan.exercice}"
    return document(bilan, renvois.INDEX, titre, resume, [partie(bilan) for partie in parties])


# ---------------------------------------------------------------- what is here
def _contenu(bilan: Bilan) -> m.Section:
    e = bilan.exercice
    # an auditor opens these files first
    noms = [x for x in ("synthese_financiere", "etp_categorie", "cout_moyen", "tracabilite") if bilan.compter(x)]
    csv = [x for nom in noms for x in (", ", m.Lien(f"{RACINE}/{nom}.csv", f"{nom}.csv"))][1:]
    conseil = m.Lien(f"{RACINE}/bilan_etape_{e}.html", f"bilan d'étape {e}")
    donnees = m.p(
        "Document présenté au conseil : ", conseil, ". Données ouvertes : ", *csv, " décrits dans ",
        m.Lien(f"{RACINE}/datapackage.json", "datapackage.json"), ".",
    )  # fmt: skip
    pages = [m.p(m.Lien(f"{page}.html", nom), f" : {suite}") for page, nom, suite in renvois.pages(bilan)]
    return m.Section("contenu-dossier", "Ce que contient ce dossier", "Contenu", [*pages, donnees])


def _refaire(bilan: Bilan) -> m.Section:
    # the first point is about staff cost
    points = lire_points("index.refaire")[0 if renvois.personnels(bilan) else 1 :]
    return m.Section("refaire", "Refaire un chiffre", "Refaire", [m.Liste(points)])


def _dispositifs(bilan: Bilan) -> m.Section:
    """Link each dispositif to its pages: a source line is two clicks from here."""
    connus = renvois.personnels(bilan)
    blocs = []
    for code in renvois.dispositifs_traces(bilan):
        personnel = (renvois.vers_personnel(code, "coût de personnel"), " · ") if code in connus else ()
        lignes = renvois.vers_trace(code, "lignes source")
        blocs.append(m.p(f"{bilan.libelle(code)} : ", *personnel, lignes, ".", ecran=True))
    return m.Section("dispositifs", "Dispositif par dispositif", "Dispositifs", blocs)


# ---------------------------------------------------------------- what was in force
def _parametres(bilan: Bilan) -> m.Section:
    lignes = [
        p
        | {
            "libelle": libelles.libelle_parametre(p["parametre"], bilan.libelle),
            "valeur": libelles.valeur_parametre(p["parametre"], p["valeur"]),
            "debut": formats.lire_jour(p["debut"]),
            "fin": formats.lire_jour(p["fin"]),
            "texte": libelles.PARAMETRES_TEXTES.get(p["parametre"].partition(":")[0], "règle propre à l'établissement"),
        }
        for p in bilan.contexte.parametres
    ]
    tableau = lire_tableau("index.parametres", lignes, e=bilan.exercice)
    return m.Section("parametres", tableau.titre, "Paramètres", [tableau if lignes else m.p(tableau.note)])


def _portes(bilan: Bilan) -> m.Section:
    portes = bilan.contexte.construction.portes
    lignes = [
        {"porte": nom, "executes": (portes.get(cle) or {}).get(compte)}
        for cle, nom, compte in PORTES
        if portes.get(cle)
    ]
    phrase = (
        "Un bilan n'est publié que si aucun contrôle qui empêche de publier n'est en écart sans justification ; "
        "l'extrait est ensuite relu et comparé à ce qui est publié."
    )
    tableau = lire_tableau("index.portes", lignes)
    controles = formats.plusieurs(len(bilan["controles"]), "contrôle publié", "contrôles publiés")
    suite = m.p("En plus : ", m.Lien(f"{renvois.CONTROLES}.html", f"{controles}, chacun avec son résultat"), ".")
    return m.Section("portes", "Ce qui a été vérifié avant de publier", "Vérifications", [m.p(phrase), tableau, suite])


# ---------------------------------------------------------------- where it comes from
def _scellement(bilan: Bilan) -> m.Section:
    construction, cloture = bilan.contexte.construction, bilan.contexte.cloture
    authentifiee = bilan.contexte.identite == "authentifiee"
    identite = f"identité {'authentifiée par la base de données' if authentifiee else 'déclarée'}"
    approbation = "le dossier est à approuver par une autre personne que celle qui l'a préparé"
    if cloture is not None:
        jour = formats.jour(formats.lire_jour(cloture.approuve_le))
        approbation = f"approuvé par {cloture.approuve_par} le {jour}, {identite}"
    versions = ", ".join(f"{e} (version {v})" for e, v in sorted(bilan.contexte.presentes.items()))
    prepare = "Préparé par" if ouverture.preparateur(bilan) else "Compte qui a préparé"
    points = [
        ("Version", f"{construction.version}, calculée par mutualisation {construction.code_version}"),
        (prepare, f"{construction.prepare_par}, {identite}"),
        ("Approbation", approbation),
        ("Exercices montrés", versions),
    ]
    empreinte = m.p("Empreinte de la publication (SHA-256) : ", m.Code(bilan.empreinte), ".")
    refaite = m.p(
        "Elle se refait : une ligne « relation, espace, empreinte de son CSV » pour chaque relation, dans l'ordre "
        "des noms, chaque CSV portant tous les exercices publiés ; l'empreinte est celle de ces lignes. La commande ",
        m.Code("mutualisation etat --json"), " la donne depuis l'entrepôt. Chaque fichier de l'extrait a sa propre "
        "empreinte dans ", m.Lien(f"{RACINE}/manifeste.json", "manifeste.json"), ".",
    )  # fmt: skip
    return m.Section("sceau", "Version et scellement", "Scellement", [m.Liste(points), empreinte, refaite])


def _fichiers(bilan: Bilan) -> m.Section:
    lignes = [f | {"sha256": f["sha256"][:16]} for f in bilan.contexte.fichiers]
    nombre = formats.plusieurs(len(lignes), "fichier")
    tableau = lire_tableau("index.fichiers", lignes)
    return m.Section("fichiers", f"Fichiers livrés ({nombre})", "Fichiers", [m.Repli(f"Voir les {nombre}", [tableau])])


def document(
    bilan: Bilan,
    page: str,
    titre: str,
    resume: str,
    sections: Sequence[m.Section],
    sorties: tuple[str, ...] = ("html", "pdf"),
) -> m.Document:
    """Make a page of `dossier_audit_AAAA/`; it ends by telling the rules that it cites."""
    citees = libelles.regles_citees(m.textes((resume, *sections)))
    regles = m.Section(
        "regles", "Règles citées", "Règles", [m.Liste([(x, f"{formats.majuscule(sens)}.") for x, sens in citees])]
    )
    return ouverture.document(
        bilan,
        f"{renvois.dossier(bilan.exercice)}/{page}",
        titre,
        sous_titre=f"Dossier d'audit du bilan {bilan.exercice}, version {bilan.contexte.construction.version}",
        avis=_avis_de_l_audit(bilan),
        resume=resume,
        sections=[*sections, regles] if citees else sections,
        liens=_liens(bilan, page),
        identite=ouverture.identite(bilan, audit=True),
        sorties=sorties,
        forme="dossier",
    )


def _avis_de_l_audit(bilan: Bilan) -> ouverture.Etiquettes:
    """Take the warnings of the council's document, their links turned to the pages of the folder."""
    ailleurs = {"#controles": f"{renvois.CONTROLES}.html", "#qualite": f"{renvois.REJETS}.html"}

    def ici(x: m.Morceau) -> m.Morceau:
        return m.Lien(ailleurs.get(x.cible, x.cible), x.texte) if isinstance(x, m.Lien) else x

    return [(sujet, tuple(map(ici, morceaux))) for sujet, morceaux in ouverture.avis(bilan)]


def _liens(bilan: Bilan, page: str) -> list[m.Lien]:
    pages = {renvois.INDEX: "Dossier d'audit"} | {p: nom for p, nom, _ in renvois.pages(bilan)}
    bilan_etape = m.Lien(f"../bilan_etape_{bilan.exercice}.html", "Bilan d'étape")
    return [bilan_etape, *(m.Lien(f"{p}.html", nom) for p, nom in pages.items() if p != page)]
