# The only verbs of the project. Each one does the set-up it needs by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Node 22 is pinned by the project. npm has to run under it too: under another major it skips native packages.
HOST_NODE_MAJOR := $(shell node -p 'process.versions.node.split(".")[0]' 2>/dev/null)
NPM22 := $(if $(filter 22,$(HOST_NODE_MAJOR)),bash -c,npx -y -p node@22 -c)
NODE := node_modules/.bin/node
export ONNXRUNTIME_NODE_INSTALL := skip
# ONNX Runtime reports to its vendor unless told not to.
export ORT_DISABLE_TELEMETRY := 1
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help install build run test check bench gate load peers soak conformance model loop python image

help: ## list these verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: node_modules/.package-lock.json ## install the dependencies and the pinned Node

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed: install Node.js 20 or later with npm, then run make again"; exit 1; }
	@echo "installing dependencies (about a minute the first time)"
	@$(NPM22) 'npm ci --no-progress --loglevel=error'
	@# npm 10 does not link the command of a package that is there twice, once for each platform.
	@cd node_modules/.bin && { [ -x node ] || ln -sf ../node-linux-*/bin/node node || ln -sf "$$(command -v node)" node; }
	@bin/peregrine --version >/dev/null
	@touch $@

build: install ## bundle the release into dist/
	@$(NODE) scripts/build.ts

run: install ## start the bidder with the demo catalog and model
	@exec bin/peregrine serve $(ARGS)

test: install ## run every test
	@$(NODE) node_modules/.bin/tap build >/dev/null
	@$(NODE) node_modules/.bin/tap $(ARGS)

check: install ## types, lint and format
	@$(NODE) node_modules/.bin/tsc --noEmit
	@node_modules/.bin/biome ci --colors=off --error-on-warnings .

bench: build ## micro benches of the hot rooms, what decisions are worth, the whole bidder, bills beside bids, overload, bad peers
	@$(NODE) bench/run.ts $(ARGS)

gate: build ## this tree against an earlier commit: fails when it is slower; ARGS=--help tells the rest
	@$(NODE) --disable-warning=ExperimentalWarning bench/gate/cli.ts $(ARGS)

load: install ## open-loop load against a running bidder; ARGS="--url http://127.0.0.1:8080/openrtb2/bid --rate 5000"
	@bin/peregrine load $(ARGS)

peers: build ## the bidder beside the same decision on Fastify and node:http; ARGS=--help
	@$(NODE) bench/peers/run.ts $(ARGS)

soak: build ## half an hour of steady load: is memory flat; ARGS=--help
	@$(NODE) bench/end-to-end/soak.ts $(ARGS)

conformance: install ## every request we have against every rule and exchange profile; report in dist/
	@$(NODE) conformance/run.ts $(ARGS)

model: install ## simulate impressions, train a model on them as the next version, compare it with the truth; ARGS=--help
	@$(NODE) bench/truth/train-simulated.ts $(ARGS)

loop: build ## simulate, train, promote, simulate again: what a trained model is worth; ARGS=--help
	@$(NODE) bench/loop/run.ts $(ARGS)

python: .venv/.installed ## a .venv with scikit-learn, LightGBM and ONNX Runtime, for python/ and the tests of it

.venv/.installed: python/requirements.txt
	@python3 -m venv .venv || { echo "python3, 3.11 or later, with its venv module is needed (Debian: apt-get install python3-venv)"; exit 1; }
	@echo "installing $< into .venv (about a minute the first time)"
	@.venv/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

image: ## build the container image
	@docker build -t peregrine:$(shell sed -n 's/.*"version": "\(.*\)".*/\1/p' package.json) .
