"""Every cell of class x duty x stage over HTTP: canaries, people, routes, and what is theirs."""
