"""Makes what comes with the program, one module a kind: ``names()``, ``missing()`` and ``build(name)``."""
