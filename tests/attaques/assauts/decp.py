"""To come."""

from tests.atelier.assaut import Assaut

DECP: tuple[Assaut, ...] = ()
