"""Bytes to documents: files, folders and recordings are found, opened, unpacked and read within limits."""
