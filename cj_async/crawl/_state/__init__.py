"""What does a crawl know? One SQLite file; each module of this room is one table's worth of questions.

Functions take the connection first and run inside the transaction of whoever called them; `_file`
owns the connection, its thread, and the meaning of SQLite's errors.
"""
