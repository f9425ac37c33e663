# make app: start the app. make test: the whole test suite. make lint: what ruff and mypy say. make pictures: the README's.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: app test lint pictures

app: .venv/installed
	@echo "Starting on http://127.0.0.1:8501 (end it with Ctrl-C)"
	@$(BIN)/streamlit run app.py

test: .venv/installed lint
	$(BIN)/pytest -n 2 --dist loadgroup

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

pictures: .venv/installed
	$(BIN)/pytest -m pictures tests/browser/test_pictures.py

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@
