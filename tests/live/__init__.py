"""Checks of live servers, on loopback sockets."""
