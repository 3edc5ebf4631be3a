"""Packaged calendar tables; read by shared.clock.packaged alone."""
