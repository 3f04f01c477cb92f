"""Draft deliberation by which the council takes note of the bilan (CGCT, L5211-39-1)."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import ouverture, textes
from mutualisation.rapport.contenu.actes.socle import BLANC, acte
from mutualisation.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.rapport.publie import Bilan

VISA_RAPPORT = lire_phrase("deliberation.visa_rapport")
VISA_OPPOSABLE = lire_phrase("deliberation.visa_opposable")


def projet_de_deliberation(bilan: Bilan) -> m.Document:
    """The draft: visas, exposé, figures, articles, vote."""
    sections = [_seance(), _visas(bilan), _expose(bilan), _dispositif(bilan), _vote()]
    return acte(bilan, "deliberation", f"Projet de délibération : bilan d'étape {bilan.exercice}", sections)


def _seance() -> m.Section:
    points = [("Séance du", BLANC), ("Délibération n°", BLANC), ("Rapporteur", BLANC)]
    return m.Section("seance", "Séance", "Séance", [m.p(f"{sujet} : {blanc}") for sujet, blanc in points])


def _visas(bilan: Bilan) -> m.Section:
    """The law, save an article that the EPCI's own visas cite, then these."""
    siens = [f"{texte.rstrip(' ;.')} ;" for texte in textes.lus(bilan, "visa")]
    opposable = any(r.get("base_opposable") for r in bilan["passage_d5211"])
    articles = [("L5211-39-1", VISA_RAPPORT), *([("D5211-16", VISA_OPPOSABLE)] if opposable else [])]
    visas = [visa for article, visa in articles if not any(article in _plat(texte) for texte in siens)] + siens
    bilan_vise = (
        f"Vu le bilan d'étape {bilan.exercice}, version {bilan.contexte.construction.version}, annexé à la présente "
        "délibération ;"
    )
    return m.Section("visas", "Visas", "Visas", [m.p(visa) for visa in (*visas, bilan_vise)])


def _plat(texte: str) -> str:
    """A citation with plain hyphens, as articles are written here."""
    return texte.replace("\u2011", "-").replace("\u2010", "-")


def _expose(bilan: Bilan) -> m.Section:
    blocs: list[m.Bloc] = [m.p(texte) for texte in textes.lus(bilan, "presentation")]
    blocs += [m.p(ouverture.resume(bilan)), _chiffres(bilan)]
    blocs += [m.p(enonce) for rubrique in ("suite", "perspectives", "risque") for enonce in textes.lus(bilan, rubrique)]
    return m.Section("expose", "Exposé des motifs", "Exposé", blocs)


def _chiffres(bilan: Bilan) -> m.Tableau:
    total = bilan.total | {"libelle": "Total"}
    return lire_tableau("deliberation.chiffres", bilan.lignes_exercice(), total=total, e=bilan.exercice)


def _dispositif(bilan: Bilan) -> m.Section:
    """The articles; nothing is decided in them that the bilan does not show."""
    e, total = bilan.exercice, bilan.total
    recettes = bilan.recettes_totales(e)
    constat = f"un coût net de {formats.euros(total['cout_net'], 2)}"
    if recettes is not None:
        constat += (
            f", des recettes de {formats.euros(recettes, 2)} et un reste à charge de l'intercommunalité de "
            f"{formats.euros(total['reste_a_charge'], 2)}"
        )
    articles = [
        f"Le conseil prend acte du bilan d'étape {e} du schéma de mutualisation, annexé à la présente délibération.",
        f"Le conseil prend acte que les dispositifs valorisés représentent, pour {e}, {constat}.",
        "Le bilan et ses pages communales sont communiqués aux communes membres, dont chaque conseil municipal est "
        "informé.",
        f"Le président est chargé de l'exécution de la présente délibération, et notamment : {BLANC}",
    ]
    blocs: list[m.Bloc] = [m.p("Après en avoir délibéré, le conseil :")]
    blocs += [m.p(f"Article {'1er' if rang == 1 else rang}. {article}") for rang, article in enumerate(articles, 1)]
    return m.Section("articles", "Dispositif", "Dispositif", blocs)


def _vote() -> m.Section:
    votes = " ; ".join(f"{voix} : {BLANC}" for voix in ("Pour", "Contre", "Abstentions"))
    signature = f"Fait à {BLANC}, le {BLANC}. Le président, le secrétaire de séance."
    return m.Section("vote", "Vote", "Vote", [m.p(votes), m.p(signature)])
