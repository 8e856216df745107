"""Read the document of a strategy into a draft that people look over before it is stored.

``read`` turns a file into blocks, ``outline`` blocks into a draft, ``match`` lays a second
language beside it. Nothing here knows of the database, and no word is ever dropped: what is
not understood stays as text, and a note says where.
"""

from strategy_app.importers.document.draft import Draft, Element, Note
from strategy_app.importers.document.match import match
from strategy_app.importers.document.outline import language_of, outline
from strategy_app.importers.document.read import read

__all__ = ["Draft", "Element", "Note", "language_of", "match", "outline", "read"]
