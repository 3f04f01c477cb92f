"""How a reader finds the rows behind a figure."""

from __future__ import annotations

from mutualisation.francais import formats, libelles
from mutualisation.rapport.bilan import Bilan
from mutualisation.rapport.contenu import modele as m

MODE_D_EMPLOI = m.p(
    "Chaque montant remonte à ses lignes source. Dans ", m.Code("tracabilite.csv"), ", filtrez la colonne ",
    m.Code("dispositif"), " et la colonne ", m.Code("mesure"), " (le nom de la colonne dans ",
    m.Code("synthese_financiere.csv"), ") : la somme de ", m.Code("montant"), " est le chiffre publié, et chaque ligne "
    "nomme son fichier, l'empreinte de ce fichier et le numéro de ligne.",
)  # fmt: skip
NOTE = "Le temps de travail n'est publié que par fichier et par activité : aucune donnée d'agent ne figure dans "


def section(bilan: Bilan) -> m.Section:
    """How to, an example, how much is traced."""
    blocs: list[m.Bloc] = [MODE_D_EMPLOI]
    if bilan.exemple:
        blocs.append(_exemple(bilan))
    if bilan.traces:
        blocs.append(_compte(bilan))
    blocs.append(m.p(NOTE + "l'entrepôt publié.", note=True))
    return m.Section("retrouver", "Retrouver un chiffre", "Retrouver un chiffre", blocs)


def _exemple(bilan: Bilan) -> m.Paragraphe:
    x = bilan.exemple or {}
    mesure = libelles.libelle(libelles.MESURES, x["mesure"]).lower()
    return m.p(
        f"Exemple : dans le {mesure} de « {bilan.libelle(x['dispositif'])} », {formats.euros(x['montant'], 2)} "
        f"viennent de la ligne {formats.nombre(x['ligne'])} du fichier ",
        m.Code(x["fichier"]),
        f", d'un montant de {formats.euros(x['montant_source'], 2)}.",
    )


def _compte(bilan: Bilan) -> m.Paragraphe:
    lignes = sum(t["lignes"] for t in bilan.traces)
    return m.p(
        f"{formats.plusieurs(lignes, 'ligne source', 'lignes source')} {'porte' if lignes < 2 else 'portent'} ainsi "
        f"{formats.plusieurs(len(bilan.traces), 'chiffre')} de l'exercice {bilan.exercice}."
    )
