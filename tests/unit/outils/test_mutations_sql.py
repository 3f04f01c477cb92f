"""The mutation run alters what a rule says, and nothing else."""

import pytest
from outils.mutations_sql import muter

REQUETE = """
select a.x, round(round(a.montant * a.part / 100, 20), 2)::numeric(15, 2) as m -- + 1
from t as a
left join u on a.cle = u.cle and a.jour between u.debut and u.fin
where a.statut in ('Payé', 'Émis') and coalesce(a.n, 0) >= 1
order by a.x desc limit 1
"""


def apres(operateur: str) -> list[str]:
    return [m.apres for m in muter("essai", REQUETE) if m.operateur == operateur]


@pytest.mark.parametrize(
    ("operateur", "ligne"),
    [
        ("comparaison", "left join u on a.cle <> u.cle and a.jour between u.debut and u.fin"),
        ("comparaison", "where a.statut in ('Payé', 'Émis') and coalesce(a.n, 0) > 1"),
        ("arithmetique", "select a.x, round(round(a.montant * a.part * 100, 20), 2)::numeric(15, 2) as m"),
        ("arrondi", "select a.x, (a.montant * a.part / 100)::numeric(15, 2) as m"),
        ("jointure", "inner join u on a.cle = u.cle and a.jour between u.debut and u.fin"),
        ("condition", "left join u on true and a.jour between u.debut and u.fin"),
        ("condition", "left join u on a.cle = u.cle where a.statut in ('Payé', 'Émis') and coalesce(a.n, 0) >= 1"),
        ("defaut", "where a.statut in ('Payé', 'Émis') and (a.n) >= 1"),
        ("nombre", "select a.x, round(round(a.montant * a.part / 101, 20), 2)::numeric(15, 2) as m"),
        ("texte", "where a.statut in ('§', 'Émis') and coalesce(a.n, 0) >= 1"),
        ("echange", "order by a.x asc limit 1"),
    ],
)
def test_une_alteration(operateur: str, ligne: str) -> None:
    assert ligne in apres(operateur)


def test_ni_les_bornes_ni_les_gardes_ni_les_commentaires() -> None:
    lignes = [m.apres for m in muter("essai", REQUETE)]
    assert not [x for x in lignes if "u.debut or u.fin" in x]
    assert not [x for x in lignes if "limit 2" in x or ", 21)" in x or "numeric(16" in x or "+ 2" in x]


def test_chaque_mutant_est_un_texte_different() -> None:
    requetes = [m.requete for m in muter("essai", REQUETE)]
    assert len(requetes) == len(set(requetes))
    assert all(r.strip() != REQUETE.strip() for r in requetes)
