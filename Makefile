# The verbs of this project; `make` alone lists them. Each does its own set-up where it needs one.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test lint types format bench bench-baseline check-vllm models web clean

# Where Ubuntu keeps the browser that the tests drive.
export PATH := $(PATH):/snap/bin

HOST ?= 127.0.0.1
PORT ?= 8080
ASSISTANT ?= examples/bank

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: ## do every set-up step of `run` and `test`
	@bash .ci/setup tests

run: ## set up, then serve the example assistant on http://127.0.0.1:8080
	@bash .ci/setup run
	@.venv/bin/vivavoce serve "$(ASSISTANT)" --host "$(HOST)" --port "$(PORT)"

test: setup ## set up, then run every check and every test
	@bash .ci/checks

lint: ## check style, formatting and the import order
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: ## check types
	.venv/bin/mypy

format: ## put the code into its format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench-baseline: ## measure the gap beside Pipecat's (1.1 GB, once)
	.venv/bin/vivavoce bench gap --baseline

bench: ## measure the gap between caller and reply
	.venv/bin/python -m tests.bench.gap

check-vllm: setup ## check the vLLM path against its real server, without a GPU (3.5 GB, once)
	@bash tests/vllm/setup
	VIVAVOCE_VLLM_PYTHON=.venv-vllm/bin/python .venv/bin/pytest -m vllm tests/vllm

models: ## fetch and verify the models
	.venv/bin/vivavoce models fetch
	.venv/bin/vivavoce models verify

web: ## build the web page
	.venv/bin/python studio/web/build.py

clean: ## remove what was built here; fetched models stay in the user's cache folder
	rm -rf .venv .venv-vllm .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache studio/web/dist studio/web/node_modules tests/artifacts
