"""One module per vector file format: bytes to raw layers, counted record by record, nothing repaired."""
