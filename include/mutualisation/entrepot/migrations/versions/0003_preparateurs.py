from mutualisation.entrepot.migrations.application import jouer

revision = "0003_preparateurs"
down_revision = "0002_contexte_publication"


def upgrade() -> None:
    jouer(__file__)
