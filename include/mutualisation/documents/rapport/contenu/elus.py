"""Elected members read the first screens (figures, changes, requests, charts), and two pages on paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import encaissement, ouverture, passage, textes, usage
from mutualisation.documents.rapport.contenu.communes.ensemble import section_communes
from mutualisation.documents.rapport.contenu.conseil import evolution, schema, synthese
from mutualisation.documents.rapport.contenu.conseil.reserves import section_hors_totaux
from mutualisation.documents.rapport.contenu.conseil.synthese import couverture, financement
from mutualisation.documents.rapport.enonces import BLANC, lire_champs, lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

# the change of this many dispositifs is told: a councillor reads three
ECARTS_DITS = 3


def sections(bilan: Bilan) -> list[m.Section]:
    """Say what changed and what is asked, then show the charts."""
    e = bilan.exercice
    mots: list[m.Bloc] = [*_change(bilan), m.SousTitre("Ce qui vous est demandé"), m.Liste(points(bilan))]
    # the charts show who finances by year, where the money goes, cost and coverage by dispositif
    traces = [bloc for bloc in (financement(bilan), synthese.flux(bilan), couverture(bilan)) if bloc]
    return [
        m.Section("essentiel", f"Ce qui change en {e}", "L'essentiel", mots),
        m.Section("argent-en-bref", "D'où vient l'argent, où il va", "L'argent", traces),
    ]


def document(bilan: Bilan, conseil: m.Document) -> m.Document:
    """Make `synthese_AAAA`: the first page of the council's document, then one page of services and communes."""
    e = bilan.exercice
    essentiel, _ = sections(bilan)
    suite = [_services(bilan), *section_hors_totaux(bilan).blocs[:1], *schema.section_avis(bilan).blocs[:1]]
    suite += [bloc for bloc in section_communes(bilan).blocs if isinstance(bloc, m.CoteACote)]
    return replace(
        conseil,
        chemin=f"synthese_{e}",
        avis=ouverture.avis_imprimes(bilan),
        titre=f"L'essentiel du bilan {e}",
        sous_titre=lire_phrase("elus.deux_pages"),
        sections=[essentiel, m.Section("services", "Chaque service, puis les communes", "Services", suite)],
        identite=ouverture.identite(bilan)[:-2],
        liens=(),
        sorties=("pdf",),
        forme="deux_pages",
    )


def _services(bilan: Bilan) -> m.Bloc:
    membres = usage.au_31_decembre(bilan, bilan.exercice)
    lignes = [
        r | {"adherents": sum(membres.get(c, {}).values()), "suite": textes.enonces(bilan, "perspectives", c)}
        for r in bilan.lignes_exercice()
        for c in [r["dispositif"]]
    ]
    total = bilan.total | {"libelle": "Total"}
    return lire_tableau("elus.services", lignes, total=total, e=bilan.exercice)


# ---------------------------------------------------------------- what changed
def _change(bilan: Bilan) -> list[m.Bloc]:
    if bilan.exercice - 1 not in bilan.totaux:
        return [m.p(f"Premier exercice présenté : rien à comparer avec {bilan.exercice - 1}.")]
    changes = [("Coût net", cout(bilan)), ("Recettes", _recettes(bilan)), ("Adhésions", _adhesions(bilan))]
    return [m.Liste([(sujet, enonce) for sujet, enonce in (*changes, *_dispositifs(bilan)) if enonce])]


def cout(bilan: Bilan) -> str:
    pourquoi = evolution.phrase(bilan)
    enonce = f"Le coût net passe {_de_a(bilan.totaux[bilan.exercice - 1]['cout_net'], bilan.total['cout_net'])}"
    return f"{enonce} : {pourquoi}." if pourquoi else f"{enonce}."


def _recettes(bilan: Bilan) -> str:
    avant, apres = (bilan.recettes_totales(e) for e in (bilan.exercice - 1, bilan.exercice))
    if avant is None or apres is None:
        return ""
    encaisse = encaissement.phrase(bilan.exercice, bilan[encaissement.RELATION], encaissement.arrete(bilan))
    return f"Elles passent {_de_a(avant, apres)}. {encaisse}"


