# Everything that a fresh machine needs is installed here: see README.md.
GO ?= go

.PHONY: serve test check setup fuzz bench golden

## serve: read the frameworks of this repository at http://127.0.0.1:8080
serve:
	$(GO) run ./cmd/milepost serve

# What proves by measuring, by comparing or by sheer number runs without the race
# detector, a seeded tenth of it: MILEPOST_PROOFS=full runs all.
PROOFS = Hostile|Limit|Memory|Stock|Differential|Convergence|Servers

## test: all that CI checks
test: setup check
	$(GO) test -race -timeout 15m ./...
	MILEPOST_PROOFS=tenth $(GO) test -run "$(PROOFS)" ./internal/compile ./internal/review ./webhook ./cmd/milepost
	$(GO) tool cue vet -c ./frameworks/...
	$(GO) run ./cmd/milepost validate
	$(MAKE) golden
	git diff --exit-code

## check: formatting and static checks
check:
	@out="$$(gofmt -l .)"; if [ -n "$$out" ]; then echo "gofmt would change: $$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

## setup: install git, Chromium and axe-core where they are missing
setup:
	@sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; command -v git >/dev/null || { $$sudo apt-get update -q && $$sudo apt-get install -yq git; }
	@sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; command -v chromium >/dev/null || { $$sudo apt-get update -q && $$sudo apt-get install -yq --no-install-recommends chromium; }
	@test -d server/testdata/browser/node_modules || npm ci --no-audit --no-fund --prefix server/testdata/browser

## golden: write the golden files anew (after a change that is meant, read the difference)
golden:
	$(GO) test ./internal/diag ./internal/ladder ./internal/notes ./internal/review ./internal/scaffold ./internal/story -update
	$(GO) test ./cmd/milepost -run 'Scripts|Demo$$|Doctor$$|Rules' -update
	$(GO) test ./internal/compile -run 'Golden|Mistakes|Findings' -update
	$(GO) test ./server -run 'OpenAPIVersion' -update
	$(GO) test ./webhook -run 'TestWords$$' -update

## fuzz: a minute for each fuzz target
fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test $$p -run '^$$' -fuzz "^$$f$$" -fuzztime 60s -fuzzminimizetime 20x || exit 1; \
	  done; \
	done

## bench: the ratios of docs/benchmarks.md
bench:
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./internal/compile ./internal/gitrepo ./internal/history ./internal/review ./server ./webhook ./cmd/milepost
