"""The warts, by family: what was seen in the exports of real systems, and what becomes of each."""

from tests.attaques.verrues.cellules import CELLULES
from tests.attaques.verrues.classeurs import CLASSEURS
from tests.attaques.verrues.controles import CONTROLES
from tests.attaques.verrues.correspondances import CORRESPONDANCES
from tests.attaques.verrues.fichiers import FICHIERS
from tests.attaques.verrues.noms import NOMS
from tests.attaques.verrues.pes_et_decp import PES_ET_DECP

VERRUES = (*FICHIERS, *CELLULES, *CLASSEURS, *PES_ET_DECP, *NOMS, *CORRESPONDANCES, *CONTROLES)
