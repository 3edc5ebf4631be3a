"""The reference log: kept exports, and what the code that made them computed from them."""
