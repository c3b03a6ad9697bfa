"""The verifier, in a folder of its own: run as a file it must find no other module beside it."""
