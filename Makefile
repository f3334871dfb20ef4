# One way to do each thing. On a fresh machine with Python 3.11 `make demo` is enough: every target that
# needs the environment makes it first. `make` alone lists the targets (the text after ## is the help).

# The first of these that is Python 3.11 or newer; `make setup PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RIVALS := .venv-rivals
UV := $(BIN)/uv
# uv may neither fetch a Python of its own nor be led elsewhere by a virtualenv that happens to be active.
export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV :=
# Images of Python often set it: each process would compile all libraries again, 2.4 s of a processor where 0.9 do.
export PYTHONDONTWRITEBYTECODE :=
COMPOSE ?= docker compose
CODE := services shared tsunagu deploy tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo up down compose-up compose-down test browser apache image alerts kubernetes operations sim chaos chaos-short bench lint format verify schemas messages lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with every library, pinned and checked by hash (skipped when nothing changed)

# The bootstrap is pip's only work: it brings uv, which brings the rest.
$(UV): requirements/bootstrap.txt
	@test -n "$(PYTHON)" || { echo "Tsunagu needs Python 3.11 or newer and found none." \
		"Install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.11;" \
		"Fedora: dnf install python3.11), or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo \
		"$(PYTHON) cannot make virtual environments (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(STAMP): $(UV) requirements/all.txt pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/all.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## the whole network on this machine, without Docker (ARGS=--exit: play once and stop)
	$(BIN)/tsunagu demo $(ARGS)

up: setup ## the network on this machine, without Docker, to try things with (ARGS=--detach)
	$(BIN)/tsunagu up $(ARGS)

down: setup ## stop it
	$(BIN)/tsunagu down

# Secrets are made once, on each machine, into .env; see deploy/compose/.env.example.
compose-up: ## the whole network in containers: Kafka, MongoDB, four services, mail, Prometheus, Grafana
	@sh deploy/compose/up.sh $(COMPOSE)

compose-down: ## stop the containers (ARGS=--volumes: and forget their data)
	@sh deploy/compose/env.sh
	$(COMPOSE) --profile command-line down $(ARGS)

test: setup ## every test but browser, bench, apache, alerts, image, kubernetes, operations (ARGS='tests/unit -k name')
	$(BIN)/pytest -m "not browser and not bench and not apache and not alerts and not image and not kubernetes and not operations" $(ARGS)

browser: setup ## the pages, in a real Chromium (apt: chromium fonts-noto-core fonts-noto-cjk nodejs npm)
	$(BIN)/pytest -m browser $(ARGS)

apache: setup ## the delivery tests and the partners' guide, on Apache Kafka (apt: default-jdk-headless maven kcat jose jq curl)
	$(BIN)/pytest tests/apache tests/delivery tests/security -m "apache or delivery" --broker apache $(ARGS)

image: setup ## the image, built and run as docker-compose.yml says (as root; apt: buildah debootstrap default-jdk-headless maven; Go 1.24)
	$(BIN)/pytest tests/deploy -m image $(ARGS)

# Libraries that are measured beside ours, where no version of theirs stands in the way of one of ours.
$(RIVALS)/.installed: $(UV) requirements/rivals.txt
	$(UV) venv --quiet --clear --python $(BIN)/python $(RIVALS)
	$(UV) pip sync --quiet --python $(RIVALS)/bin/python --require-hashes requirements/rivals.txt
	@touch $@

alerts: setup ## cause trouble in a running network; a real Prometheus sees each alert fire (apt: prometheus)
	$(BIN)/pytest tests/alerts -m alerts $(ARGS)

operations: setup ## docs/operations.md, followed to the letter on a network of its own
	$(BIN)/pytest tests/operations -m operations $(ARGS)

kubernetes: setup ## deploy/kubernetes, built by kustomize, held to every schema and to the code (apt: default-jdk-headless maven; Go 1.24)
	$(BIN)/pytest tests/kubernetes $(ARGS)

sim: setup ## play the network with all that can go wrong, 2,000 times (ARGS='--seeds 50'; docs/simulation.md)
	$(BIN)/python -m tests.delivery.sim $(ARGS)

chaos: setup ## kill, freeze and cut off real processes; nothing may be lost (ARGS=--short; docs/chaos.md)
	$(BIN)/python -m tests.chaos $(ARGS)

chaos-short: setup ## the same for some minutes, as a test (apt: default-jdk-headless maven)
	$(BIN)/pytest tests/chaos -m apache $(ARGS)

bench: setup $(RIVALS)/.installed ## measurements; they say what they measured and on what
	$(BIN)/pytest tests/bench -m bench -s -o timeout=1800 -o "python_files=test_*.py bench_*.py" $(ARGS)

lint: setup ## style, types, dependencies, the house rules (CONTRIBUTING.md); changes nothing
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/deptry services shared tsunagu deploy
	$(BIN)/pytest --quiet tests/house tests/contract/test_schemas.py
	$(BIN)/python -m tests.house.sizes

format: setup ## put the code into shape
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

verify: setup ## check a running network's promises from its topics and documents (ARGS=--help)
	$(BIN)/tsunagu verify $(ARGS)

schemas: setup ## write the events' golden schemas anew; read the diff before committing it
	$(BIN)/python -m shared.events.golden

messages: setup ## collect new texts into the catalogues, for translation
	$(BIN)/python -m shared.i18n.update

# Existing pins are kept unless they no longer fit; `make lock ARGS=--upgrade` moves them all.
# No address of a registry gets into the files: they serve whichever one a machine is set up for.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'
lock: $(UV) ## resolve the pins in requirements/ again (ARGS=--upgrade: to the newest)
	$(LOCK) $(ARGS) -c requirements/constraints.in --extra embedded --extra dev -o requirements/all.txt pyproject.toml
	$(LOCK) $(ARGS) -c requirements/all.txt -o requirements/runtime.txt pyproject.toml
	printf 'quixstreams\n' | $(LOCK) $(ARGS) -o requirements/rivals.txt -
	printf 'uv\nsetuptools\n' | $(LOCK) $(ARGS) -c requirements/all.txt -o requirements/bootstrap.txt -
	printf 'cyclonedx-bom\npip-audit\n' | $(LOCK) $(ARGS) -o requirements/audit.txt -

# What looks after dependencies has dependencies of its own, which are none of ours.
AUDIT := .venv-audit
.PHONY: sbom audit
$(AUDIT)/.installed: $(UV) requirements/audit.txt
	$(UV) venv --quiet --clear --python $(BIN)/python $(AUDIT)
	$(UV) pip sync --quiet --python $(AUDIT)/bin/python --require-hashes requirements/audit.txt
	@touch $@

sbom: setup $(AUDIT)/.installed ## what the image holds, as CycloneDX: build/sbom.json
	@mkdir -p build
	$(AUDIT)/bin/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --mc-type application \
		--output-reproducible -o build/sbom.json requirements/runtime.txt
	$(BIN)/python -m tests.house.sbom build/sbom.json

# --strict: a package about which nothing could be learned is a failure, not a good answer.
audit: $(AUDIT)/.installed ## known vulnerabilities of what the image holds, as the package index tells them
	@$(AUDIT)/bin/pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r requirements/runtime.txt || { \
		echo "Vulnerable, or not to be audited here: see above. A mirror of the package index may have no advisories;" \
		"then run this where the index itself can be reached." >&2; exit 1; }

clean: ## remove what was made: environment, caches, build output (data and .env stay)
	rm -rf $(VENV) $(RIVALS) .venv-audit build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
