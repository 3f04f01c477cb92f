"""How a reader finds the rows behind a figure."""

from __future__ import annotations

from mutualisation.francais import formats, libelles
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan, Ligne

TRACES = """
select count(*) as lignes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif, mesure
"""
EXEMPLE = """
select dispositif, mesure, fichier, ligne, montant_source, part, montant
  from {source}
 where exercice = %(exercice)s and version = %(version)s and mesure = 'cout_fonctionnement' and ligne is not null
 order by abs(montant) desc nulls last, fichier collate "C", ligne
 limit 1
"""
MODE_D_EMPLOI = m.p(
    "Chaque montant remonte à ses lignes source. Dans ", m.Code("tracabilite.csv"), ", filtrez la colonne ",
    m.Code("dispositif"), " et la colonne ", m.Code("mesure"), " (le nom de la colonne dans ",
    m.Code("synthese_financiere.csv"), ") : la somme de ", m.Code("montant"), " est le chiffre publié, et chaque ligne "
    "nomme son fichier, l'empreinte de ce fichier et le numéro de ligne.",
)  # fmt: skip
NOTE = "Le temps de travail n'est publié que par fichier et par activité : aucune donnée d'agent ne figure dans "


def section(bilan: Bilan) -> m.Section:
    """How to, an example, how much is traced."""
    exemples, traces = (bilan.agreger("tracabilite", requete) for requete in (EXEMPLE, TRACES))
    blocs: list[m.Bloc] = [MODE_D_EMPLOI, *(_exemple(bilan, x) for x in exemples)]
    if traces:
        blocs.append(_compte(bilan, traces))
    blocs.append(m.p(NOTE + "l'entrepôt publié.", note=True))
    return m.Section("retrouver", "Retrouver un chiffre", "Retrouver un chiffre", blocs)


def _exemple(bilan: Bilan, x: Ligne) -> m.Paragraphe:
    mesure = libelles.libelle(libelles.MESURES, x["mesure"]).lower()
    return m.p(
        f"Exemple : dans le {mesure} de « {bilan.libelle(x['dispositif'])} », {formats.euros(x['montant'], 2)} "
        f"viennent de la ligne {formats.nombre(x['ligne'])} du fichier ",
        m.Code(x["fichier"]),
        f", d'un montant de {formats.euros(x['montant_source'], 2)}.",
    )


def _compte(bilan: Bilan, traces: list[Ligne]) -> m.Paragraphe:
    lignes = sum(t["lignes"] for t in traces)
    return m.p(
        f"{formats.plusieurs(lignes, 'ligne source', 'lignes source')} {'porte' if lignes < 2 else 'portent'} ainsi "
        f"{formats.plusieurs(len(traces), 'chiffre')} de l'exercice {bilan.exercice}."
    )
