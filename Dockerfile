# One image for every program; docker-compose.yml says which command each container runs.
FROM python:3.12-slim AS packages
WORKDIR /srv/handrail
COPY requirements.lock ./
RUN python -m venv /opt/handrail \
 && /opt/handrail/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md worker.py scheduler.py ./
COPY service ./service
RUN /opt/handrail/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /srv/handrail handrail
WORKDIR /srv/handrail
COPY --from=packages /opt/handrail /opt/handrail
COPY --from=packages /srv/handrail ./
COPY config ./config
RUN mkdir var && chown handrail var
ENV PATH=/opt/handrail/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER handrail
EXPOSE 8000
ENTRYPOINT ["handrail"]
CMD ["web"]
