# Needs make, Python 3.11 or newer with its venv module, and nothing else to run.

PYTHON ?= python3
BIN = .venv/bin
# Arguments for pytest: make test ARGS="tests/test_health.py -k ready"
ARGS ?=
# The day on which the tests are run, when not today: make test TODAY=2028-02-29
TODAY ?=
export TODAY
CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser))
ifneq ($(CHROMIUM),)
export CHROMIUM
endif
PYTEST = $(BIN)/python -m pytest -n auto --dist worksteal --durations=15 $(if $(CHROMIUM),,-m "not e2e")

.PHONY: help
help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

.PHONY: run
run: .venv/.installed ## Set up what is missing and serve at http://127.0.0.1:8000/ (PORT)
	@exec bin/run

.PHONY: test
test: lint browser ## Run all checks and tests, on SQLite (ARGS are pytest's; TODAY)
	$(PYTEST) $(ARGS)

.PHONY: test-postgres
test-postgres: .venv/.installed-dev ## Run what needs a database on a PostgreSQL of its own, or on TEST_DATABASE_URL
	$(BIN)/python tests/with_postgres.py $(PYTEST) $(ARGS)

.PHONY: test-long
test-long: .venv/.installed-dev browser ## Run all tests at full length on five awkward days, then on PostgreSQL (hours)
	@set -e; for day in $$($(BIN)/python -m tests.clock); do \
		echo "*** $$day ***"; LONG=1 TODAY=$$day $(PYTEST) $(ARGS); \
	done
	LONG=1 $(BIN)/python tests/with_postgres.py $(PYTEST) $(ARGS)

.PHONY: lint
lint: .venv/.installed-dev ## Check style, layers and templates
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

.PHONY: format
format: .venv/.installed-dev ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: messages
messages: .venv/.installed ## Collect the texts to translate and compile the translations (needs gettext)
	$(BIN)/python manage.py makemessages -l ja --no-obsolete --no-wrap --add-location file -i '.venv' -i 'var' -i 'tests'
	$(BIN)/python manage.py compilemessages -l ja -i '.venv' -i 'var'

.PHONY: lock
lock: ## Pin the newest allowed versions of everything (needs uv)
	uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes --upgrade requirements.in -o requirements.txt
	uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes -c requirements.txt requirements-dev.in -o requirements-dev.txt

.PHONY: bench
bench: .venv/.installed-dev ## Measure the speed of the pages
	$(BIN)/python -m tests.benchmarks

.PHONY: shell
shell: .venv/.installed ## Open Python with the data at hand
	$(BIN)/python manage.py shell

.PHONY: clean
clean: ## Remove the environment and what tools have left; the data in var/ stays
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results var/static
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed (PYTHON=…)" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo 'The venv module is missing: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv

# Both lists are pinned with hashes, and the second contains the first.
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r

.venv/.installed: requirements.txt | .venv/bin/pip
	$(INSTALL) requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt | .venv/bin/pip
	$(INSTALL) requirements-dev.txt
	@touch .venv/.installed $@

# Tests without a browser are a choice that only a person can make.
.PHONY: browser
browser:
ifeq ($(CHROMIUM),)
ifdef CI
	@echo 'No Chromium found: set CHROMIUM or install it.' >&2; exit 1
else
	@echo '*** No Chromium found: the tests marked e2e are LEFT OUT (set CHROMIUM). ***' >&2
endif
endif
