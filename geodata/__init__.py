"""Files in, checked tables out: all reading and all CRS work happens here."""
