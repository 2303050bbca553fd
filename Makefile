# `make help` lists the targets.
CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(PATH):$(CARGO_HOME)/bin
ARGS ?=
SEEDS ?= 100000
ONLY ?=
FAULTS ?=
JOBS ?= 2
export MINUTES SEED RATE

.PHONY: help demo dashboard test python fuzz-rest prove bench bench-journal bench-gates bench-events bench-face mutants soak replay torture model setup clients mcp-clients mcpb bench-mcp bench-cli bench-dashboard pictures lint tidy clean

help:
	@echo "make demo [ARGS=--once]  build and run the demonstration against the simulated broker"
	@echo "make dashboard           build the dashboard into dashboard/dist; the next cargo build puts it into the binary"
	@echo "make test                everything: fmt, tidy, clippy, cargo-deny, doctests, tests"
	@echo "make prove [SEEDS=100000] simulates the engine with faults, seed by seed, and hunts deliberate bugs"
	@echo "make bench               orders a second of the simulated broker: matching core, and over a socket"
	@echo "make bench-journal       durable intents a second of 64 callers beside the bare disk, replay, a whole start"
	@echo "make bench-gates         what a decision takes with 500 positions and 200 working orders, with and without history"
	@echo "make bench-events [READERS=1000] [STALLED=100] [ORDERS=200]  many readers of events, how late each is, and the gateway's memory"
	@echo "make bench-face [ORDERS=2000] [FOR=10]  orders and looks through REST beside ibapi, ib_async and one fdatasync, and under attack"
	@echo "make mutants [ONLY=\"gates/ policy/\"] [JOBS=2]  the domain's tests against every mutant of gates and limits"
	@echo "make clients             five real TWS clients against the simulated broker"
	@echo "make mcp-clients         official MCP clients of Python and TypeScript against every tool"
	@echo "make mcpb                the bundle target/tollgate.mcpb for programs that install MCP servers"
	@echo "make bench-mcp           what a call of get_status takes over stdio"
	@echo "make bench-cli           what a process of tollgate takes: --help, and status of a gateway that runs"
	@echo "make bench-dashboard     what the dashboard costs: first load, time until it can be used, quotes, memory"
	@echo "make pictures            the pictures of docs/pictures, anew"
	@echo "make fuzz-rest [ARGS=\"--seed 2 --examples 300\"]  thousands of made-up requests against every REST operation, judged by openapi.json"
	@echo "make python              the Python package's tests against the real binary"
	@echo "make soak [ARGS=DAYS]    a simulated month of random trading by five clients, books and memory"
	@echo "make replay [FAULTS=1]   thirty-three years of weekly rebalancing through everything, beside a calculation in pandas, to the cent"
	@echo "make torture [MINUTES=10] [SEED=1]  real processes killed, stopped, cut off and out of disk while callers trade"
	@echo "make model               the exactly-once protocol as a model, every state of it"
	@echo "make setup               install what the tests need"
	@echo "make lint                formatting and clippy"
	@echo "make tidy                the structural test"
	@echo "make clean               delete what was built"

# The development profile: on two cores a release build takes several times as long.
demo:
	@scripts/setup.sh build
	@scripts/dashboard.sh
	@echo "demo: building (development profile; the first time takes minutes)"
	cargo build --locked --package tollgate
	cargo run --locked --quiet --package tollgate -- demo $(ARGS)

dashboard:
	@scripts/setup.sh build
	@scripts/dashboard.sh

# The tests run last, so that the runner's summary ends the output.
test: setup lint tidy
	scripts/deny.sh
	cargo test --locked --workspace --doc --quiet
	cargo nextest run --locked --workspace

prove:
	cargo run --locked --profile prove --package tollgate-sim -- --seeds $(SEEDS) $(ARGS)

bench: bench-journal bench-gates bench-face
	cargo bench --locked --package tollgate-venue --bench matching --bench socket

bench-journal:
	cargo bench --locked --package tollgate-store --bench journal
	cargo bench --locked --package tollgate-engine --bench start

bench-gates:
	cargo bench --locked --package tollgate-engine --bench gates

bench-events:
	cargo build --locked --release --package tollgate --bin tollgate --example readers
	READERS=$(READERS) STALLED=$(STALLED) ORDERS=$(ORDERS) target/release/examples/readers

bench-face:
	@scripts/setup.sh bench
	cargo build --locked --release --package tollgate --bin tollgate --example face
	ORDERS=$(ORDERS) FOR=$(FOR) target/release/examples/face

bench-mcp:
	cargo build --locked --release --package tollgate --bin tollgate --example mcp_latency
	target/release/examples/mcp_latency target/release/tollgate

bench-cli:
	cargo build --locked --release --package tollgate --bin tollgate --example cli_start
	target/release/examples/cli_start target/release/tollgate

bench-dashboard:
	@scripts/setup.sh test
	cargo build --locked --release --package tollgate --bin tollgate
	cd dashboard && TOLLGATE_BIN=$(CURDIR)/target/release/tollgate node_modules/.bin/playwright test --config figures.config.ts

pictures:
	@scripts/setup.sh test
	cargo build --locked --package tollgate --bin tollgate
	cd dashboard && node_modules/.bin/playwright test pictures
	mkdir -p docs/pictures
	cp target/dashboard/pictures/dark-overview-1280.png target/dashboard/pictures/dark-trade-1280.png target/dashboard/pictures/light-approvals-1280.png docs/pictures/

mutants:
	cargo run --locked --quiet --package tollgate-xtask -- mutants "$(ONLY)" $(JOBS)

fuzz-rest:
	@scripts/setup.sh build
	@scripts/schemathesis.sh
	cargo build --locked --package tollgate --bins
	tests/rest/run.py $(ARGS)

python:
	@scripts/setup.sh build
	@scripts/python.sh
	cargo build --locked --package tollgate --bins
	cd python && ../target/python/venv/bin/python -B -m pytest $(ARGS)

soak:
	cargo run --locked --release --package tollgate-venue --example soak -- $(ARGS)

replay:
	@scripts/setup.sh build
	@scripts/python.sh
	cargo build --locked --release --package tollgate --bin tollgate
	tests/replay/run.py $(if $(FAULTS),--faults $(if $(filter 1,$(FAULTS)),all,$(FAULTS))) $(ARGS)

model:
	cargo run --locked --quiet --package tollgate-model --example exhaustive -- $(ARGS)

torture:
	cargo build --locked --release --package tollgate --bins --example torture
	target/release/examples/torture

setup:
	@scripts/setup.sh test

mcp-clients:
	@scripts/setup.sh build
	@scripts/mcp_clients.sh
	cargo build --locked --package tollgate --bins
	tests/mcp/run.py
	target/mcp-clients/venv/bin/python tests/mcp/guide.py

mcpb:
	@scripts/setup.sh build
	@scripts/dashboard.sh
	cargo build --locked --release --package tollgate --bin tollgate
	scripts/mcpb.py target/release/tollgate target/tollgate.mcpb

clients:
	@scripts/setup.sh build
	@scripts/clients.sh
	cargo build --locked --package tollgate --bins --examples
	tests/clients/run.py

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

tidy:
	cargo run --locked --quiet --package tollgate-xtask -- tidy

clean:
	cargo clean
