"""The steps of a restatement: which files each counts (K6)."""

from mutualisation.usage.operations.redressement import etapes

MANDATS, TITRES = ("compta", "mandats", "2021-05"), ("compta", "titres", "2021-09")
CLES, TARIFS = ("referentiel", "cles_analytiques", ""), ("referentiel", "tarifs", "")
ADHESIONS, PONDERATIONS = ("referentiel", "adhesions", ""), ("referentiel", "ponderations", "")


def test_chaque_etape_ajoute_une_cause() -> None:
    """A file put right and another referentiel come last, with the build itself: they are the rest."""
    scelles = {MANDATS: 1, CLES: 2, TARIFS: 3, ADHESIONS: 4}
    courants = {MANDATS: 11, TITRES: 12, CLES: 13, TARIFS: 14, ADHESIONS: 15, PONDERATIONS: 16}
    assert list(etapes(scelles, courants)) == [
        ("scelle", scelles),
        ("donnees_tardives", {**scelles, TITRES: 12}),
        ("cles", {**scelles, TITRES: 12, CLES: 13}),
        ("parametres", {**scelles, TITRES: 12, CLES: 13, TARIFS: 14, PONDERATIONS: 16}),
    ]


def test_ce_qui_n_a_pas_change_ne_fait_pas_d_etape() -> None:
    scelles = {MANDATS: 1, CLES: 2}
    assert [fichiers for _, fichiers in etapes(scelles, scelles)] == [scelles] * 4
