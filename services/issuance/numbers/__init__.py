"""The serial numbers of documents: kept, given to a document, voided."""
