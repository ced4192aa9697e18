# For those whose fingers type make. Everything here is one line of ./run, which is what the documents name.

.PHONY: serve test check bench messages lock

serve test check bench messages:
	./run $@

# Pin every package, for serving and testing alike, on every supported Python.
# Needs `uv` on the path (any recent one, from an environment of its own) and the public package index, whose
# hashes these are; a mirror is named to uv by its own variables and must not find its way into the file.
lock:
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
		--fork-strategy fewest --all-extras --generate-hashes --no-emit-index-url \
		$(UPGRADE) --output-file requirements.lock pyproject.toml
	! grep -nE '(https?|file):|--(index|extra|find)' requirements.lock
