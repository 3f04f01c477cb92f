from mutualisation.entrepot.migrations.application import jouer

revision = "0001_socle"
down_revision = None


def upgrade() -> None:
    jouer(__file__)
