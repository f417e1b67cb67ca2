# The site, the worker and the clock are one image with three commands; see docker-compose.yml.

FROM node:22-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund


# What both the build and the site need: Python, and the libraries that GeoDjango and WeasyPrint load.
FROM python:3.11-slim-bookworm AS base
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgdal32 libgeos-c1v5 libproj25 \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=radar.settings.production \
    DATA_DIR=/app/data
WORKDIR /app


FROM base AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --no-compile --no-deps \
        --require-hashes --only-binary :all: -r requirements.lock
COPY --from=assets /app/node_modules node_modules
COPY . .
# The key is needed to load the settings, signs nothing here, and stays out of the image. Of the
# front-end packages the folders stay, which the settings name; their files are under data/static.
RUN find . -name '*.po' -not -path './.venv/*' -execdir msgfmt -o django.mo django.po ';' \
    && SECRET_KEY=only-while-building python manage.py collectstatic --noinput -v 0 \
    && find node_modules -type f -delete


FROM base AS runtime
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin radar
COPY --from=build /app /app
RUN mkdir -p data/media data/cache && chown -R radar data/media data/cache
USER radar
EXPOSE 8000
# Answers at all, whatever the page says: a host name or a redirect to https is not sickness.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/'); raise SystemExit(c.getresponse().status >= 500)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "4", "--blocking-threads", "2", "radar.wsgi:application"]
