from mutualisation.entrepot.migrations.application import jouer

revision = "0004_simulation"
down_revision = "0003_preparateurs"


def upgrade() -> None:
    jouer(__file__)
