"""Each wart, each odd file: the verdict of `essayer` is what a load would say, each sentence has its remedy."""

from pathlib import Path

import pytest
from tests.unit.examen.verrues import DROLES, VERRUES, Verrue
from tests.unit.examen.verrues_autres import AUTRES_DROLES, NOUVELLES

from mutualisation.usage.examen import essayer, lignes

pytestmark = pytest.mark.usefixtures("un_seul_brouillon")
REFUS = "En l'état, le fichier serait refusé"


def fautes(v: Verrue, dossier: Path) -> list[str]:
    """Sentences for what isn't as the wart says, then the report; none when all is."""
    chemin = dossier / v.fichier
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(v.octets)
    essai = essayer(chemin)
    jeu = essai.jeu.nom if essai.jeu else None
    texte = "\n".join(lignes(essai))
    lues = [p.ligne for p in essai.propositions]
    proposees = {f"{x.colonne}={x.lu}" for x in lues if not x.vaut} | {f"{x.colonne}→{x.vaut}" for x in lues if x.vaut}
    trouvees = [f"sortie {essai.code}, attendue {v.code}"] * (essai.code != v.code)
    trouvees += [f"jeu {jeu}, attendu {v.jeu}"] * (jeu != v.jeu)
    trouvees += [f"rien ne dit « {m} »" for m in (*v.dits, *[REFUS] * (v.code == 3)) if m not in texte]
    trouvees += [f"« {m} » est dit" for m in v.tus if m in texte]
    trouvees += [f"« {p} » n'est pas proposé" for p in v.propose if p not in proposees]
    trouvees += [f"« {p} » est proposé" for p in proposees if p in v.jamais or "*" in v.jamais]
    trouvees += [f"« {p} » est proposé" for p in sorted(proposees - set(v.propose)) if v.exactes]
    if v.propose and v.suffit and (essai.propose is None or essai.propose.code):
        trouvees.append("avec ce qui est proposé, le fichier ne passe pas")
    return [*trouvees, texte] if trouvees else []


@pytest.mark.parametrize("verrue", [*VERRUES, *DROLES, *NOUVELLES, *AUTRES_DROLES], ids=lambda v: v.nom)
def test_le_verdict_est_vrai(tmp_path: Path, verrue: Verrue) -> None:
    assert fautes(verrue, tmp_path) == []
