"""What strangers rely on, written down: schemas, the topic, settings, commands; generated."""
