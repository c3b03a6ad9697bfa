# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
WORKDIR /src
COPY requirements.txt ./
RUN /venv/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES ./
COPY domain ./domain
COPY projections ./projections
COPY workers ./workers
COPY service ./service
COPY store ./store
COPY shilu ./shilu
RUN /venv/bin/pip install --no-deps --no-index --no-build-isolation .

FROM python:3.13-slim
# sheets of paper as PDF: Pango and HarfBuzz lay them out, in a font that has Chinese
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10531 --home-dir /data shilu \
    && install --directory --owner=shilu --mode=0700 /data /signer
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SHILU_DATA=/data \
    SHILU_HOST=0.0.0.0 \
    SHILU_PORT=8000
USER shilu
WORKDIR /data
VOLUME ["/data", "/signer"]
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["shilu"]
CMD ["up"]
