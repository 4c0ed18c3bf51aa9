# Two commands on a fresh machine: `make demo`, `make test`. Both install what is missing first.

PYTHON ?= python3
ARGS ?=
VENV ?= .venv
BIN := $(VENV)/bin
# libzbar0: pyzbar. libsystemd-dev .. python3-dev: systemd-python builds from source. fonts: the screens are drawn with them.
PACKAGES := libzbar0 libsystemd-dev pkg-config gcc python3-dev python3-venv fonts-unifont fonts-nanum
# faketime: wrong clocks. systemd: its own check of the units. groff-base: it reads the man page. python3-lgpio, where Debian has it: Python 3.13 has no other. zbar-tools: a decoder to compare with.
TEST_PACKAGES := chromium faketime systemd groff-base $(if $(shell apt-cache show python3-lgpio 2>/dev/null),python3-lgpio)
BENCH_PACKAGES := zbar-tools
FLEET_PACKAGES := debootstrap systemd-container openssh-client
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test lint rooms soak fuzz screens pictures fleet fleet-test cover bench lock clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: $(VENV)/.run ## Run the whole kiosk on this machine (ARGS=--script: without a person)
	$(BIN)/kiosk demo $(ARGS)

test: $(VENV)/.test ## Run every test (ARGS: for pytest)
	$(BIN)/pytest -n auto $(ARGS)

lint: $(VENV)/.dev ## Check style, types, the imports between rooms, and the diagrams
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	MYPYPATH=tests/support $(BIN)/mypy --explicit-package-bases --allow-subclassing-any --no-warn-return-any tests/support
	$(BIN)/lint-imports
	$(BIN)/python -m kiosk.sale.diagram --check kiosk/sale/README.md
	$(BIN)/python -m kiosk.cli.manpage --check kiosk/cli/kiosk.1
	cd ansible && PATH="$(CURDIR)/$(BIN):$$PATH" ansible-lint -qq

rooms: $(VENV)/.dev ## Print which room imports which (DOT, for graphviz)
	$(BIN)/import-linter drawgraph hardware
	$(BIN)/import-linter drawgraph kiosk

ROUNDS ?= 200
soak: $(VENV)/.test ## Sell ROUNDS times under drawn faults and power cuts, and compare all the books (ARGS=--seed=7)
	$(BIN)/python tests/soak.py --rounds $(ROUNDS) $(ARGS)

fuzz: $(VENV)/.test ## Hand strangers' bytes to all that takes them, for MINUTES=5; what is not borne is kept in tests/fuzz/corpus
	PYTHONPATH=tests/support $(BIN)/python tests/fuzz/run.py --minutes $(or $(MINUTES),5) $(ARGS)

screens: $(VENV)/.test ## Draw every screen in every language, size, currency and mode, into build/screens/
	$(BIN)/python tests/sheets.py

pictures: $(VENV)/.test ## Make the README's pictures of menu, commands and front panel anew
	$(BIN)/python tests/pictures.py

fleet: $(VENV)/.fleet ## Install Ansible, for ansible/ (README, "The operator")

fleet-test: $(VENV)/.test ## Set up a booted Debian machine by ansible/, and sell on it (root, systemd-nspawn)
	@.make/packages $(FLEET_PACKAGES)
	KIOSK_FLEET=1 timeout --signal=INT --kill-after=60 1400 $(BIN)/pytest -n 0 tests/fleet $(ARGS)

cover: $(VENV)/.test ## Run every test, and fail when they reach less than 95 % of the branches of kiosk/ or hardware/
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --include='hardware/*' --fail-under=95
	$(BIN)/coverage report --skip-covered --include='kiosk/*' --fail-under=95

bench: $(VENV)/.bench $(VENV)/.test ## Measure all of it beside what else there is, also into build/, and compare with the kept figures (ARGS=--quick: one minute)
	@mkdir -p build
	$(BIN)/python tests/benchmarks/run.py --json build/bench.json $(ARGS)
	$(BIN)/pytest -n 0 -p no:randomly tests/benchmarks/timings.py

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	--python-version 3.11
lock: $(VENV)/.dev ## Write the hashed requirements anew
	$(LOCK) --group build -o requirements-build.txt
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --group fleet -o requirements-fleet.txt
	$(LOCK) pyproject.toml --group dev -o requirements-dev.txt
	$(LOCK) pyproject.toml --group bench -o requirements-bench.txt

clean: ## Remove what was installed and cached here
	rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# --- what the commands need; each is done once ---

$(VENV)/.system:
	@.make/packages $(PACKAGES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: 3.11 or newer is needed; make PYTHON=..."; exit 1; }
	@echo "making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.system requirements.txt requirements-build.txt pyproject.toml
	@echo "installing the Python packages (a minute or two)"
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --require-hashes --no-build-isolation -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.fleet: $(VENV)/.system requirements-fleet.txt requirements-build.txt
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --require-hashes -r requirements-fleet.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "installing the tools of the engineer"
	@$(PIP) --require-hashes --no-build-isolation -r requirements-dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.run requirements-bench.txt
	@.make/packages $(BENCH_PACKAGES)
	@! command -v npm >/dev/null || npm install --silent --no-save --prefix build/node jsqr@1.4.0
	@$(PIP) --require-hashes --no-build-isolation -r requirements-bench.txt
	@touch $@

$(VENV)/.test: $(VENV)/.dev
	@.make/packages $(TEST_PACKAGES)
	@touch $@
