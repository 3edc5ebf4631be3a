"""Names of the streams a case touches. They are on disk: a stream's name never changes."""


def case_stream(case_id: str) -> str:
    """`case/<id>`: from the submission to the end."""
    return f"case/{case_id}"


def notice_stream(case_id: str) -> str:
    """`notice/<case>`: what the applicant was told; written by notify alone."""
    return f"notice/{case_id}"


def document_stream(document_id: str) -> str:
    """`document/<id>`: an issued document outlives its case."""
    return f"document/{document_id}"


def paper_stream(paper_id: str) -> str:
    """`paper/<id>`: a signed paper; its id is the code that is printed on it."""
    return f"paper/{paper_id}"


def payment_stream(transaction_id: str) -> str:
    """`payment/<gateway>/<transaction>`: which case has the money; older than the case's own."""
    return f"payment/{transaction_id}"


def payment_of_stream(stream: str) -> str:
    """`<gateway>/<transaction>` of a payment's stream; raises ValueError for other streams."""
    category, _, rest = stream.partition("/")
    if category != "payment" or not rest:
        raise ValueError(f"{stream} is not a stream of a payment")
    return rest


def document_of_stream(stream: str) -> str:
    """The document id in `document/<id>`; raises ValueError for other streams."""
    category, _, rest = stream.partition("/")
    if category != "document" or not rest:
        raise ValueError(f"{stream} is not a stream of a document")
    return rest


def paper_of_stream(stream: str) -> str:
    """The paper id in `paper/<id>`; raises ValueError for other streams."""
    category, _, rest = stream.partition("/")
    if category != "paper" or not rest:
        raise ValueError(f"{stream} is not a stream of a paper")
    return rest


def case_of_stream(stream: str) -> str:
    """The case id in `case/<id>` or `notice/<id>`; raises ValueError for other streams."""
    category, _, rest = stream.partition("/")
    if category not in {"case", "notice"} or not rest:
        raise ValueError(f"{stream} is not a stream of a case")
    return rest
