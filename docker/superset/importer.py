"""Import a bundle of `lot.py` over what was there: the address of the warehouse, datasets, charts and pages.

    python importer.py LOT.zip

The account that imports is made the first time, its password read from a file. `superset import-dashboards` replaces
pages only: the warehouse would be read under the account, and with the password, of the launch before.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from zipfile import ZipFile

from flask import g
from superset.app import create_app

COMPTE = "admin"

if __name__ == "__main__":
    with create_app().app_context():
        from superset import security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle

        if security_manager.find_user(username=COMPTE) is None:
            passe = Path(os.environ["SUPERSET_HOME"], "mot_de_passe").read_text(encoding="utf-8").strip()
            role = security_manager.find_role("Admin")
            security_manager.add_user(COMPTE, "Administration", "Entrepôt", "admin@localhost", role, password=passe)
        g.user = security_manager.find_user(username=COMPTE)
        with ZipFile(sys.argv[1]) as lot:
            ImportAssetsCommand(get_contents_from_bundle(lot)).run()
