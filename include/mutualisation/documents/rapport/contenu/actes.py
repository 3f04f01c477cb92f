"""A service of the assemblies starts from these drafts of legal acts; every figure of them is that of the bilan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import elus, ouverture, prevision, textes
from mutualisation.documents.rapport.contenu.communes import avis, bloc_communal, usages_et_titres
from mutualisation.documents.rapport.contenu.conseil import schema
from mutualisation.documents.rapport.enonces import BLANC, lire_phrase, lire_points, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import ZERO

AVERTISSEMENT = "À relire par le service des assemblées, qui remplit les pointillés."
EFFECTIFS_COMMUNES = lire_phrase("communication.effectifs_communes")
AUTRES = "CCAS, satellites et adhérents sans commune"
MAIRES = "Madame la Maire, Monsieur le Maire"
PREVISION = "Une prévision n'est pas un engagement."
FORME = "acte"
CADRES = {
    "mise à disposition": ("D5211-16", "visa_opposable"),
    "service commun": ("L5211-4-2", "visa_service_commun"),
    "biens partagés": ("L5211-4-3", "visa_biens_partages"),
}


def documents(bilan: Bilan) -> list[m.Document]:
    """Draft the deliberation of the council, the communication to the communes, and the approval of the schéma where
    opinions on its report are known (R14b)."""
    approbation = [projet_d_approbation(bilan)] if avis.est_soumis(bilan) and bilan[avis.RELATION] else []
    return [projet_de_deliberation(bilan), projet_de_communication(bilan), *approbation]


def acte(
    bilan: Bilan, nom: str, titre: str, sections: Sequence[m.Section], forme: str = FORME, rapport: str = ""
) -> m.Document:
    """Make a draft under `projets_actes/`, with the states of its bilan, which is annexed to it, or `rapport`."""
    return ouverture.document(
        bilan,
        f"projets_actes/{nom}_{bilan.exercice}",
        titre,
        # links to sections of the bilan are left out: an act has none of these sections
        avis=[("Projet", (AVERTISSEMENT,)), *ouverture.avis_imprimes(bilan)],
        sections=sections,
        # an act names no account, no hash and no software: the bilan annexed to it has them
        identite=[x for x in ouverture.identite(bilan) if x[0] == "Statut"]
        + [("Rapport", (f"{rapport}, annexé",)) if rapport else ("Bilan", (f"{annexe(bilan)}, annexé",))],
        sorties=("docx",),
        forme=forme,
    )


def annexe(bilan: Bilan) -> str:
    """Name the bilan as the act that it is annexed to names it."""
    return f"bilan d'étape {bilan.exercice}, version {bilan.contexte.construction.version}"


def projet_de_deliberation(bilan: Bilan) -> m.Document:
    """Draft a deliberation: visas, exposé, figures, articles, vote."""
    sections = [seance(), _visas(bilan), _section_expose(bilan), _dispositif(bilan), vote(f"à {BLANC}", "président")]
    return acte(bilan, "deliberation", f"Projet de délibération : bilan d'étape {bilan.exercice}", sections)


def seance(*autres: str) -> m.Section:
    """Leave to be filled what names a deliberation: the day, the number, who reports."""
    points = ("Séance du", "Délibération n°", "Rapporteur", *autres)
    return m.Section("seance", "Séance", "Séance", [m.p(f"{sujet} : {BLANC}") for sujet in points])


def _visas(bilan: Bilan) -> m.Section:
    """Cite the law of a yearly bilan."""
    opposable = any(r.get("base_opposable") for r in bilan["passage_d5211"])
    articles = {"L5211-39-1": "visa_rapport"} | ({"D5211-16": "visa_opposable"} if opposable else {})
    return section_visas(annexe(bilan), *_visas_de(bilan, articles))


def _visas_de(bilan: Bilan, articles: Mapping[str, str]) -> list[str]:
    """Cite these articles, save those that the EPCI's own visas cite; then these visas."""
    visas_de_l_epci = textes.visas(bilan)
    # articles are searched with the plain hyphen that `articles` has
    visas_sans_insecable = [texte.replace("\u2011", "-").replace("\u2010", "-") for texte in visas_de_l_epci]
    absents = [nom for article, nom in articles.items() if not any(article in texte for texte in visas_sans_insecable)]
    return [lire_phrase(f"deliberation.{nom}") for nom in absents] + visas_de_l_epci


