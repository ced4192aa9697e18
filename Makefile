# For those whose fingers type make. Everything here is one line of ./run, which is what the documents name.

.PHONY: serve test check bench messages lock

serve test check bench messages:
	./run $@

# Pin every package on every supported Python: once what serving needs, and once all of it with the tools of testing,
# which keeps the pins of the first. A command with heavy needs of its own gets a line, and a lock, of its own.
# Needs `uv` on the path (any recent one, from an environment of its own) and the public package index, whose
# hashes these are; a mirror is named to uv by its own variables and must not find its way into the files.
# Pins stay as they are; make lock UPGRADE=--upgrade renews them.
PIN = UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url $(UPGRADE) pyproject.toml
TESTS = .ci/requirements-test.lock

lock:
	$(PIN) --extra postgres --output-file requirements.lock
	$(PIN) --extra postgres --extra test --constraint requirements.lock --output-file $(TESTS)
	! grep -nE '(https?|file):|--(index|extra|find)' requirements.lock $(TESTS)
