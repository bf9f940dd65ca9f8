"""The cookbook followed as its reader would: every listing written, every command typed, every output compared."""
