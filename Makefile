# make demo and make test need nothing but a Python >= 3.11; the rest is for those who work on Tilekeep.
#
#   PYTHON=python3.13 make test     another interpreter, for a new virtual environment
#   PYTEST_ARGS="-k grid" make test     some of the tests
#   BENCH_ARGS="hits startup" make bench     some of the benchmarks
#   UPGRADE=--upgrade make lock     newer versions in requirements/

PYTHON ?= python3
VENV ?= .venv
REFERENCE ?= .cache/mapproxy
BENCH ?= .cache/bench
LOCKER ?= .cache/lock
YAML_EDITOR ?= .cache/yaml-language-server
SERVERS ?= .cache/servers
SWIFT ?= .cache/swift
DOCS ?= .cache/docs
UWSGI ?= .cache/uwsgi
MOD_WSGI ?= .cache/mod_wsgi
PYTEST_ARGS ?=
BENCH_ARGS ?=
UPGRADE ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# The same examples every time; plain pytest looks for new ones.
export HYPOTHESIS_PROFILE ?= ci
SHELL = /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL = help

NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
ENVIRONMENTS = $(VENV) $(REFERENCE) $(BENCH) $(LOCKER) $(SWIFT) $(UWSGI) $(MOD_WSGI) $(DOCS)

# An environment counts as made while its interpreter runs and is new enough, whoever made it.
BROKEN = $(foreach env,$(ENVIRONMENTS),$(shell $(env)/bin/python -c '$(NEW_ENOUGH)' 2>/dev/null || echo $(env)/bin/python))
.PHONY: $(BROKEN)

BUILD_C = $(VENV)/bin/python setup.py --quiet build_ext --inplace --build-temp .cache/c
TESTS_OF_C = $(wildcard tests/unit/adapters/imaging/test_jpeg_*.py) tests/unit/adapters/imaging/test_pixel_loops.py

.PHONY: help
help:
	@echo 'make demo       start Tilekeep with a world map and print the address of its page'
	@echo 'make test       run the tests; those that need a program which is missing say so and skip'
	@echo 'make lint       ruff, mypy and the import contracts'
	@echo 'make sanitize   run the tests of what is in C with the address and undefined behaviour sanitizers of GCC'
	@echo 'make format     let ruff rewrite the sources'
	@echo 'make reference  install MapProxy beside Tilekeep, for the tests that compare the two'
	@echo 'make editor     install the YAML language server (needs node and npm), for the tests of tilekeep schema'
	@echo 'make servers    install servers of objects and uWSGI (needs node, npm and a C compiler), for the tests'
	@echo 'make docs       build the documentation into build/docs'
	@echo 'make bench      measure both and write benchmarks/README.md'
	@echo 'make soak       the tests with their full number of rounds (long), into benchmarks/soak.txt'
	@echo 'make lock       renew requirements/*.txt from pyproject.toml'
	@echo 'make clean      remove what the above have made'

# --- what people call -------------------------------------------------------------------------------------------

.PHONY: demo test sanitize lint format reference editor servers docs bench soak lock clean

demo: $(VENV)/.installed-demo
	@exec $(VENV)/bin/tilekeep demo

test: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest $(PYTEST_ARGS)

# Compiled anew afterwards as it was, whatever the tests say.
sanitize: $(VENV)/.installed-test
	CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover' $(BUILD_C) --force
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	  ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc $(VENV)/bin/python -m pytest $(TESTS_OF_C) $(PYTEST_ARGS); \
	  status=$$?; $(BUILD_C) --force; exit $$status

lint: $(VENV)/.installed-lint
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy tests/typing
	$(VENV)/bin/lint-imports

format: $(VENV)/.installed-lint
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

reference: $(REFERENCE)/.installed-reference

editor: $(YAML_EDITOR)/.installed

servers: $(SERVERS)/.installed $(SWIFT)/.installed-swift $(UWSGI)/.installed-uwsgi $(MOD_WSGI)/.installed-mod_wsgi

docs: $(DOCS)/.installed-docs
	$(DOCS)/bin/python -m sphinx -q -W --keep-going -b html docs build/docs
	@echo build/docs/index.html

bench: $(BENCH)/.installed-bench reference servers
	$(BENCH)/bin/python -m benchmarks $(BENCH_ARGS)

soak: $(VENV)/.installed-test reference
	@{ HYPOTHESIS_PROFILE=soak TILEKEEP_SOAK=1 \
	  $(VENV)/bin/python -m pytest --no-header --timeout=3600 -rs --durations=20 $(PYTEST_ARGS); \
	  echo $$? > .cache/soak-status; } 2>&1 | tee benchmarks/soak.txt
	@exit $$(cat .cache/soak-status)

lock: $(LOCKED:%=requirements/%.txt)

