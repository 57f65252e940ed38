"""One module per kind of file: NAME, LICENCE, CREDIT, FIELDS and read()."""
