from mutualisation.entrepot.migrations.application import jouer

revision = "0010_sceaux"
down_revision = "0009_roles"


def upgrade() -> None:
    jouer(__file__)
