from mutualisation.entrepot.migrations.application import jouer

revision = "0015_empreintes"
down_revision = "0014_approbation"


def upgrade() -> None:
    jouer(__file__)
