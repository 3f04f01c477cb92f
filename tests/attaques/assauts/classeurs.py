"""To come."""

from tests.atelier.assaut import Assaut

CLASSEURS: tuple[Assaut, ...] = ()
