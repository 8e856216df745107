"""Coverage: the one implementation that pages, API, exports and reports share.

``frame`` holds the ledger and the programmes as columns of numpy arrays, ``scope`` says
which question is asked, ``matrix`` makes the levels of a day from them, ``counts`` and
``gaps`` do arithmetic on that matrix. Apart from loading the frame, nothing here knows
of a database.

Levels are those of ``models.Level`` as ``int8``, and ``NOT_ASSESSED``, -1, below all of
them, so that the effective level of an element is a maximum.
"""
