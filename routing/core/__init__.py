"""Who meets whom, and when: pure functions over frozen values, with `now` passed in."""
