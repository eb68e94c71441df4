# docker build -t huepress . && docker run --rm -v huepress-state:/state -v "$PWD:/data" -u "$(id -u):$(id -g)" huepress compress assets -r --out-dir dist
FROM python:3.13-slim AS build
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY pyproject.toml CMakeLists.txt README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY core core
COPY bindings bindings
COPY src src
RUN python -m venv /opt/huepress && /opt/huepress/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/huepress /opt/huepress
ENV PATH=/opt/huepress/bin:$PATH
# Whoever runs it may remember there what is done.
ENV XDG_STATE_HOME=/state
RUN useradd --create-home --uid 10001 huepress && mkdir -m 1777 /state
USER 10001
WORKDIR /data
ENTRYPOINT ["huepress"]
CMD ["--help"]
