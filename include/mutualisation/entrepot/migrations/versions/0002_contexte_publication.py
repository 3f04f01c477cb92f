from mutualisation.entrepot.migrations.application import jouer

revision = "0002_contexte_publication"
down_revision = "0001_socle"


def upgrade() -> None:
    jouer(__file__)
