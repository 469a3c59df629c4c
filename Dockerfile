# One image for the web server, the worker and the scheduler; docker-compose.yml tells them apart.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/app/.local/numba

RUN useradd --create-home --uid 10001 helianthus
WORKDIR /app
RUN chown helianthus: /app

COPY requirements/base.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

USER helianthus
COPY --chown=helianthus: manage.py pyproject.toml ./
COPY --chown=helianthus: solidago solidago
COPY --chown=helianthus: backend backend
COPY --chown=helianthus: frontend frontend
COPY --chown=helianthus: locale locale
COPY --chown=helianthus: scripts/messages.py scripts/
# None needs a store: kernels and translations compiled and files hashed once, for every container.
RUN python -m solidago warm && python scripts/messages.py compile && \
    python manage.py collectstatic --noinput --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "-c", "python:backend.config.gunicorn"]
