"""The mutation run alters what a rule says, and nothing else."""

from outils.mutants import EQUIVALENTS, Equivalent, _grouper
from outils.mutations_sql import Mutant, muter, relire
from tests.atelier.modeles import Modeles, _de_macros
from tests.atelier.tables import cas

REQUETE = """
with t as (select * from brut where a.jour < b.fin -- + 1
  union select 1)
select a.x, round(round(a.montant * a.part / nullif(a.n, 0), 20), 2)::numeric(15, 2) as m,
  sum(a.y) filter (where a.z) as s, count(distinct a.w) as d, case when a.u then 1 else 0 end as c,
  least(a.p, a.q) as l
from t as a
left join u on a.cle = u.cle and a.jour between u.debut and u.fin
where a.statut in ('Payé', 'Émis') and coalesce(a.n, 0) >= 1 and not exists (select 2 from v)
order by a.x desc limit 1
"""


def apres(operateur: str) -> list[str]:
    return [m.apres for m in muter("essai", REQUETE) if m.operateur == operateur]


@cas
def test_une_alteration(operateur: str, clause: str) -> None:
    assert clause in apres(operateur)


def test_ni_les_gardes_ni_les_precisions() -> None:
    requetes = [m.requete for m in muter("essai", REQUETE)]
    assert not [r for r in requetes if "LIMIT 2" in r or ", 21)" in r or "DECIMAL(16" in r or "NULLIF(a.n, 1)" in r]
    courante = "select (select version from journal.construction_courante where version > 1) as v from t"
    assert muter("essai", courante) == []


def test_chaque_mutant_est_un_texte_different_qui_se_relit() -> None:
    requetes = [m.requete for m in muter("essai", REQUETE)]
    assert len(requetes) == len(set(requetes))
    assert relire(REQUETE) not in requetes
    assert all(relire(r).count("FROM") == r.count("FROM") for r in requetes)


def test_une_division_reste_exacte() -> None:
    (mutant,) = muter("essai", "select a * b as c from t")
    assert mutant.requete == " SELECT a / b AS c FROM t"


def test_une_requete_recursive_le_reste() -> None:
    requete = "with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select n from r"
    assert all(m.requete.startswith("WITH RECURSIVE r AS") for m in muter("essai", requete))


def test_ce_qu_une_macro_ecrit_ne_compte_qu_une_fois() -> None:
    requete = "with lues as (select * from {0} where {0}_vide), regles as (select * from lues where {0} > 1) select 1"
    brut = "with lues as ({{ lire() }}), regles as (select 2) select 1"
    requetes = {nom: requete.format(nom) for nom in ("a", "b")}
    assert _de_macros(brut, requetes["a"]) == {"lues"}
    modeles = Modeles(requetes, {}, {}, {nom: {"lues"} for nom in requetes}, {}, ("a", "b"), {})
    groupes = list(_grouper([m for nom, r in requetes.items() for m in muter(nom, r)], modeles))
    assert [len(g) for g in groupes if g[0].cte == "lues"] == [2]
    assert {len(g) for g in groupes if g[0].cte == "regles"} == {1}


def test_un_equivalent_nomme_ce_qu_il_couvre() -> None:
    mutant = Mutant("int_a", "t", "ordre", "a.debut DESC", "a.debut", "")
    assert Equivalent("int_.*", "raison", avant="debut desc").couvre(mutant)
    assert not Equivalent("int", "raison").couvre(mutant)
    assert not Equivalent("int_a", "raison", cte="u").couvre(mutant)
    assert EQUIVALENTS.exists()
