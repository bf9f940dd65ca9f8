"""How messages of mu travel: within the process, over TCP, HTTP or a queue; and to several at once."""
