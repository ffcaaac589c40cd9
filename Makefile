# Varve's front door; CMake does the work.
#
#   make           builds build/varve and the libraries
#   make demo      installs what is missing, builds, searches example 1 on the digits (one execution a trial)
#   make check     installs what is missing, builds, runs all tests
#   make check-slow  the same, and the long fault tests; see tests/fault
#   make setup     installs what is missing (apt)
#   make install   into PREFIX (default /usr/local), under DESTDIR if given
#   make bench     measures; see bench/README.md
#   make clean

BUILD  ?= build
PREFIX ?= /usr/local
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: all demo check check-slow setup install bench format clean

all: $(BUILD)/build.ninja
	@cmake --build $(BUILD) --parallel $(JOBS) --target everything

$(BUILD)/build.ninja: CMakeLists.txt
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=$(PREFIX) >$(BUILD).log 2>&1 \
		|| { tail -n 15 $(BUILD).log; rm -f $(BUILD).log $(BUILD)/build.ninja; echo "make: try 'make setup' first"; exit 1; }
	@rm -f $(BUILD).log

setup:
	@tools/setup

demo: setup
	@$(MAKE) --no-print-directory all
	@$(BUILD)/varve search examples/mnist_cnn.c --executions-per-trial 1 --directory $(BUILD)/demo --project digits --overwrite

check: setup
	@cmake -S . -B $(BUILD)-check -G Ninja -DCMAKE_BUILD_TYPE=Release -DVARVE_WERROR=ON >/dev/null
	@cmake --build $(BUILD)-check --parallel $(JOBS)
	@ctest --test-dir $(BUILD)-check --parallel $(JOBS) --output-on-failure

# 300 searches that are killed and begun again: half an hour or so.
check-slow: check
	@cmake --build $(BUILD)-check --parallel $(JOBS) --target check_slow

install: all
	@cmake --install $(BUILD) --prefix $(PREFIX)

bench: all
	@cmake --build $(BUILD) --parallel $(JOBS) --target bench_programs
	@bench/run $(BUILD)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD) $(BUILD)-check
