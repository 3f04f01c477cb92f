from mutualisation.entrepot.migrations.application import jouer

revision = "0011_cloture"
down_revision = "0010_sceaux"


def upgrade() -> None:
    jouer(__file__)
