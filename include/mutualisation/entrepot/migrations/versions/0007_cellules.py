from mutualisation.entrepot.migrations.application import jouer

revision = "0007_cellules"
down_revision = "0006_documents"


def upgrade() -> None:
    jouer(__file__)
