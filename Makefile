# One command each. `make setup` first (the others call it when needed).
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
STAMP := .venv/.set-up
XVFB := xvfb-run -a -s "-screen 0 1920x1200x24"
export QT_LOGGING_RULES = qt.qpa.*=false
# Where it is set, every process of a test would compile the program anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help setup run demo test test-slow lint types unit keychain gui end-to-end bench screenshots pictures package lock clean

help:            ## what each target does
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(STAMP)  ## virtual environment, pinned packages, missing system packages
$(STAMP): packaging/requirements/dev.txt packaging/requirements/build.txt pyproject.toml packaging/system_packages.sh
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 found. Install one, or say: make setup PYTHON=/path/to/python3.12"; exit 1; }
	@echo "System packages ..."
	@packaging/system_packages.sh --pictures
	@echo "Virtual environment in .venv with $$($(PYTHON) --version) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Python packages, pinned and hash-checked (llama-cpp-python compiles for some minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r packaging/requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r packaging/requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
	@echo "Ready: $(BIN)/workbench, or 'make run'."

run: setup       ## opens the workbench on the sample decision; without a display does the same job headless
	@$(BIN)/workbench

demo: setup      ## the main job, headless, on the sample: report in out/
	@$(BIN)/workbench demo -o out

lint: setup      ## ruff: style and mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup     ## mypy --strict
	$(BIN)/mypy

unit: setup      ## tests of everything below the window, in an environment that has no Qt
	$(BIN)/python tests/without_qt.py
	build/without-qt/bin/python -m pytest tests/unit tests/contract tests/faults -m "not slow and not keychain" -n 2 -q

keychain: setup  ## keys in a real Secret Service of their own (says so where there is none)
	tests/with_keychain.sh $(BIN)/python -m pytest tests/keychain -m "not slow" -q

gui: setup       ## tests of the window, offscreen
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests/gui -m "not slow" -n 2 --dist loadfile -q

# A virtual display that never comes up would wait for ever (seen once beside another one): a limit, and one more try.
end-to-end: setup  ## one journey through the real window on a virtual display
	@for try in 1 2; do \
		timeout -k 10 300 $(XVFB) $(BIN)/python -m pytest tests/end_to_end -m "not slow" -q; code=$$?; \
		[ $$code -eq 124 ] || exit $$code; echo "no end after 300 s, once more"; \
	done; exit 124

# These three keep one core busy each, so two of them run beside each other.
.PHONY: side-by-side
side-by-side: setup
	@$(MAKE) --no-print-directory -j2 --output-sync=target end-to-end types keychain

test: lint side-by-side unit gui  ## everything a change must pass

test-slow: setup ## the long ones: kill loops, fuzzing, full disks, new examples for the tests that draw them
	HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest tests/unit tests/contract tests/faults -m "hypothesis and not slow and not keychain" -n 2 -q
	$(BIN)/python -m pytest tests/unit tests/contract tests/faults -m slow -q
	$(XVFB) $(BIN)/python -m pytest tests/end_to_end -m slow -q

bench: setup     ## benchmarks, side by side; prints ratios
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(XVFB) $(BIN)/python $$file || exit 1; done

screenshots: setup  ## pictures of every page, light and dark, three sizes, in screenshots/
	$(XVFB) $(BIN)/python tests/gui/screenshots.py

pictures: screenshots  ## the same, and the chosen ones anew for README.md, in resources/pictures/
	$(BIN)/python tests/gui/screenshots.py --readme

package: setup   ## wheel and source distribution in dist/
	$(BIN)/python -m build --no-isolation --outdir dist .

lock: setup      ## writes the pinned requirement files anew
	packaging/lock.sh

clean:           ## removes what was built, keeps .venv
	rm -rf build dist out screenshots .mypy_cache .ruff_cache .pytest_cache
