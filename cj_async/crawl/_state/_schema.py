"""Which tables does a state file have?"""

from __future__ import annotations

from typing import Final, get_args

from cj_async.crawl._sink import Kind

APPLICATION: Final = 0x434A4352
"""``CJCR`` in the file's header: says that it is a state of a crawl."""

FORMAT: Final = 1
"""Number of this layout; a file with a higher one was written by a newer version."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Kinds of lines; in the tables a kind is its place in this list."""

TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL,
    phase TEXT NOT NULL,
    mode TEXT NOT NULL,
    cap INTEGER,
    slack INTEGER NOT NULL,
    since INTEGER,
    until INTEGER NOT NULL,
    started REAL NOT NULL,
    ended REAL,
    requests INTEGER NOT NULL DEFAULT 0,
    points INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0,
    documents INTEGER NOT NULL DEFAULT 0,
    doubts TEXT NOT NULL DEFAULT '[]',
    verdict TEXT,
    because TEXT
);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    state TEXT NOT NULL,
    worker INTEGER,
    body TEXT NOT NULL
);
CREATE INDEX segments_open ON segments (run, state);
CREATE TABLE shown (segment INTEGER NOT NULL, pid TEXT NOT NULL, PRIMARY KEY (segment, pid))
    WITHOUT ROWID;
CREATE TABLE items (
    kind INTEGER NOT NULL,
    place INTEGER NOT NULL,
    pid TEXT NOT NULL,
    hash INTEGER NOT NULL,
    position INTEGER,
    run INTEGER NOT NULL,
    missing INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, place, pid)
) WITHOUT ROWID;
CREATE INDEX items_told ON items (position) WHERE position IS NOT NULL;
CREATE TABLE pages (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    count INTEGER NOT NULL,
    lines BLOB NOT NULL
);
CREATE TABLE tasks (
    pid TEXT NOT NULL,
    place INTEGER NOT NULL,
    task TEXT NOT NULL,
    run INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0,
    worker INTEGER,
    error TEXT,
    raw BLOB,
    PRIMARY KEY (pid, task)
) WITHOUT ROWID;
CREATE INDEX tasks_waiting ON tasks (state, priority, pid);
CREATE INDEX tasks_held ON tasks (worker) WHERE worker IS NOT NULL;
CREATE TABLE sinks (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL DEFAULT 0,
    token TEXT,
    worker INTEGER
) WITHOUT ROWID;
CREATE TABLE workers (
    id INTEGER PRIMARY KEY,
    process INTEGER NOT NULL,
    host TEXT NOT NULL,
    lease REAL NOT NULL
);
"""
