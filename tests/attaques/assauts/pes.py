"""To come."""

from tests.atelier.assaut import Assaut

PES: tuple[Assaut, ...] = ()
