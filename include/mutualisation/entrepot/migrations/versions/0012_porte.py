from mutualisation.entrepot.migrations.application import jouer

revision = "0012_porte"
down_revision = "0011_cloture"


def upgrade() -> None:
    jouer(__file__)
