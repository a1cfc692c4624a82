"""The measurements that README quotes.  ``python -m bench`` runs them all; nothing here is a test."""
