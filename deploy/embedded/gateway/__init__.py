"""The embedded system's payment gateway: its page takes made-up money and tells intake of it."""
