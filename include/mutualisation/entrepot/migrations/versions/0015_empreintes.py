from mutualisation.entrepot.migrations.application import jouer

revision = "0015_empreintes"
down_revision = "0013_exploitation"


def upgrade() -> None:
    jouer(__file__)
