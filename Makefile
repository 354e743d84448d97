# Handslag. Two commands are enough: `make run` and `make test`. `make help` lists the rest.
PORT ?= 8000
CASES ?= 2000
SEED ?= 1
BENCH ?= bench bench_writes bench_journal bench_statistics bench_measures
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: help run setup test lint format docs bench fuzz torture mutants assets messages diagrams screenshots lock clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: setup ## Set up everything, make a demo world if there is none, and serve it
	@HANDSLAG_MODE=$${HANDSLAG_MODE:-demo} $(BIN)/handslag demo --cases $(CASES) --seed $(SEED) --if-empty
	@HANDSLAG_MODE=$${HANDSLAG_MODE:-demo} $(BIN)/handslag serve --port $(PORT)

setup: .venv/.ready ## Prepare .venv with the `handslag` command

.venv/.tools: requirements/tools.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed (PYTHON=... names another)."; exit 1; }
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

.venv/.ready: .venv/.tools requirements/run.txt pyproject.toml
	@echo "Installing what Handslag needs ..."
	@$(UV) --require-hashes -r requirements/run.txt
	@$(UV) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test-ready: .venv/.ready requirements/test.txt
	@echo "Installing what the tests need ..."
	@$(UV) --require-hashes -r requirements/test.txt
	@touch $@

test: .venv/.test-ready ## Run every test, on SQLite and (where one answers) PostgreSQL, browser included
	@sh tests/run.sh

lint: .venv/.test-ready ## Form, mistakes, types, floors between rooms, migrations in step: as .pre-commit-config.yaml says
	@$(BIN)/pre-commit run --all-files

format: .venv/.test-ready ## Bring code and templates into their form
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .
	@git ls-files '*/templates/*.html' | xargs $(BIN)/djade --target-version 5.2

docs: .venv/.test-ready ## Build the documents as a site into build/site; a link or anchor that leads nowhere fails
	@$(BIN)/python -m tests.documents

bench: .venv/.test-ready ## Measure against a baseline in the same run, and fail naming each limit that is not kept; CASES=2000000 for the largest world
	@failed=0; for part in $(BENCH); do $(BIN)/python -m tests.$$part || failed=1; done; exit $$failed

fuzz: .venv/.test-ready ## Random SQL past the product (STATEMENTS=100000 SEED=1): on SQLite as a shell, on PostgreSQL as the server's role
	@$(BIN)/python -m tests.fuzz

torture: .venv/.test-ready ## Kill the server and its databases under load (KILLS=200), and see that nothing saved is lost
	@$(BIN)/python -m tests.torture

mutants: .venv/.test-ready ## Break the code on purpose, once at a time, and see a test fail each time
	@$(BIN)/python -m tests.mutants

diagrams: .venv/.test-ready ## Draw floors, states and the list of decisions into the docs, from the code
	@$(BIN)/python -m tests.diagrams

screenshots: .venv/.test-ready ## Take the docs' pictures of each page
	@$(BIN)/python -m tests.screenshots

assets: ## Fetch the design system and font anew into the package (needs Node)
	@assets/build.sh

messages: .venv/.test-ready ## Gather texts to translate (needs gettext) and compile the translations
	@cd src/handslag && HANDSLAG_HOME=../../build DJANGO_SETTINGS_MODULE=handslag.settings ../../$(BIN)/python -P -m django makemessages -l sv --no-obsolete --no-location --extension=html,py
	@$(BIN)/python -c "import polib; p = polib.pofile('src/handslag/locale/sv/LC_MESSAGES/django.po'); p.save_as_mofile('src/handslag/locale/sv/LC_MESSAGES/django.mo'); print(len(p.untranslated_entries()), 'untranslated')"

lock: .venv/.tools ## Pin the requirements anew, with hashes
	@for f in tools run cluster test; do $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/$$f.in -o requirements/$$f.txt; done

clean: ## Remove what was built; keeps var/
	rm -rf .venv build
