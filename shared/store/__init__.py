"""The database: the one package that knows motor. Only calls that pymongo.AsyncMongoClient has too."""

from shared.store.documents import LONG_AGO, DatabaseError, MongoStore, connect
from shared.store.rows import from_line, insert_absent, to_line

__all__ = ["LONG_AGO", "DatabaseError", "MongoStore", "connect", "from_line", "insert_absent", "to_line"]
