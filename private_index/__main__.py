"""`python -m private_index` is `private-index`."""

from private_index.entry import main

main()
