"""What all services stand on: log, relay, messaging, domain, clock, vault, audit, HTTP."""
