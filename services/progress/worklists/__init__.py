"""What waits at a department: its open cases by due date, GET /v1/worklists."""