def _de_a(avant: Decimal, apres: Decimal) -> str:
    change = formats.evolution(avant, apres)
    return f"de {formats.euros(avant)} à {formats.euros(apres)}" + (f" ({change})" if change else "")


def _adhesions(bilan: Bilan) -> str:
    avant, apres = (
        sum(sum(c.values()) for c in usage.au_31_decembre(bilan, e).values())
        for e in (bilan.exercice - 1, bilan.exercice)
    )
    if not apres:
        return ""
    enonce = f"{formats.plusieurs(apres, 'adhésion')} aux dispositifs au 31 décembre {bilan.exercice}"
    return f"{enonce}, contre {formats.nombre(avant)} un an plus tôt." if avant else f"{enonce}."


def _dispositifs(bilan: Bilan) -> Iterable[tuple[str, str]]:
    ecarts = {code: evolution.ecart(bilan, code) or ZERO for code in bilan.dispositifs}
    grands = sorted((c for c in ecarts if ecarts[c]), key=lambda c: -abs(ecarts[c]))[:ECARTS_DITS]
    for code in (c for c in bilan.dispositifs if c in grands):
        enonce = formats.majuscule(textes.avec_leurs_auteurs(bilan, "ecart", code) or passage.SANS_COMMENTAIRE)
        yield (
            bilan.libelle(code),
            f"{evolution.variation(ecarts[code])}. {enonce}" + ("" if enonce.endswith(".") else "."),
        )


# ---------------------------------------------------------------- what is asked
@dataclass(frozen=True)
class Demande:
    """The council is asked this: the subject, the words, the article of the draft act that answers it."""

    sujet: str
    phrase: str
    article: str


def demandes(bilan: Bilan) -> Iterator[Demande]:
    """Ask for the communication that the law wants, for what the closing needs, for a debate on the rest."""
    e, appellent = bilan.exercice, passage.a_commenter(bilan)
    yield _demande("acte", e=e, constat=_constat(bilan))
    if bilan.avec_reserves:
        yield _demande("reserves", reserve=ouverture.reserve(bilan))
    for code in passage.a_tarifer(bilan):
        yield _demande("tarif", nom=bilan.libelle(code), manque=appellent[code])
    ecarts = (c for c in bilan.dispositifs if c in appellent or evolution.ecart(bilan, c))
    sans = [bilan.libelle(c) for c in ecarts if not textes.de(bilan, "ecart", c)]
    if sans:
        nombre = formats.plusieurs(len(sans), "dispositif")
        yield _demande("explications", nombre=nombre, noms=formats.enumerer(f"« {nom} »" for nom in sans))
    if perspectives := textes.avec_leurs_auteurs(bilan, "perspectives"):
        yield _demande("perspectives", perspectives=formats.majuscule(perspectives))


def points(bilan: Bilan) -> list[tuple[str, str]]:
    """Return (subject, sentence) of each request."""
    return [(d.sujet, d.phrase) for d in demandes(bilan)]


def _demande(nom: str, /, **valeurs: Any) -> Demande:
    return Demande(**lire_champs(f"demandes.{nom}", blanc=BLANC, **valeurs))


def _constat(bilan: Bilan) -> str:
    recettes, reste = bilan.recettes_totales(bilan.exercice), bilan.total["reste_a_charge"]
    constat = f"un coût net de {formats.euros(bilan.total['cout_net'], 2)}"
    if recettes is None:
        return constat
    return f"{constat}, des recettes de {formats.euros(recettes, 2)} et {part(reste)}"


def part(reste: Decimal) -> str:
    """Say what is left to the EPCI; an excess of receipts has its own words: a minus sign would be misread."""
    nom = "une part de l'EPCI" if reste >= 0 else "un excédent des recettes sur le coût"
    return f"{nom} de {formats.euros(abs(reste), 2)}"
