"""The invoices of a semestre are written each July and January, or when asked."""

import datetime as dt

from airflow.sdk import DAG, CronTriggerTimetable, Param
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import EXERCICE, param_sortie
from mutualisation_chaines.taches import facturer

DOC = """
### Factures d'un semestre
`facturer` écrit le dossier `factures_AAAA-SN/` : une facture par adhérent à facturer, les reports, le récapitulatif,
ce qui est dû par dispositif, le projet de PES recette (si les codes du poste comptable sont connus) et, au second
semestre d'un exercice publié, les états annuels. Avec un adhérent : ses documents seuls, dans
`factures_AAAA-SN_<SIRET>/`. Les mêmes données donnent les mêmes octets ; rien n'est émis.

Activée, elle part d'elle-même le 15 juillet (S1) et le 15 janvier (S2 de l'année d'avant) à 6 h. L'exercice n'a pas à
être publié : tarifs, adhésions, unités, commandes et ventes du semestre suffisent. Une fois qu'il l'est, relancez-la :
elle dit, adhérent par adhérent, ce qui diffère des factures d'avant. Ce que le grand livre a titré se dit « déjà
titré », et le projet de PES ne porte que la différence.

**En cas d'échec** : aucun dossier n'est écrit, le précédent reste en place ; le journal de la tâche nomme le fichier
qui manque ou le contrôle en écart. Une fois le fichier chargé, effacez l'état de la tâche (« Clear »).
"""


for entite, reglages in chaines("factures_semestrielles", "Factures d'un semestre"):
    with DAG(
        **reglages,
        schedule=CronTriggerTimetable("0 6 15 1,7 *", timezone="Europe/Paris", run_immediately=dt.timedelta(0)),
        params={
            "exercice": Param(
                None,
                **EXERCICE | {"type": ["null", "integer"]},
                title="Exercice",
                description_md="Vide, comme le semestre : le dernier semestre échu",
            ),
            "semestre": Param(None, type=["null", "integer"], enum=[None, 1, 2], title="Semestre"),
            "sortie": param_sortie("Dossier des factures"),
            "adherent": Param(
                None,
                type=["null", "string"],
                pattern="^[0-9]{14}$",
                title="Adhérent",
                description_md="SIRET ; vide : tous",
            ),
        },
        tags=["factures"],
        description="Écrit les factures d'un semestre",
        doc_md=DOC,
    ) as chaine:
        facturer()
    declarer(chaine, entite.nom)
