"""Pages for people: applicants, officers and strangers, over the published HTTP API alone."""
