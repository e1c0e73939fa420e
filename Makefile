# Everything a newcomer needs. `make` alone lists it.
PYTHON_FILES := requirements.lock pyproject.toml
READY := .venv/.ready
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help run test check screenshots lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY)  ## set up and start everything on this machine, with the sandbox (PORT=8010 to choose another port)
	@exec .venv/bin/handrail run

test: $(READY)  ## set up and pass all tests (ARGS="tests/domain -k fasting" for some of them)
	@exec $(RUN) pytest $(ARGS)

check: $(READY)  ## ruff, mypy --strict, and the direction of imports
	@.venv/bin/ruff check --quiet . && echo "ruff: nothing to say"
	@$(RUN) mypy --strict
	@$(RUN) pytest tests/test_imports.py

screenshots: $(READY)  ## write docs/images from the running pages (needs Chromium)
	@exec $(RUN) tests.pages.screenshots docs/images

lock:  ## make requirements.lock from requirements.in (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
	    requirements.in -o requirements.lock

clean:  ## remove what was installed and cached; var/ (your data and keys) stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): $(PYTHON_FILES) .ci/set-up
	@.ci/set-up
