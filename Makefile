# The two commands a new user needs: `make up` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: up test check fmt bench lock

up: .venv/.installed
	@$(BIN)/djflow up --demo

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:randomly tests/house/test_migrations.py

fmt: .venv/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# All of them, or some: make bench only="outbox roster".
bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks $(only)

# Renews both locks from pyproject.toml. They hold names, versions and hashes, never an index address.
lock: .venv/.installed-dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build pyproject.toml -o deploy/requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -c deploy/requirements.lock --extra build --extra dev pyproject.toml -o deploy/requirements-dev.lock

.venv/bin/python:
	@echo "正在建立 Python 环境 .venv …"
	@$(PYTHON) -m venv .venv || { echo "建不了 Python 环境：请先安装 python3-venv（sudo apt-get install python3-venv），再运行一次。"; exit 1; }

.venv/.installed: deploy/requirements.lock pyproject.toml | .venv/bin/python
	@echo "正在按 deploy/requirements.lock 安装依赖（第一次约一两分钟）…"
	@$(BIN)/python -m pip install --quiet --require-hashes -r deploy/requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: deploy/requirements-dev.lock .venv/.installed
	@$(BIN)/python -m pip install --quiet --require-hashes -r deploy/requirements-dev.lock
	@touch $@
