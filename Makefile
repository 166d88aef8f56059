# Needs make and Python 3.11 or newer. Each target sets up what it needs in .venv first; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
READY := .venv/ready
PAGES := $(wildcard book/*.ipynb book/*.md book/*/*.md book/*.yml book/*.bib book/_ext/*.py book/_static/* exercises/*.ipynb)
INDEX := book/_build/html/index.html
TIMES := .venv/nbval.xml

# With models as small as ours one thread is fastest, and the test processes share the cores.
export OMP_NUM_THREADS ?= 1

.PHONY: help book test serve lint notebooks bench clean unit nbval browser address standalone exercises slides
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@echo "make book       build the site                  make lint       check the style of code and notebooks"
	@echo "make serve      build it and serve it locally   make notebooks  run all notebooks and store their outputs"
	@echo "make test       check everything, as CI does    make bench      time sampling and more (DATA=folder)"
	@echo "make clean      remove what was built           make standalone notebooks that need no network"
	@echo "make exercises  solutions into exercises        make slides     a deck of each chapter"
	@echo "make address    OWNER= REPOSITORY= TAG=: say where the course lives in public"

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "$(PYTHON) is missing or older than Python 3.11: install one, or say which: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || { echo "==> Making the environment in .venv"; $(PYTHON) -m venv .venv || { \
	  echo "Python could not make an environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }; }
	@echo "==> Installing the tested environment (the first time this takes some minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e . >$@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@

$(INDEX): $(READY) $(PAGES)
	@echo "==> Building the book"
	@rm -rf book/_build book/exercises
	@mkdir book/exercises
	@cp exercises/*.ipynb book/exercises/
	@$(BIN)/jupyter-book build book -q -W -n --keep-going >/dev/null || { \
	  echo "The book was not built: each warning above counts as an error"; exit 1; }

book: $(INDEX)
	@echo "The book is built: open $(CURDIR)/$(INDEX)"

serve: book
	@echo "==> Serving the book at http://127.0.0.1:$(PORT) (Ctrl-C stops)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory book/_build/html $(PORT)

test: lint unit nbval book browser
	@echo "Everything is checked: style, functions, notebooks, site."

lint: $(READY)
	@echo "==> Checking the style"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check lessons_pkg tests book/_ext
	@$(BIN)/python -m tests.notebooks
	@$(BIN)/python -m tests.address

unit: $(READY)
	@echo "==> Testing the package and the stored notebooks"
	@$(BIN)/python -m pytest -n 2 -m "not browser" -rs

nbval: $(READY)
	@echo "==> Running every notebook as in Colab, and comparing its outputs with the stored ones"
	@$(BIN)/python -m tests.colab --times $(TIMES)
	@$(BIN)/python -m tests.notebooks --times $(TIMES)

browser: $(INDEX)
	@echo "==> Testing the site in Chromium, network blocked"
	@$(BIN)/python -m pytest -n 2 -m browser -rs

notebooks: $(READY)
	@echo "==> Running all notebooks (a minute each at most) and storing their outputs"
	@$(BIN)/python -m tests.notebooks --run
	@echo "The notebooks are stored; look at the changes with: git diff --stat"

address: $(READY)
	@$(BIN)/python -m tests.address --owner "$(OWNER)" --repository "$(REPOSITORY)" --tag "$(TAG)"

exercises: $(READY)
	@echo "==> Making the exercises out of the solutions, and running both"
	@$(BIN)/python -m lessons_pkg blanks solutions exercises
	@$(BIN)/python -m tests.notebooks --run solutions/*.ipynb exercises/*.ipynb

slides: $(READY)
	@echo "==> Writing slides of every chapter"
	@$(BIN)/python -m tests.slides

standalone: $(READY)
	@echo "==> Writing notebooks that carry the package"
	@$(BIN)/python -m tests.standalone
	@echo "They are in standalone/, and together in standalone.zip"

bench: $(READY)
	@echo "==> Timing"
	@$(BIN)/python -m tests.bench $(DATA)

clean:
	@rm -rf book/_build book/exercises slides standalone standalone.zip build *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	@echo "Removed what was built; the environment stays in .venv (rm -rf .venv removes it)."
