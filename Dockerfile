# The release image: dist/ on Node 22, run by a numeric user who owns nothing but the data directory.
#
# Debian and not Alpine or a static base: uWebSockets.js and ONNX Runtime are glibc binaries. The dependencies have a
# stage of their own, so that a change of source leaves their layer (the big one) as it is, in the registry and on nodes.

FROM node:22-bookworm-slim AS build
WORKDIR /opt/peregrine
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/
COPY src/ src/
# The load generator is a verb of the release.
COPY bench/ bench/
RUN node scripts/build.ts

FROM node:22-bookworm-slim AS dependencies
WORKDIR /opt/peregrine
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
# The base image is the Node of this image; of ONNX Runtime only the CPU binary of this platform is used.
RUN rm -rf node_modules/node-linux-* \
 && find node_modules/onnxruntime-node/bin -type f \
      \( ! -path "*/linux/$(node -p process.arch)/*" -o -name 'libonnxruntime_providers_*' \) -delete \
 && find node_modules -type d -empty -delete \
 && node -e "for (const name of ['uWebSockets.js', 'onnxruntime-node', 'piscina']) require(name)"

FROM node:22-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="peregrine" \
      org.opencontainers.image.description="A low-latency OpenRTB bidder that scores every candidate with an ONNX model" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
WORKDIR /opt/peregrine
# The one place that is written to; a fresh volume here takes over its owner.
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/peregrine
COPY --from=dependencies /opt/peregrine/node_modules/ node_modules/
COPY package.json LICENSE ./
COPY bin/ bin/
COPY models/ models/
COPY catalog/demo/ catalog/demo/
COPY --from=build /opt/peregrine/dist/ dist/
# Without it ONNX Runtime (1.29 and later) reports model names and host facts to its maker, and writes an id for that.
ENV ORT_DISABLE_TELEMETRY=1
USER 10001:10001
VOLUME /var/lib/peregrine
ENV PEREGRINE_DATA=/var/lib/peregrine
# The admin port listens on loopback inside the container until PEREGRINE_ADMIN_HOST says otherwise.
EXPOSE 8080 9090
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PEREGRINE_ADMIN_PORT ?? 9090) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/opt/peregrine/bin/peregrine"]
# No flags for catalog and models: those of the image are the defaults, and a flag here would win over `docker run -e`.
CMD ["serve", "--host", "0.0.0.0"]
