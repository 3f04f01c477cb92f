"""Forecast made in E-1 against the actual of E: only two publications, one after the other, give it (decision 0008)."""

from decimal import Decimal
from pathlib import Path

from tests.atelier.bases import lire
from tests.atelier.petit_depot import COMMUNES, EXERCICE, ajouter, corriger
from tests.bout_en_bout.entrepots import publier

from mutualisation.usage import operations as op

SUIVANT = EXERCICE + 1
EFFETS = ("etp", "taux", "fonctionnement", "amortissements", "subventions", "reprises")
ECARTS = f"""
select dispositif, cout_prevu, cout_constate, ecart, {", ".join(f"effet_{e}" for e in EFFETS)}
  from publication.ecart_prevision where exercice = %s and scenario = 'engage' order by dispositif
"""


def _ajouter_une_annee(depot: Path) -> None:
    """The files of the year after: the same, but for the pay of category A and one more invoice."""
    for source in ("rh", "compta"):
        for chemin in sorted((depot / source).glob(f"*{EXERCICE}*.csv")):
            texte = chemin.read_text(encoding="utf-8").replace(str(EXERCICE), str(SUIVANT))
            suivant = chemin.with_name(chemin.name.replace(str(EXERCICE), str(SUIVANT)))
            suivant.write_text(texte.replace(";62 000,00;", ";70 000,00;"), encoding="utf-8")
    facture = f"{SUIVANT};00;5;556;1;{SUIVANT}-05-15;01;6064;020;;MUTU;XCEP;;;Objet;;;;;;40,00;0,00;40,00;Payé"
    ajouter(depot / "compta" / f"mandats_{SUIVANT}-05.csv", facture)
    ajouter(depot / "referentiel" / "populations.csv", *(f"{SUIVANT};{insee};1000" for insee in COMMUNES))


def test_une_prevision_publiee_puis_constatee(neuf: op.Session, depot: Path) -> None:
    """Each effect is that of `variation`; a base corrected once the year is known changes no forecast."""
    publier(neuf, depot)
    prevus = dict(_couts(neuf, EXERCICE))
    _ajouter_une_annee(depot)
    publier(neuf, depot, SUIVANT)

    lus = {r[0]: r[1:] for r in lire(neuf.dsn, ECARTS, SUIVANT)}
    assert sorted(lus) == sorted(prevus)
    constates = dict(_couts(neuf, SUIVANT))
    variation = lire(
        neuf.dsn, "select dispositif, effet, montant from publication.variation where exercice = %s", SUIVANT
    )
    for dispositif, (prevu, constate, ecart, *effets) in lus.items():
        assert (prevu, constate, ecart) == (
            prevus[dispositif],
            constates[dispositif],
            constates[dispositif] - prevus[dispositif],
        )
        assert sum(effets) == ecart
        assert dict(zip(EFFETS, effets, strict=True)) == {e: m for d, e, m in variation if d == dispositif}
    assert lus["CEP"][3 + EFFETS.index("taux")] > 0
    # 540,00 is the PES line of the first year, which the year after has not
    assert lus["CEP"][3 + EFFETS.index("fonctionnement")] == Decimal("40.00") - Decimal("540.00")

    corriger(depot)
    publier(neuf, depot, EXERCICE, SUIVANT)
    relus = {r[0]: r[1:] for r in lire(neuf.dsn, ECARTS, SUIVANT)}
    assert {d: r[0] for d, r in relus.items()} == prevus
    assert dict(_couts(neuf, EXERCICE))["CEP"] == prevus["CEP"] + 1000
    assert all(sum(r[3:]) == r[2] for r in relus.values())


def _couts(session: op.Session, exercice: int) -> list[tuple[str, Decimal]]:
    requete = "select dispositif, cout_net from publication.synthese_financiere where exercice = %s and not est_total"
    return [(d, m) for d, m in lire(session.dsn, requete, exercice)]
