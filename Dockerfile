# pixeldesk as an image: docs/running.md. The commands in here are run as processes by `make wheel-check`.
# It answers Docker's own networks, from which a published port comes, and nobody else.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python3 -m venv /opt/pixeldesk
COPY requirements.lock ./
RUN /opt/pixeldesk/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock
COPY . ./
RUN /opt/pixeldesk/bin/pip wheel --no-cache-dir --no-deps --wheel-dir wheel . \
    && /opt/pixeldesk/bin/pip install --no-cache-dir --no-deps wheel/pixeldesk-*.whl
RUN mkdir /data

FROM python:3.13-slim
COPY --from=build /opt/pixeldesk /opt/pixeldesk
COPY --from=build --chown=10001:10001 /data /data
ENV PATH=/opt/pixeldesk/bin:$PATH \
    HOME=/data \
    PIXELDESK_DB=/data/pixeldesk.duckdb \
    PIXELDESK_HOST=0.0.0.0 \
    PIXELDESK_TRUSTED_PROXY=172.16.0.0/12 \
    PIXELDESK_PORT=8501
WORKDIR /data
VOLUME /data
EXPOSE 8501
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PIXELDESK_PORT\"]}/healthz', timeout=4)"]
CMD ["pixeldesk", "serve"]