def section_visas(vise: str, *visas: str) -> m.Section:
    """Cite these visas, then the bilan or the report itself."""
    vu = f"Vu le {vise}, annexé à la présente délibération ;"
    return m.Section("visas", "Visas", "Visas", [m.p(visa) for visa in (*visas, vu)])


def _section_expose(bilan: Bilan) -> m.Section:
    blocs: list[m.Bloc] = [m.p(texte) for texte in textes.mots_seuls(bilan, "presentation")]
    total = bilan.total | {"libelle": "Total"}
    chiffres = lire_tableau("deliberation.chiffres", bilan.lignes_exercice(), total=total, e=bilan.exercice)
    blocs += [m.p(ouverture.resume(bilan)), chiffres]
    blocs += _textes(bilan, "suite", "perspectives", "risque")
    return m.Section("expose", "Exposé des motifs", "Exposé", blocs)


def _textes(bilan: Bilan, *rubriques: str) -> list[m.Bloc]:
    """List what services write, by rubrique, signed: the act speaks for the EPCI, these texts for a service."""
    points = [(libelles.RUBRIQUES[r], signes) for r in rubriques if (signes := textes.avec_leurs_auteurs(bilan, r))]
    return [m.Liste(points)] if points else []


def _dispositif(bilan: Bilan) -> m.Section:
    """Write an article for each thing that is asked of the council, then what follows from it."""
    articles = [d.article for d in elus.demandes(bilan)]
    articles += [article for _, article in lire_points("deliberation.articles", blanc=BLANC)]
    return dispositif("conseil", [(str(n) if n > 1 else "1er", x) for n, x in enumerate(articles, start=1)])


def dispositif(conseil: str, articles: Sequence[tuple[str, str]]) -> m.Section:
    """Write the articles in order, each a (number, text)."""
    blocs = [m.p(f"Article {numero}. {article}") for numero, article in articles]
    return m.Section("articles", "Dispositif", "Dispositif", [m.p(f"Après en avoir délibéré, le {conseil} :"), *blocs])


def vote(ou: str, president: str) -> m.Section:
    """Leave the place of the votes, of the day and of who signs."""
    votes = " ; ".join(f"{voix} : {BLANC}" for voix in ("Pour", "Contre", "Abstentions"))
    signature = f"Fait {ou}, le {BLANC}. Le {president}, le secrétaire de séance."
    return m.Section("vote", "Vote", "Vote", [m.p(votes), m.p(signature)])


# ---------------------------------------------------------------- the schéma
def projet_d_approbation(bilan: Bilan) -> m.Document:
    """Draft the deliberation that approves the schéma once each council has given its opinion, or is deemed to have."""
    annees = avis.schema_soumis(bilan)
    rapport, avis_lus = avis.nom(annees), bilan[avis.RELATION]
    articles = lire_points("approbation.articles", annees=annees, blanc=BLANC)
    sections = [
        seance(),
        section_visas(rapport, *_visas_de(bilan, _articles_du_schema(bilan))),
        m.Section(
            "avis", "Avis des conseils municipaux", "Avis", [*schema.section_avis(bilan).blocs, avis.tableau(bilan)]
        ),
        dispositif("conseil", articles),
        vote(f"à {BLANC}", "président"),
    ]
    projet = acte(bilan, "deliberation_schema", f"Projet de délibération : schéma {annees}", sections, rapport=rapport)
    attendus = [r for r in avis_lus if avis.est_attendu(r)]
    if not attendus:
        return projet
    compte, limites = formats.plusieurs(len(attendus), "conseil"), [r["limite"] for r in attendus if r["limite"]]
    limite = formats.jour(max(limites)) if len(limites) == len(attendus) else BLANC
    attente = ("Avis attendus", (lire_phrase("approbation.attendus", compte=compte, limite=limite),))
    return replace(projet, avis=[*projet.avis, attente])


def _articles_du_schema(bilan: Bilan) -> dict[str, str]:
    """Cite what approves a schéma, then what governs the services that it has, as their Cadre légal says it (S11b)."""
    cadres = {d.get("cadre_legal") for d in bilan.contexte.dispositifs}
    # the visa of an EPCI on the yearly follow-up is of another paragraph
    return {"troisième alinéa de son article L5211-39-1": "visa_schema"} | {
        article: visa for cadre, (article, visa) in CADRES.items() if cadre in cadres
    }


