"""What the doorways of the JSON API share: keys, pages of lists, faults, and how all of it is described."""
