.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
STACK ?= preprod
STAGE ?= $(STACK)
CREDENTIALS := $(BIN)/python -m emulator credentials {arn}
UV_COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock"

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(INSTALLED): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	@echo "Installing the pinned dependencies into $(VENV) (about a minute, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

.PHONY: install
install: $(INSTALLED) ## Make the virtual environment with the pinned dependencies

.PHONY: up
up: $(INSTALLED) ## Stand a stage up on the emulator (STACK=preprod, test or prod)
	@$(BIN)/python -m emulator up --stack $(STACK) --policy-pack policies --yes
	@$(BIN)/python -m operations.next_steps $(STACK)

.PHONY: preview
preview: $(INSTALLED) ## Show what an up would change on the emulator
	@$(BIN)/python -m emulator preview --stack $(STACK) --policy-pack policies --diff

.PHONY: plan-guard
plan-guard: $(INSTALLED) ## Refuse a change that would lose data, drop a protection or hide a document
	@set -o pipefail; $(BIN)/python -m emulator preview --stack $(STACK) --policy-pack policies --json \
		| $(BIN)/python -m operations.plan_guard -

.PHONY: down
down: $(INSTALLED) ## Stop the emulator and forget everything it keeps
	@$(BIN)/python -m emulator reset --yes

.PHONY: stages
stages: $(INSTALLED) ## Print the settings of all stages side by side
	@$(BIN)/python -m stages

.PHONY: parity
parity: $(INSTALLED) ## Compare what the hosts register, but for what stages/parity.yaml allows
	@$(BIN)/python -m operations.parity

.PHONY: connect
connect: $(INSTALLED) ## Read a stage's database through its door, on the emulator (CONNECT="--exec -- pgcli")
	@variables="$$($(BIN)/python -m emulator env --stack $(STAGE) --as developers)" && eval "$$variables" \
		&& PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m operations connect --stage $(STAGE) $(CONNECT)

.PHONY: prove
prove: $(INSTALLED) ## Try to break the isolation of the stages that are up on the emulator (PROVE="--json")
	@variables="$$($(BIN)/python -m emulator env --stack $(STACK))" && eval "$$variables" \
		&& $(BIN)/python -m operations prove --credentials-command "$(CREDENTIALS)" $(PROVE)

.PHONY: prove-bites
prove-bites: $(INSTALLED) ## Break the isolation in many ways, and see that each is found (BITES="--only open-key")
	@$(BIN)/python -m tests.prove $(BITES)

.PHONY: flood
flood: $(INSTALLED) ## Flood the shared server as test, and measure what preprod notices
	@$(BIN)/python -m benchmarks.flood $(FLOOD)

.PHONY: policies
policies: $(INSTALLED) ## List the rules of the policy pack with their state
	@$(BIN)/python -m policies.listing

.PHONY: policy-manual
policy-manual: $(INSTALLED) ## Write docs/policies.md from the rules
	@$(BIN)/python -m policies.manual

.PHONY: scorecard
scorecard: $(INSTALLED) ## Score the policy pack against public rule sets
	@$(BIN)/python -m policies.scorecard

.PHONY: lint
lint: $(INSTALLED) ## Check format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

.PHONY: test
test: $(INSTALLED) ## Run the tests
	@$(BIN)/python -m pytest -n auto --dist loadgroup

.PHONY: check
check: lint test ## Run exactly what CI runs

.PHONY: lock
lock: $(INSTALLED) ## Pin the dependencies anew, with hashes
	@$(UV_COMPILE) --upgrade requirements-dev.in --output-file requirements-dev.txt
	@$(UV_COMPILE) --constraint requirements-dev.txt requirements.in --output-file requirements.txt

.PHONY: bench
bench: $(INSTALLED) ## Measure the emulator, beside the pulumi CLI where there is one (BENCH="--sizes 1,10")
	@$(BIN)/python -m benchmarks $(BENCH)

.PHONY: kill
kill: $(INSTALLED) ## Kill -9 at every operation boundary and see that nothing is lost (KILL="--every 9" is short)
	@$(BIN)/python -m tests.kill $(KILL)

.PHONY: unsafe
unsafe: $(INSTALLED) ## Try edits that somebody might propose, and see which are blocked (UNSAFE="--corpus DIR")
	@$(BIN)/python -m tests.unsafe $(UNSAFE)

.PHONY: scenarios
scenarios: $(INSTALLED) ## Try every option and step kind, on the pulumi CLI too where there is one
	@$(BIN)/python -m tests.emulator.engine.show_scenarios
