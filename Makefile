# Needs Python 3.11 or newer and nothing else. Everything is installed into .venv, from the locks.

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python3.14 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
IN_VENV := .venv/bin/python
INSTALL := $(IN_VENV) -m pip install --quiet --disable-pip-version-check
# The lock is its own constraint as well: an older pip would take another version of a package
# that is also asked for with extras (sqlalchemy[asyncio]), and then miss its hash.
LOCKED = $(INSTALL) --require-hashes -r $(1) -c $(1)
WORKERS ?= 3
# Of a test with many examples PostgreSQL is asked the first; "all" asks it every one.
EXAMPLES ?= first
MINUTES ?= 60
TESTS ?= tests
# What one process has compiled serves the hundreds that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run dev test quick bench endurance check format migration docs audit sbom css lock

run: .venv/installed ## the whole service with its demonstration, until Ctrl-C
	@exec .venv/bin/scc up --demo

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

dev: .venv/installed-for-tests ## pages and API alone, started again when a file changes
	@.venv/bin/scc init && exec $(IN_VENV) -m web --reload

test: .venv/installed-for-tests ## everything, on real parts
	EXAMPLES=$(EXAMPLES) $(IN_VENV) -m pytest $(TESTS) -n $(WORKERS) -rs --durations=10

quick: .venv/installed-for-tests ## what needs no Prefect, browser, kill point, PostgreSQL or grid
	$(IN_VENV) -m pytest $(TESTS) -n 2 --quick --durations=10

bench: .venv/installed-for-tests ## how fast it is, into docs/benchmarks.md
	$(IN_VENV) -m tests.benchmarks

endurance: .venv/installed-for-tests ## kill, stop and slow a real scc up, MINUTES=60; count what is lost
	$(IN_VENV) -m tests.endurance --minutes $(MINUTES) --clients 8 --home "$$(mktemp -d)/endurance"

check: .venv/installed-for-tests ## style, types, who may import whom
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive models notifications flows web cli

format: .venv/installed-for-tests ## put imports and lines in order
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format .

migration: .venv/installed-for-tests ## NAME="what changes": a new migration from the tables
	@test -n "$(NAME)" || { echo 'Say what changes: make migration NAME="a column for ..."' >&2; exit 1; }
	$(IN_VENV) -m models.migrations.writing "$(NAME)"

docs: .venv/installed-for-tests ## the pages that are made from the code: roles, ladders, rooms, law
	$(IN_VENV) -m models.people.access_table
	$(IN_VENV) -m models.escalations.ladder_table
	$(IN_VENV) -m tests.support.rooms
	$(IN_VENV) -m tests.support.law_table

# Known vulnerabilities of what is locked; asks pypi.org. An answer "not found" is no answer.
audit: .venv/release/installed
	.venv/release/bin/pip-audit --disable-pip --require-hashes -r requirements.lock

# What the service is made of, as CycloneDX; a release carries it.
sbom: .venv/release/installed
	mkdir -p dist
	.venv/release/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible -o dist/sbom.cdx.json

# The stylesheet is committed: only a change of its sources needs node.
css:
	cd web/assets && npm ci --ignore-scripts && npm run css

# After a change of the dependencies in pyproject.toml; needs uv.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--group pyproject.toml:release -o .ci/release.lock

.venv/installed: requirements.lock pyproject.toml | .venv/bin/pip
	@echo "Installing what requirements.lock names (once; about a minute)"
	@$(call LOCKED,requirements.lock)
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-for-tests: requirements-dev.lock .venv/installed
	@echo "Installing what requirements-dev.lock names (once; about a minute)"
	@$(call LOCKED,requirements-dev.lock)
	@touch $@

.venv/release/installed: .ci/release.lock | .venv/bin/pip
	@$(PYTHON) -m venv .venv/release
	@.venv/release/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r .ci/release.lock
	@touch $@

# pip comes last into a new environment, so that half of one is made again.
.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." \
		"Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is older than Python 3.11." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv .venv
