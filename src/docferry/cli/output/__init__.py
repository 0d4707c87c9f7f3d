"""What commands say and write: the terminal, files, rows, tables, progress, closing reports."""