# ---------------------------------------------------------------- the communication
def projet_de_communication(bilan: Bilan) -> m.Document:
    """Draft the letter to the communes and its annex by commune."""
    sections = [_section_objet(bilan), _effectifs(bilan), _depenses(bilan), _section_communes(bilan)]
    sections += [_section_prevision(bilan), _section_finale(bilan), _annexe(bilan)]
    titre = f"Projet de communication aux communes : mutualisation, {bilan.exercice}"
    return acte(bilan, "communication_communes", titre, sections)


def _section_objet(bilan: Bilan) -> m.Section:
    adresse = [m.p(f"{BLANC}, le {BLANC}"), m.p(f"{MAIRES},")]
    envoi = m.p(
        f"Vous trouverez ci-après l'avancement de la mutualisation en {bilan.exercice}. La page de votre commune, "
        "jointe, dit à quoi elle adhère, ce qu'elle doit, ce qui lui a été titré, et ce que coûtent ses services."
    )
    objet = f"Objet : avancement de la mutualisation des services en {bilan.exercice}"
    return m.Section("objet", objet, "Objet", [*adresse, m.p(lire_phrase("communication.cadre")), envoi])


def _avant(bilan: Bilan) -> int | None:
    """Return the exercice before, None when it is not published."""
    return bilan.exercice - 1 if bilan.exercice - 1 in bilan.synthese else None


def _effectifs(bilan: Bilan) -> m.Section:
    titre = "Équivalents temps plein mobilisés par dispositif"
    tableau = comparer(bilan, titre, ("etp", "variation_etp"), lambda r: r["etp"])
    return m.Section("effectifs", "Effet sur les effectifs", "Effectifs", [tableau, m.p(EFFECTIFS_COMMUNES)])


def _depenses(bilan: Bilan) -> m.Section:
    titre = "Dépenses de fonctionnement par dispositif"
    note = "Personnel et autres dépenses de fonctionnement, avant subventions, amortissements et recettes."
    tableau = comparer(
        bilan, titre, ("euros", "variation"), lambda r: Decimal(r["cout_personnel"] + r["cout_fonctionnement"]), note
    )
    return m.Section("depenses", "Effet sur les dépenses de fonctionnement", "Dépenses", [tableau])


def comparer(
    bilan: Bilan,
    titre: str,
    genres: tuple[str, str],
    mesure: Callable[[Ligne], Decimal | None],
    note: str = "",
    *,
    annees: Sequence[int] = (),
) -> m.Tableau:
    """Compare a measure over these exercices, by default the last two, with its variation from the one before; a
    dispositif that one lacks is blank there."""
    e, avant = bilan.exercice, _avant(bilan)
    annees = annees or [a for a in (avant, e) if a is not None]
    colonnes = [m.DISPOSITIF, *(m.Colonne(str(a), str(a), genres[0]) for a in annees)]
    if avant is not None:
        colonnes.append(m.Colonne("variation", "Variation", genres[1]))

    def ligne(libelle: str, rangees: dict[int, Ligne | None]) -> Ligne:
        valeurs = {a: None if (r := rangees[a]) is None else mesure(r) for a in annees}
        enonces: Ligne = {"libelle": libelle} | {str(a): v for a, v in valeurs.items()}
        depuis, vers = valeurs.get(e - 1), valeurs[e]
        return enonces if depuis is None or vers is None else enonces | {"variation": vers - depuis}

    codes = [c for c in bilan.dispositifs if any(c in bilan.synthese[a] for a in annees)]
    lignes = [ligne(bilan.libelle(c), {a: bilan.synthese[a].get(c) for a in annees}) for c in codes]
    return m.Tableau(titre, tuple(colonnes), lignes, ligne("Total", {a: bilan.totaux[a] for a in annees}), note)


def _section_communes(bilan: Bilan) -> m.Section:
    """Say what the communes and satellites owe all together, and what they saved where it is known."""
    e, avant = bilan.exercice, _avant(bilan)
    du = formats.euros(somme(bilan["recouvrement"], "montant_du"))
    phrases = [f"Ce que les adhérents doivent au titre de {e} s'élève à {du}"]
    if avant is not None:
        phrases.append(f"contre {formats.euros(somme(bilan.lignes('recouvrement', avant), 'montant_du'))} en {avant}")
    blocs: list[m.Bloc] = [m.p(", ".join(phrases) + ". Le détail par commune est en annexe."), *gain_des_achats(bilan)]
    return m.Section("communes", "Effet sur les dépenses des communes", "Communes", blocs)


