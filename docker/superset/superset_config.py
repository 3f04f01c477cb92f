"""Settings of the Superset that shows the dashboards: French, nothing asked of the Internet."""

from __future__ import annotations

import os

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ.get("SUPERSET_METADONNEES", f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.db")
BABEL_DEFAULT_LOCALE = "fr"
LANGUAGES = {"fr": {"flag": "fr", "name": "Français"}}
FEATURE_FLAGS = {"DASHBOARD_NATIVE_FILTERS": True}
TALISMAN_ENABLED = bool(os.environ.get("SUPERSET_TALISMAN"))
# what is shown of an exercice changes at a publication only
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 300}
WTF_CSRF_ENABLED = True
D3_FORMAT = {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\u202f€"]}
