"""How fast pdalloc is, beside its peers; see README.md."""
