"""The system of examples/ from its sources to a browser: published, installed, run, asked, killed, mended."""
