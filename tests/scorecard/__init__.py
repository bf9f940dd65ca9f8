"""How well a made module does before everybody else's judges, beside what other templates make."""
