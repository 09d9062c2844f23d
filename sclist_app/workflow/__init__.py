"""The procedure engine. `model`, `conditions`, `checker` and `runner` are pure; the other modules are the shell."""
