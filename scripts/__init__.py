"""Small programs for those who work on pdalloc itself."""
