# The README's two commands are `make bilan` and `make test`; each brings all it needs.
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.DEFAULT_GOAL := aide
export UV_PYTHON_DOWNLOADS := never
# companies and administrations sign their own proxies: trust what the system trusts
export UV_SYSTEM_CERTS := 1
# one compilation at installation, not one in each of the processes of a run, where Python may not write its own
export UV_COMPILE_BYTECODE := 1
export AIRFLOW__CORE__LOAD_EXAMPLES := False
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

MUTUALISATION := .venv/bin/mutualisation
# the reference drop has a warehouse of its own: synthetic and real figures never meet
ECHANTILLON := var/echantillon
ENTREPOT := var/entrepot

.PHONY: aide environnement bilan test test-complet bench secrets tableaux conformite conformite-situation ordonnanceur roue site qualite types sql mutants inventaire livraison
aide:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

environnement: .venv/.a_jour ## Python environment, locked; PYTHON=… for another than the newest that fits

.venv/.a_jour: uv.lock pyproject.toml
	@outils/environnement.sh
	@echo "Environnement : notre code et les modèles dbt…" >&2
	@.venv/bin/python -P -m compileall -q include
	@.venv/bin/python -P -m mutualisation.entrepot.construction.enfant_dbt
	@touch $@ && echo "Environnement prêt." >&2

ifdef DEPOT
bilan: environnement ## the main job: DEPOT=… EXERCICE="2023 2024" for a drop of yours, else the reference drop
	@test -n "$(EXERCICE)" || { echo 'Indiquez les exercices : make bilan DEPOT=… EXERCICE="2023 2024"' >&2; exit 1; }
	@MUTUALISATION_VAR=$(ENTREPOT) $(MUTUALISATION) bilan --depot "$(DEPOT)" \
		$(foreach e,$(EXERCICE),--exercice $(e)) --sortie "$(or $(SORTIE),$(ENTREPOT)/bilans)"
else
bilan: environnement $(ECHANTILLON)/depot
	@MUTUALISATION_VAR=$(ECHANTILLON) $(MUTUALISATION) bilan --depot $(ECHANTILLON)/depot \
		--exercice 2019 --exercice 2020 --exercice 2021 --sortie "$(or $(SORTIE),var/bilans)"
endif

# another drop is another warehouse: files of the former one would stay beside the new
$(ECHANTILLON)/depot: $(wildcard echantillon/*.py echantillon/donnees/*) | environnement
	@rm -rf $(ECHANTILLON) && .venv/bin/python -m echantillon --sortie $@ >/dev/null
	@touch $@

test: environnement ## what to run at each change: rules, cases, documents, one whole run, one chain of Airflow
	@.venv/bin/pytest -n auto --dist worksteal -m "not complet" $(PYTEST)

test-complet: environnement ## every test that this machine can run; those left out are named
	@.venv/bin/pytest -n auto --dist worksteal $(PYTEST)

conformite: environnement ## whole and defective drops against the expected figures: ours, and all of ../shared where it is
	@fautes=0; .venv/bin/pytest -n auto --dist worksteal tests/conformite || fautes=1; \
	for suite in $(addprefix ../shared/conformite-,2 3 4 5 6); do \
		[ -d $$suite ] || { echo "laissé de côté : $$suite n'est pas là"; continue; }; \
		$$suite/verifier -j 2 --commande $(MUTUALISATION) || fautes=1; \
		[ ! -d $$suite/defauts ] || $$suite/verifier -j 2 --defauts --commande $(MUTUALISATION) || fautes=1; \
		[ ! -x $$suite/verifier-semestre ] || $$suite/verifier-semestre --commande $(MUTUALISATION) || fautes=1; \
	done; \
	[ ! -x ../shared/conformite-5/verifier-situation ] || $(MAKE) conformite-situation || fautes=1; \
	exit $$fautes

conformite-situation: environnement
	@fautes=0; for suite in 5 6; do ../shared/conformite-$$suite/verifier-situation --commande $(MUTUALISATION) || fautes=1; done; exit $$fautes

bench: environnement ## what users wait for, against a former version: var/bench/ratios.csv
	@.venv/bin/python outils/banc.py $(if $(TAILLES),--tailles $(TAILLES))

# an empty warehouse: in that of `make bilan` everything is loaded and published, and no chain has anything to do
ordonnanceur: environnement $(ECHANTILLON)/depot ## the chains by a real Airflow scheduler on the reference drop, in a warehouse of their own; MOIS="5 6"
	@rm -rf var/ordonnanceur
	@MUTUALISATION_VAR=var/ordonnanceur .venv/bin/python outils/ordonnanceur.py --depot $(ECHANTILLON)/depot \
		$(foreach m,$(or $(MOIS),6),--mois $(m))

roue: environnement ## the wheel, for an Airflow that exists already: var/roue, or ROUE=…
	@rm -f "$(or $(ROUE),var/roue)"/mutualisation-*.whl
	@.venv/bin/python -m hatchling build -t wheel -d "$(abspath $(or $(ROUE),var/roue))"

# the docs and the reference extracts, by Sphinx in an environment of its own, then read by a browser
site: bilan ## var/site/public: the reference extracts, the French docs and their search; static, read by a browser
	@rm -rf var/site && mkdir -p var/site/source var/site/extraits && cp -r docs/. var/site/source
	@cp -rl var/bilans/bilan_* var/site/extraits  # invoices and envelopes may lie beside them
	@{ cat outils/site/accueil.md; tail -n +3 docs/README.md; } >var/site/source/index.md
	@uv=$$(command -v uv || echo var/outils/bin/uv); $$uv run -q --isolated --locked --only-group site \
		sphinx-build -q -W -b html -c outils/site -D html_extra_path="$(CURDIR)/var/site/extraits" var/site/source var/site/public
	@.venv/bin/python outils/site/verifier.py var/site/public

secrets: ## .env for docker compose, each empty secret filled
	@docker/secrets.sh

tableaux: ## dashboards in Superset: in the environment, ADRESSE=… (mutualisation ouvrir), EXERCICE=2021 or the last published
	@docker/superset/lancer.sh

qualite: environnement ## lint, format, types, SQL
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@$(MAKE) -j2 -O types sql

types: environnement
	@.venv/bin/mypy include/mutualisation

sql: environnement
	@rm -rf var/lint && env -u ENTREPOT_DSN MUTUALISATION_VAR=var/lint .venv/bin/python -P -m mutualisation.usage.terminal sqlfluff lint dbt_project/models

inventaire: environnement ## what the software is made of, its extras included: CycloneDX, hashes, licences judged beside ours
	@uv=$$(command -v uv || echo var/outils/bin/uv); $$uv run -q --isolated --locked --no-dev --all-extras python outils/inventaire.py

# the instant of the commit is that of the wheel, and of the registry that the constraints are read from
livraison: export SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct 2>/dev/null)
livraison: inventaire ## a release, signed by CLE=… (Ed25519, PEM); without it, a rehearsal: var/livraison
	@$(MAKE) roue
	@.venv/bin/python outils/livraison.py $(if $(CLE),--cle "$(CLE)")

mutants: environnement ## alter the SQL of the models one slip at a time: a scenario must notice each
	@.venv/bin/python outils/mutants.py
