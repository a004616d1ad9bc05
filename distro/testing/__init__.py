"""What the tests stand on: an environment of their own, and real programs beside them."""
