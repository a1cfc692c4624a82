"""What did a spreadsheet of customers lose on its way into the CRM?

``columns`` recognises what a sheet's columns hold, ``keys`` brings addresses, numbers and names into forms that can be
compared, ``verdict`` decides about a row and its likeliest contact, ``ranking`` puts the important ones first.
"""
