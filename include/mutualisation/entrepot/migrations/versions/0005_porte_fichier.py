from mutualisation.entrepot.migrations.application import jouer

revision = "0005_porte_fichier"
down_revision = "0004_simulation"


def upgrade() -> None:
    jouer(__file__)
