"""Orders: from their creation to the customer."""
