# make run: the dashboard on the sample logs. make test: the whole suite. Python 3.11+ and make are all they need.

PYTHON ?= python3
BIN := .venv/bin
# One stamp a set of packages: set up again when the lock file or the project's own list changes.
RUN_READY := .venv/.ready-run
DEV_READY := .venv/.ready-dev

.PHONY: run test check lint types imports docs emitters wheel-check bench secrets kills fuzz soak clean lock

run: $(RUN_READY)
	$(BIN)/pixeldesk serve --fill-empty sample_logs/logs

test: $(DEV_READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: lint types imports test

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_READY)
	$(BIN)/mypy

imports: $(DEV_READY)
	$(BIN)/lint-imports

# docs/json.md, from the types of the answers, and docs/programs.md, from the fixtures of tests/emitters/.
docs: $(DEV_READY)
	$(BIN)/python -m pixeldesk.desk.json_reference > docs/json.md
	$(BIN)/python -m tests.emitters.programs_page > docs/programs.md

# The fixtures of tests/emitters/, written anew by the real programs. As root on Debian 12; needs npm and PyPI.
emitters: $(DEV_READY)
	$(BIN)/python -m tests.emitters.make_fixtures

# The wheel in an environment of its own, as the Dockerfile makes and runs it. Beside the suite: it installs packages.
wheel-check: $(DEV_READY)
	$(BIN)/python -m pytest tests/wheel/check_wheel.py

bench: $(DEV_READY)
	$(BIN)/python -m bench

# Made-up secrets of every kind, planted in every place and syntax, and what redaction leaves of them.
secrets: $(DEV_READY)
	$(BIN)/python -m tests.ingest.redaction.planting

# The long form of the tests that kill: a thousand kills at random moments, and one at each line of a restore.
kills: $(DEV_READY)
	PIXELDESK_KILLS=1000 $(BIN)/python -m pytest tests/survival/test_kills.py tests/survival/test_follow_kills.py \
		tests/server/push/test_push_kills.py tests/survival/test_migration_kills.py tests/store/test_backup.py -q

# The long form of the fuzz tests of bytes and of the lines of all formats, and of what is done to followed files.
fuzz: $(DEV_READY)
	PIXELDESK_FUZZ_CASES=5000 $(BIN)/python -m pytest tests/ingest/test_load.py -q -k any_bytes
	PIXELDESK_FUZZ_CASES=1000 $(BIN)/python -m pytest tests/ingest/formats/test_fuzz.py -q
	PIXELDESK_FOLLOW_PROGRAMS=2000 $(BIN)/python -m pytest tests/ingest/following/test_follow_machine.py -q

# Everything that has to be survived, in its long form: about an hour. Prints what was done and what was seen.
soak: $(DEV_READY)
	$(BIN)/python -m tests.survival.soak

lock: $(DEV_READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv build *.egg-info

$(RUN_READY): requirements.lock pyproject.toml
	$(call set_up,requirements.lock)

$(DEV_READY): requirements-dev.lock pyproject.toml
	$(call set_up,requirements-dev.lock)
	touch $(RUN_READY)

define set_up
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "pixeldesk needs Python 3.11 or newer; try: make PYTHON=python3.12"; exit 1; }
@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
	|| { echo "Python's venv is missing; on Debian: apt install python3-venv"; exit 1; }
@echo "setting up .venv (once)"
@if command -v uv >/dev/null 2>&1; then \
	uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) \
	&& uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
else \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) \
	&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
fi
@touch $@
endef
