# The doors of the house. `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help setup run build test check lab bench docs images sim clean

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{door = $$1; if (match($$2, /\[?[A-Z]+=\]?/)) door = door " " substr($$2, RSTART, RLENGTH); printf "  make %-14s %s\n", door, $$2}' $(MAKEFILE_LIST)

setup: ## installs what this machine lacks (Debian packages; root or sudo)
	@scripts/setup

run: ## sets up, builds, starts the appliance, boots a first VM, serves until Ctrl-C
	@scripts/run

build: ## ./artifacts/powered and ./artifacts/poweredd
	@scripts/build

test: ## sets up and runs every test; ends with `N passed, N failed, N skipped`
	@scripts/test

check: ## format, arrows and names: the fast rules
	@scripts/check

lab: ## the tests that run real libvirtd, qemu and daemons
	@scripts/test Lab

bench: ## benchmarks, each a line `FIGURE key value unit`; ONLY=key for one
	@scripts/bench

docs: ## rewrites the pages that are made from the code
	@scripts/docs

images: ## builds the guest images into ./artifacts/images
	@images/small-guest/build artifacts/images

sim: ## a storm over a simulated zone, from a seed of your choice: SEED=4711
	@SEED=$(SEED) scripts/test PoweredAppliance.ControlPlane.Tests

clean: ## removes what was built; the data in ./.data stays
	@rm -rf artifacts
	@find src tests tools -maxdepth 2 \( -name bin -o -name obj \) -type d -prune -exec rm -rf {} +
