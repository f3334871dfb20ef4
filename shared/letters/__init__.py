"""Dead letters, to work with: which there are, what became of each, and an operator's four words about them."""
