"""Who may read which personal data of a case, and when: one table, as pure code."""
