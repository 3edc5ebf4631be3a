"""Check characters of numbers: they find a wrong digit, and two neighbours that changed places."""

_MODULUS = 11


def mod_11_2(digits: str) -> str:
    """The check character of ISO 7064 MOD 11-2 over these digits: 0 to 9, or X."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % _MODULUS
    value = (_MODULUS + 1 - product) % _MODULUS
    return "X" if value == _MODULUS - 1 else str(value)
