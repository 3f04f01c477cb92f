# Airflow, dbt and the package in one locked environment; every part of Airflow runs from this one image.
FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285

ENV UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    PATH=/opt/mutualisation/.venv/bin:$PATH \
    AIRFLOW_HOME=/var/lib/airflow \
    DO_NOT_TRACK=1 \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    GX_ANALYTICS_ENABLED=false

RUN useradd --uid 50000 --gid 0 --create-home --home-dir /var/lib/airflow airflow \
    && install -d -o airflow -g 0 -m 0770 /var/lib/mutualisation /var/lib/airflow/logs \
    && pip install --no-cache-dir uv==0.13.9

WORKDIR /opt/mutualisation
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --extra celery --extra s3 --extra observation --extra comptes --no-install-project
COPY include ./include
COPY dags ./dags
COPY dbt_project ./dbt_project
COPY expectations ./expectations
COPY docs/regles.md ./docs/regles.md
# the wheel, as anywhere else: nothing of it is written to
RUN uv sync --locked --no-dev --extra celery --extra s3 --extra observation --extra comptes --no-editable

USER airflow
CMD ["airflow", "version"]
