"""Packaged calendar tables; read by shared.clock.calendar.packaged alone."""
