"""How the registry's tables came to be, one module a step. A step that was ever shipped is never changed."""
