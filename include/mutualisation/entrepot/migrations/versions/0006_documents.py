from mutualisation.entrepot.migrations.application import jouer

revision = "0006_documents"
down_revision = "0005_porte_fichier"


def upgrade() -> None:
    jouer(__file__)
