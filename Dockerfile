# Build: the pinned packages and the static files. Run: those and nothing else, not as root.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt .
RUN .venv/bin/pip install --require-hashes -r requirements.txt
COPY . .
# The key signs nothing here; each container is given its own.
RUN REQUIRE_SECRET_KEY=false .venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BIND=0.0.0.0:8000 \
    MEDIA_ROOT=/media
RUN useradd --system --uid 10001 --no-create-home tracker \
    && install -d -o tracker -g tracker /media
WORKDIR /app
COPY --from=build /app /app
USER tracker
VOLUME /media
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
# "exec": the server itself is told to stop.
CMD ["sh", "-c", "python manage.py prepare && exec python -m gunicorn -c config/gunicorn.py config.wsgi"]
