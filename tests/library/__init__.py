"""The public functions: validate(), assertions, clients, Dask."""
