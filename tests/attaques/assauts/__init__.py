"""The table of assaults on the door, by what is attacked."""

from tests.atelier.assaut import Assaut
from tests.attaques.assauts.classeurs import CLASSEURS
from tests.attaques.assauts.controles import CONTROLES
from tests.attaques.assauts.decp import DECP
from tests.attaques.assauts.lieux import LIEUX
from tests.attaques.assauts.noms import NOMS
from tests.attaques.assauts.partout import PARTOUT
from tests.attaques.assauts.pes import ASSAUTS_PES
from tests.attaques.assauts.textes import TEXTES

ASSAUTS: tuple[Assaut, ...] = (*PARTOUT, *TEXTES, *CLASSEURS, *ASSAUTS_PES, *DECP, *CONTROLES, *NOMS, *LIEUX)
