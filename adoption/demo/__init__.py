"""A company to try everything on: ``company`` is who works there, ``life`` what they did in the last three months.

``setting`` makes the database, ``loans`` fills it with a real log instead, ``show`` says what came of it.
"""
