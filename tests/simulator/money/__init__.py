"""What moves money: payments and the sandbox."""
