from mutualisation.entrepot.migrations.application import jouer

revision = "0014_approbation"
down_revision = "0013_exploitation"


def upgrade() -> None:
    jouer(__file__)