clean:
	rm -rf $(ENVIRONMENTS) $(YAML_EDITOR) $(SERVERS) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist \
	  tilekeep/adapters/imaging/*.so *.egg-info

# --- environments -----------------------------------------------------------------------------------------------

$(ENVIRONMENTS:%=%/bin/python):
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	  echo 'Tilekeep needs Python 3.11 or newer, and "$(PYTHON)" is: '"$$($(PYTHON) --version 2>&1 | head -n 1)"; \
	  echo 'Name another one, for example: PYTHON=python3.12 make $(MAKECMDGOALS)'; exit 1; }
	@$(PYTHON) -m venv --clear $(@D:%/bin=%) || { \
	  echo 'On Debian and Ubuntu "python3 -m venv" comes with the package python3-venv.'; exit 1; }

TILEKEEP = pyproject.toml setup.py $(wildcard tilekeep/adapters/imaging/*.c)

# $(call install,ENVIRONMENT,NAME): what requirements/NAME.txt pins, and nothing that it does not.
define install
@echo 'Installing requirements/$(2).txt into $(1) (once)'
@$(1)/bin/python -m pip --version >/dev/null 2>&1 || $(1)/bin/python -m ensurepip >/dev/null
@$(1)/bin/python -m pip install --quiet --require-hashes -r requirements/$(2).txt
endef

# The sources are used where they are, so that nothing has to be installed again after a change; what is in C is
# compiled beside its own if there is a compiler.
define install_tilekeep
@$(1)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endef

# $(call install_modules,WHAT): what the lock file pins, beside the target.
define install_modules
@command -v npm >/dev/null || { echo '$(1) needs node and npm.'; exit 1; }
@mkdir -p $(@D)
@cp $(<D)/package.json $(<D)/package-lock.json $(@D)
@cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund
@touch $@
endef

$(VENV)/.installed-%: $(VENV)/bin/python requirements/%.txt $(TILEKEEP)
	$(call install,$(VENV),$*)
	$(call install_tilekeep,$(VENV))
	@touch $@

$(REFERENCE)/.installed-reference: $(REFERENCE)/bin/python requirements/reference.txt
	$(call install,$(REFERENCE),reference)
	@touch $@

$(BENCH)/.installed-bench: $(BENCH)/bin/python requirements/bench.txt $(TILEKEEP)
	@command -v apxs >/dev/null || command -v apxs2 >/dev/null || { \
	  echo 'mod_wsgi, one of the servers compared, is compiled: it needs Debian'"'"'s apache2-dev.'; exit 1; }
	$(call install,$(BENCH),bench)
	$(call install_tilekeep,$(BENCH))
	@touch $@

$(DOCS)/.installed-docs: $(DOCS)/bin/python requirements/docs.txt $(TILEKEEP)
	$(call install,$(DOCS),docs)
	$(call install_tilekeep,$(DOCS))
	@touch $@

$(SWIFT)/.installed-swift: $(SWIFT)/bin/python requirements/swift.txt
	$(call install,$(SWIFT),swift)
	@touch $@

$(UWSGI)/.installed-uwsgi: $(UWSGI)/bin/python requirements/uwsgi.txt
	@command -v cc >/dev/null || { echo 'uWSGI is compiled: it needs a C compiler, Debian'"'"'s gcc.'; exit 1; }
	$(call install,$(UWSGI),uwsgi)
	@touch $@

$(MOD_WSGI)/.installed-mod_wsgi: $(MOD_WSGI)/bin/python requirements/mod_wsgi.txt
	@command -v apxs >/dev/null || command -v apxs2 >/dev/null || { \
	  echo 'mod_wsgi is compiled: it needs a C compiler and Debian'"'"'s apache2-dev.'; exit 1; }
	$(call install,$(MOD_WSGI),mod_wsgi)
	@touch $@

$(YAML_EDITOR)/.installed: tests/tools/yaml_language_server/package-lock.json
	$(call install_modules,The YAML language server)

$(SERVERS)/.installed: tests/tools/servers/package-lock.json
	$(call install_modules,A server of blobs)

# --- locked requirements ----------------------------------------------------------------------------------------

# One resolution for all Pythons and platforms; later files keep to the versions of the first.
COMPILE = $(LOCKER)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --custom-compile-command 'make lock' $(UPGRADE)
RUNTIME = pyproject.toml --extra fast --extra serve --group build
TESTED = --extra celery --extra mapnik --extra metrics --extra ogr --extra opentelemetry --extra pmtiles --extra raster --extra redis --extra s3

lock: $(LOCKER)/.installed-uv
	$(COMPILE) $(RUNTIME) -o requirements/demo.txt
	$(COMPILE) $(RUNTIME) $(TESTED) --group test -c requirements/demo.txt -o requirements/test.txt
	$(COMPILE) $(RUNTIME) $(TESTED) --group test --group lint -c requirements/test.txt -o requirements/lint.txt
	$(COMPILE) $(RUNTIME) --extra celery --extra redis --extra s3 --group bench -c requirements/demo.txt -o requirements/bench.txt
	$(COMPILE) $(RUNTIME) --group docs -c requirements/demo.txt -o requirements/docs.txt
	$(COMPILE) --group reference -o requirements/reference.txt
	$(COMPILE) --group swift -o requirements/swift.txt
	$(COMPILE) --group uwsgi -o requirements/uwsgi.txt
	$(COMPILE) --group mod_wsgi -o requirements/mod_wsgi.txt

$(LOCKER)/.installed-uv: $(LOCKER)/bin/python
	@$(LOCKER)/bin/python -m pip install --quiet uv
	@touch $@
