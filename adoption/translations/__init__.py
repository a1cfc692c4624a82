"""The catalogues: ``ru.po`` and ``zh.po``; the English text of a message is its name.

``python -m adoption.translations`` (``make catalogues``) brings them in line with what the code and the templates say.
"""
