"""The study of docs/study.md: `make study` runs it and writes its tables and figures."""
