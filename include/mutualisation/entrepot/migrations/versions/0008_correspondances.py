from mutualisation.entrepot.migrations.application import jouer

revision = "0008_correspondances"
down_revision = "0007_cellules"


def upgrade() -> None:
    jouer(__file__)
