"""Where the sources went, and the rows left aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from mutualisation.francais import libelles
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

PAR_MOTIF_DE_REJET = """
select fichier, statut, motif, count(*) as lignes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by fichier, statut, motif
 order by fichier collate "C", statut collate "C", motif collate "C"
"""
REJETS_MONTRES, REJETS_OUVERTS = 40, 12
SANS_REJET = "Aucune ligne des fichiers livrés n'a été rejetée ni retenue."
NOTE = (
    "Les titres attribués aux dispositifs comprennent leurs subventions ; les frais retenus sur les certificats "
    "d'économies d'énergie, qui ne sont pas titrés, s'y ajoutent dans les recettes."
)
SOURCE = m.Colonne("source", "Source", largeur=28)
COMPLET = (
    SOURCE,
    m.Colonne("destination", "Destination", largeur=44),
    m.Colonne("motif", "Motif", largeur=32),
    m.Colonne("unite", "Unité", largeur=8),
    m.Colonne("lignes", "Lignes", "entier", largeur=12),
    m.Colonne("montant", "Montant", "nombre", largeur=20),
)
PAR_MOTIF = (
    SOURCE,
    m.Colonne("destination", "Destination"),
    m.Colonne("motif", "Motif", part=3),
    m.Colonne("lignes", "Lignes", "entier"),
    m.Colonne("montant", "Montant", "nombre", fort=True),
    m.Colonne("unite", "Unité", part=1),
)
REJETS = (
    m.Colonne("fichier", "Fichier", "code", part=4, largeur=44),
    m.Colonne("issue", "Issue", part=1, largeur=14),
    m.Colonne("motif", "Motif", part=5, largeur=80),
    m.Colonne("lignes", "Lignes", "entier", largeur=10),
)


def section(bilan: Bilan) -> m.Section:
    """Shares of each source, by destination then by reason; rejections by file and reason."""
    blocs: list[m.Bloc] = [_complete(bilan)]
    if bilan["repartition"]:
        phrase = "Tout ce que les sources contiennent est réparti : ce qui ne va pas à un dispositif reste visible."
        motifs = m.Repli("Voir la répartition motif par motif", [_par_motif(bilan)])
        blocs += [m.p(phrase), _par_destination(bilan), m.p(NOTE, note=True), motifs]
    blocs.append(_comptes(bilan) if rejets(bilan) else m.p(SANS_REJET))
    ouvert = len(rejets(bilan)) <= REJETS_OUVERTS
    blocs.append(m.Repli("Lignes écartées par fichier et par motif", [_rejets(bilan)], ouvert))
    return m.Section("qualite", "Qualité des données", "Qualité des données", blocs)


def rejets(bilan: Bilan) -> list[dict[str, Any]]:
    """Rows left aside, counted by file, status and reason: fichier, statut, motif, lignes."""
    return bilan.agreger("rejets", PAR_MOTIF_DE_REJET)


def _par_destination(bilan: Bilan) -> m.Tableau:
    """One row per source: what it held and where it went; Σ destinations = the source."""
    colonnes = (
        m.Colonne("libelle", "Source"),
        *(m.Colonne(d, nom, "euros", discret=True) for d, nom in libelles.DESTINATIONS.items()),
        m.Colonne("total", "Total de la source", "euros", fort=True),
    )
    sources: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: g.ZERO))
    genres = {}
    for r in bilan["repartition"]:
        for cle in (bilan.destination(r["destination"]), "total"):
            sources[r["source"]][cle] += r["montant"]
        genres[r["source"]] = "euros" if r["unite"] == "EUR" else "etp_unite"
    lignes = [
        {"libelle": nom} | {c.cle: m.Valeur(sources[s].get(c.cle), genres[s]) for c in colonnes[1:]}
        for s, nom in libelles.SOURCES.items()
        if s in sources
    ]
    return m.Tableau(f"Où vont les sources, {bilan.exercice}", colonnes, lignes)


def _par_motif(bilan: Bilan) -> m.Tableau:
    """The same by reason; dispositifs together, by whether the exercice values them."""
    sommes: dict[tuple[str, str, str, str], list[Any]] = defaultdict(lambda: [0, g.ZERO])
    for r in bilan["repartition"]:
        somme = sommes[r["source"], bilan.destination(r["destination"]), r["motif"], r["unite"]]
        somme[0] += r["lignes"]
        somme[1] += r["montant"]
    sources, destinations = list(libelles.SOURCES), list(libelles.DESTINATIONS)
    lignes = [
        {
            "source": libelles.SOURCES[source],
            "destination": libelles.DESTINATIONS[destination],
            "motif": libelles.libelle_motif(motif),
            "lignes": nombre,
            "montant": montant,
            "unite": libelles.UNITES.get(unite, unite),
        }
        for (source, destination, motif, unite), (nombre, montant) in sorted(
            sommes.items(), key=lambda g: (sources.index(g[0][0]), destinations.index(g[0][1]), g[0][2])
        )
    ]
    return m.Tableau(f"Où vont les sources, motif par motif, {bilan.exercice}", PAR_MOTIF, lignes)


def _complete(bilan: Bilan) -> m.Tableau:
    lignes = [
        {
            **r,
            "source": libelles.libelle(libelles.SOURCES, r["source"]),
            "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
            "motif": libelles.libelle_motif(r["motif"]),
            "unite": libelles.UNITES.get(r["unite"], r["unite"]),
        }
        for r in bilan["repartition"]
    ]
    notice = "Ce que contenaient les sources, et où chaque montant est allé."
    return m.liste(f"Où vont les sources, {bilan.exercice}", COMPLET, lignes, "Répartition", notice)


def _rejets(bilan: Bilan) -> m.Tableau:
    lignes = [{**r, "issue": libelles.libelle(libelles.STATUTS, r["statut"])} for r in rejets(bilan)]
    titre = "Lignes écartées par fichier et par motif (détail dans rejets.csv)"
    reste = ("autre motif", "autres motifs", " : voir rejets.csv.")
    notice = "Lignes écartées, comptées par fichier et par motif ; le détail est dans rejets.csv."
    feuille = m.Feuille("Rejets", notice, filtre=True)
    return m.Tableau(titre, REJETS, lignes, limite=REJETS_MONTRES, reste=reste, feuille=feuille)


def _comptes(bilan: Bilan) -> m.Comptes:
    comptes: Counter[str] = Counter()
    for r in rejets(bilan):
        comptes[r["statut"]] += r["lignes"]
    return m.Comptes([(n, libelles.decompte(s, n), False) for s, n in sorted(comptes.items())])
