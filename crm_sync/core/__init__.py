"""What Salesforce should hear, decided by pure functions over frozen values."""
