"""What the product does: one file, one function, one transaction each."""