def gain_des_achats(bilan: Bilan) -> list[m.Bloc]:
    """Say what adherents saved on purchases; empty where no price is known."""
    gagne = [r["gain"] for r in bilan["cam_achats"] if r["gain"] is not None]
    debut = "Sur les achats qui ont un prix de référence, la centrale d'achat fait gagner aux adhérents "
    return [m.p(f"{debut}{formats.euros(sum(gagne, ZERO))} hors taxes, en {bilan.exercice}.")] if gagne else []


def _section_prevision(bilan: Bilan) -> m.Section:
    """Say what next year would be by what is decided already: staff, cost, dues, its error; empty without it."""
    e, prevue = bilan.exercice, bilan.exercice + 1
    cle = (prevision.ENGAGE, prevue)
    rangees = [r for r in prevision.lire_prevues(bilan) if (r["scenario"], r["exercice"]) == cle]
    blocs: list[m.Bloc] = []
    if rangees:
        etp, cout = formats.nombre(somme(rangees, "etp"), 2), prevision.environ(somme(rangees, "cout_net"))
        enonce = (
            f"Par ce qui est déjà décidé, les dispositifs valorisés mobiliseraient {etp} ETP de l'établissement en "
            f"{prevue}, pour un coût net d'{cout} ; les adhérents devraient "
            f"{prevision.environ(somme(rangees, 'montant_du'))}. {prevision.dire_essais(bilan)}"
        )
        blocs = [m.p(enonce.rstrip()), _tableau_prevu(bilan, rangees, prevue)]
        blocs.append(m.p(f"{EFFECTIFS_COMMUNES} {PREVISION}", note=True))
    return m.Section("prevu", f"Impact prévisionnel pour {prevue}, à partir de {e}", "Impact prévisionnel", blocs)


def _tableau_prevu(bilan: Bilan, rangees: list[Ligne], prevue: int) -> m.Tableau:
    lignes = [
        {
            "libelle": bilan.libelle(r["dispositif"]),
            "etp": r["etp"],
            "cout": prevision.millier(r["cout_net"]),
            "du": prevision.millier(r["montant_du"]),
        }
        for r in bilan.dans_l_ordre(rangees)
    ]
    return lire_tableau("communication.prevu", lignes, prevue=prevue)


def _section_finale(bilan: Bilan) -> m.Section:
    """Say what services write, then how a letter ends."""
    return m.Section(
        "suite", "Suites et perspectives", "Suites", [*_textes(bilan, "suite", "perspectives"), *fin_de_lettre()]
    )


def fin_de_lettre() -> list[m.Bloc]:
    """End a letter to a mayor."""
    fin = f"Je vous prie d'agréer, {MAIRES}, l'expression de ma considération distinguée."
    return [m.p(fin), m.p(f"Le président, {BLANC}")]


def _annexe(bilan: Bilan) -> m.Section:
    """List by commune, without its CCAS nor satellites: due, cost, part of the EPCI, gain; the last row is the rest."""
    territoire = bloc_communal.decouper(bilan)
    autres = [
        *(b.annee for b in territoire.sans_commune),
        *(b.autres for b in territoire.blocs),
        territoire.epci,
        territoire.personne,
    ]
    lignes = [_ligne_de_commune(b.nom, [b.annee]) for b in territoire.communes]
    hors = _ligne_de_commune(AUTRES, autres)
    if any(hors[c] for c in ("du", "usage", "porte")) or isinstance(hors["gain"], Decimal):
        lignes.append(hors)
    tableau = lire_tableau("communication.annexe", lignes, e=bilan.exercice, cout=territoire.nom_du_cout)
    return m.Section("annexe", "Annexe par commune", "Annexe", [tableau])


def _ligne_de_commune(nom: str, annees: list[bloc_communal.Annee]) -> Ligne:
    """Make a row: a cost that nobody follows is unknown, not zero; so is a gain without a reference price."""
    suivi = any(a.suivi for a in annees)
    achats = [r for a in annees for r in a[usages_et_titres.ACHATS]]
    return {
        "commune": nom,
        "du": bloc_communal.total(annees, "du"),
        "usage": bloc_communal.total(annees, "cout") if suivi else None,
        "porte": bloc_communal.total(annees, "reste") if suivi else None,
        "gain": gain(achats),
    }


def gain(achats: list[Ligne]) -> Decimal | m.Valeur:
    """Return the gain on purchases, in €; « sans objet » without a purchase, « non connu » without a price."""
    if any(r["gain"] is not None for r in achats):
        return somme(achats, "gain")
    return m.Valeur("non connu" if achats else "sans objet", "lu")
