from mutualisation.entrepot.migrations.application import jouer

revision = "0009_roles"
down_revision = "0008_correspondances"


def upgrade() -> None:
    jouer(__file__)
