# Two images of the same package (docs/deploy.md):
#   docker build -t dingtalk-scim .                                      production: PostgreSQL is elsewhere, DATABASE_URL is demanded
#   docker build -t dingtalk-scim:sandbox --target sandbox .             to try it: PostgreSQL inside, data in /data
# For several platforms: docker buildx build --platform linux/amd64,linux/arm64 .

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
ARG COMMIT=""
RUN BUILD_COMMIT="$COMMIT" npm run build && mkdir /build/out && npm pack --ignore-scripts --pack-destination /build/out && mv /build/out/*.tgz /build/out/package.tgz

# The package brings its libraries, so nothing is fetched here.
FROM node:24.21.0-bookworm-slim AS install
WORKDIR /app
COPY --from=build /build/out/package.tgz /app/package.tgz
RUN npm install --omit=dev --omit=optional --ignore-scripts --offline --no-audit --no-package-lock /app/package.tgz && rm /app/package.tgz

FROM node:24.21.0-bookworm-slim AS install-sandbox
WORKDIR /app
COPY --from=build /build/out/package.tgz /app/package.tgz
RUN npm install --omit=dev --no-audit --no-package-lock /app/package.tgz && rm /app/package.tgz

# No package manager, no shell for the user, nothing that the user could write to but /data.
FROM node:24.21.0-bookworm-slim AS base
RUN groupadd --gid 10001 dingtalk-scim \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dingtalk-scim \
    && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    && install -d -o 10001 -g 10001 -m 0750 /data
ARG VERSION="0.1.0"
ARG COMMIT=""
LABEL org.opencontainers.image.title="dingtalk-scim" \
    org.opencontainers.image.description="SCIM 2.0 provisioning server that keeps a DingTalk organisation equal to a directory" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$COMMIT" \
    org.opencontainers.image.base.name="docker.io/library/node:24.21.0-bookworm-slim"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# A worker has no HTTP: compose.yaml switches the check off for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/node_modules/dingtalk-scim/bin/dingtalk-scim.js"]
CMD ["serve"]

FROM base AS sandbox
COPY --from=install-sandbox --chown=0:0 /app /app
VOLUME ["/data"]

FROM base AS production
COPY --from=install --chown=0:0 /app /app
