"""The rules of title certificates: pure data and functions, standard library only, tested without app or database."""
