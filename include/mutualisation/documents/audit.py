"""The audit file `dossier_audit_AAAA/` traces figures back to files: a page by dispositif, after what is of none."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture, paie, renvois
from mutualisation.documents.rapport.enonces import lire_points, lire_tableau
from mutualisation.documents.rapport.publie import DESTINATIONS, Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles

# hours that small teams share are of no month (K8), and cents of rounding of no file: the trace puts both under a first
LIGNES = """
with lues as (
  select dispositif, mesure, regle, nature, montant,
    case when rang like 'petits effectifs de l''année%%' then 'plusieurs mois réunis'
      when rang = 'arrondi' then 'aucun fichier' else fichier end as origine
    from {source} where exercice = %(exercice)s and version = %(version)s
)
select dispositif, mesure, regle, nature, origine, count(*) as lignes, sum(montant) as montant from lues
 group by dispositif, mesure, regle, nature, origine
 order by dispositif collate "C", mesure collate "C", origine collate "C", regle, nature collate "C" nulls first
"""


def documents(bilan: Bilan) -> Iterator[m.Document]:
    """Yield the index, then a page for each dispositif that has a source line."""
    codes, e = renvois.dispositifs_traces(bilan), bilan.exercice
    pages = [m.p(m.Lien(f"{renvois.trace(code)}.html", bilan.libelle(code))) for code in codes]
    refaire = m.Section("refaire", "Refaire un chiffre", "Refaire", [m.Liste(lire_points("audit.refaire"))])
    protegee = m.Section("paie", "Ce qui est protégé des rémunérations", "Protégé", [m.p(paie.protection(bilan))])
    sections = [m.Section("dispositifs", "Dispositif par dispositif", "Dispositifs", pages), refaire, protegee]
    ailleurs = [r for r in bilan["repartition"] if r["destination"] in DESTINATIONS]
    yield _document(bilan, renvois.INDEX, "Dossier d'audit", [*sections, _repartition(ailleurs, e), _ecartees(bilan)])
    lignes = bilan.agreger("tracabilite", LIGNES)
    for code in codes:
        du_dispositif = [r for r in lignes if r["dispositif"] == code]
        mesures = [_mesure(bilan, code, x, du_dispositif) for x in renvois.TRACEES]
        recues = _repartition([r for r in bilan["repartition"] if r["destination"] == code], e)
        yield _document(bilan, renvois.trace(code), bilan.libelle(code), [*mesures, recues])


def _document(bilan: Bilan, page: str, titre: str, sections: Sequence[m.Section]) -> m.Document:
    """Make a page of the folder; it ends by telling the rules that it cites."""
    citees = [(x, f"{formats.majuscule(sens)}.") for x, sens in libelles.regles_citees(m.textes(sections))]
    liens = [m.Lien(f"../bilan_etape_{bilan.exercice}.html", "Bilan d'étape")]
    return ouverture.document(
        bilan,
        f"{renvois.dossier(bilan.exercice)}/{page}",
        f"{titre}, {bilan.exercice}",
        sous_titre=f"Dossier d'audit du bilan {bilan.exercice}, version {bilan.contexte.construction.version}",
        avis=ouverture.avis_imprimes(bilan),
        sections=[*sections, m.Section("regles", "Règles citées", "Règles", [m.Liste(citees)] if citees else [])],
        liens=liens if page == renvois.INDEX else [*liens, m.Lien(f"{renvois.INDEX}.html", "Dossier d'audit")],
        identite=ouverture.identite(bilan, audit=True),
        sorties=("html",),
        forme="dossier",
    )


def _mesure(bilan: Bilan, code: str, mesure: str, lignes: Sequence[Ligne]) -> m.Section:
    """Set what a figure is made of, file by file, under what is published of it."""
    nom = "Équivalents temps plein" if mesure == renvois.ETP else libelles.MESURES[mesure]
    siennes = [r for r in lignes if r["mesure"] == mesure]
    publie = bilan.synthese[bilan.exercice].get(code, {}).get(mesure)
    dites = [
        r | {"compte": libelles.libelle_compte(r["nature"] or ""), "montant": _dire(r["montant"], mesure)}
        for r in siennes
    ]
    sommes = f"Synthèse : {_dire(publie, mesure)} ; somme de la trace : {_dire(somme(siennes, 'montant'), mesure)}."
    blocs: list[m.Bloc] = [m.p(sommes), lire_tableau("audit.lignes", dites, nom=nom)]
    return m.Section(mesure, nom, nom, blocs if dites else [])


def _repartition(rangees: Sequence[Ligne], exercice: int) -> m.Section:
    """Show what the sources give, by reason."""
    lignes = [
        r
        | {"source": libelles.libelle(libelles.SOURCES, r["source"]), "motif": libelles.libelle_motif(r["motif"])}
        | {
            "destination": libelles.libelle(libelles.DESTINATIONS, r["destination"]),
            "montant": _dire(r["montant"], r["unite"]),
        }
        for r in rangees
    ]
    tableau = lire_tableau("audit.repartition", lignes, e=exercice)
    return m.Section("repartition", tableau.titre, "Répartition", [tableau])


def _ecartees(bilan: Bilan) -> m.Section:
    """Show the rows that no figure counts, by file and reason, and what to do about each."""
    lignes = [
        r
        | {"ou": ", ".join(map(str, r["premieres"] or ())), "statut": libelles.libelle(libelles.STATUTS, r["statut"])}
        | {"remede": "rien à faire" if r["statut"] == "doublon" else libelles.remede_du_motif(r["motif"])}
        for r in bilan.laissees_de_cote
    ]
    blocs: list[m.Bloc] = [m.p(ouverture.laisse_de_cote(bilan)), lire_tableau("audit.rejets", lignes)]
    return m.Section("rejets", "Lignes écartées et doublons", "Écartées", blocs)


def _dire(valeur: Decimal | None, unite: str) -> str:
    """Write ETP with six decimals, euros with the cents and whatever a share leaves below."""
    if valeur is None:
        return formats.NON_RENSEIGNE
    return formats.etp(valeur, 6) if unite.upper() == "ETP" else f"{formats.exact(valeur, 2)}{formats.INSECABLE}€"
