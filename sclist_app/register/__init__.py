"""What a decision brings about: records, terms, publication, measures; and the listing kind of procedure."""
