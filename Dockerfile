# One image for the web server, the worker, the scheduler and the migrations; docker-compose.yml tells them apart.
# Python 3.11.16 on Debian 12; the digest decides, the tag only says what it is.
ARG BASE=python:3.11-slim-bookworm@sha256:fe556eaffd0d96abd8685b83bb8a69addd0dc730fa193669a7df0d49ddcfac02

FROM ${BASE} AS build
ENV PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements/base.txt requirements/
RUN python -m venv /venv && pip install --require-hashes -r requirements/base.txt
COPY manage.py pyproject.toml ./
COPY solidago solidago
COPY backend backend
COPY frontend frontend
COPY locale locale
COPY scripts/messages.py scripts/
COPY deploy/entrypoint.sh deploy/web_answers.py deploy/
# None of this needs a store. Compiled kernels are valid for files of the same time, of which images keep whole seconds.
RUN find solidago -name "*.py" -exec touch --date=@1 {} + && \
    NUMBA_CACHE_DIR=/app/kernels python -m solidago warm && \
    python scripts/messages.py compile && \
    python manage.py collectstatic --noinput --verbosity 0

FROM ${BASE}
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Helianthus" \
      org.opencontainers.image.description="Pairwise judgments turned into scores that a hostile minority cannot distort" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/venv/bin:$PATH \
    HOME=/tmp \
    NUMBA_CACHE_DIR=/tmp/kernels
RUN useradd --no-create-home --home-dir /tmp --shell /usr/sbin/nologin --uid 10001 helianthus
WORKDIR /app
# They stay root's: the processes can read them and no more.
COPY --from=build /venv /venv
COPY --from=build /app /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=120s CMD ["python", "deploy/web_answers.py"]
ENTRYPOINT ["/app/deploy/entrypoint.sh"]
CMD ["gunicorn", "-c", "python:backend.config.gunicorn"]
